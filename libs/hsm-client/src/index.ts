/** One port to an HSM: in the process, or a pool over TCP. */

export type {
  CommandName,
  ErrorCode,
  HsmJob,
  Identity,
  Input,
  Outcome,
  Output,
  Role,
} from '@pinfold/hsm';
export * from './in-process.js';
export * from './pool.js';
export { BREAKER_OF, type DeviceStatus, MEMBER_STATES, type MemberState } from './pool-member.js';
export * from './pool-metrics.js';
export * from './port.js';
export * from './retry-safety.js';
export * from './tcp-host-client.js';
export * from './tcp-jobs.js';
export * from './tcp-link.js';

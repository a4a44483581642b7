/** One port to HSMs: a device in the process, a pool of HSM processes, a pool of payShields. */

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
export * from './client-on.js';
export * from './host-client.js';
export * from './host-codec.js';
export * from './in-process.js';
export * from './jobs/client.js';
export * from './jobs/frames.js';
export * from './jobs/retry-safety.js';
export * from './payshield/client.js';
export { HOST_ERROR_ROWS, REPLY_UNEXPECTED, SETTINGS_REFUSE } from './payshield/host-errors.js';
export * from './payshield/options.js';
export * from './payshield/tokens.js';
export * from './pool/link.js';
export {
  BREAKER_OF,
  type DeviceAddress,
  type DeviceScheme,
  type DeviceStatus,
  MEMBER_STATES,
  type MemberState,
} from './pool/member.js';
export * from './pool/metrics.js';
export * from './pool/pool.js';
export * from './port.js';

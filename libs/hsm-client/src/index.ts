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
export * from './port.js';

/**
 * The port through which the network reaches an HSM: a device in the same process, or a pool of
 * them over TCP. A client is bound to one identity when it is made.
 */
import type { CommandName, ErrorCode, HsmJob, Input, Outcome, Output } from '@pinfold/hsm';

export type HsmAnswer = Outcome<unknown>;

export interface HsmClient {
  /** Mixed batch, answers in order. Rejects only with `HsmUnavailable`. */
  execute(jobs: readonly HsmJob[]): Promise<HsmAnswer[]>;
  /** Same-command batch, typed from the declarations. Rejects only with `HsmUnavailable`. */
  run<N extends CommandName>(
    command: N,
    inputs: readonly Input<N>[],
  ): Promise<Outcome<Output<N>, ErrorCode<N> | string>[]>;
}

/** No device answers: it is gone, tampered with, in its error state, or not initialised. */
export class HsmUnavailable extends Error {
  override readonly name = 'HsmUnavailable';

  constructor(readonly code: string) {
    super(`no HSM answers: ${code}`);
  }
}

/** Answers that say something about the device and not about the request. */
export const UNAVAILABLE_CODES: ReadonlySet<string> = new Set([
  'DEVICE_ERROR',
  'DEVICE_TAMPERED',
  'DEVICE_NOT_READY',
]);

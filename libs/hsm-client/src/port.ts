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

/** What some codes of `HsmUnavailable` and of a pool's events mean, for whoever reads the log. */
export const UNAVAILABLE_REASONS: Readonly<Record<string, string>> = {
  HOST_NOT_A_DEVICE_PORT:
    'the address is a host port of payShield commands: name it as payshield://host:port',
  HOST_13: 'the payShield has no LMK, or none of the identifier that is asked for',
};

/** No device answers: it is gone, tampered with, in its error state, or not initialised. */
export class HsmUnavailable extends Error {
  override readonly name = 'HsmUnavailable';

  constructor(readonly code: string) {
    const reason = UNAVAILABLE_REASONS[code];
    super(`no HSM answers: ${code}${reason === undefined ? '' : `, ${reason}`}`);
  }
}

/** Answers that say something about the device and not about the request. */
export const UNAVAILABLE_CODES: ReadonlySet<string> = new Set([
  'DEVICE_ERROR',
  'DEVICE_TAMPERED',
  'DEVICE_NOT_READY',
]);

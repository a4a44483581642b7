/** What the logic of a command may ask of the host port beside the device. */
import type { LmkDevice } from '@pinfold/hsm';

export interface Host {
  readonly module: LmkDevice;
  /** Commands served since the start, by code. */
  readonly volumes: ReadonlyMap<string, number>;
  /** The officer behind the client, where it is one. */
  readonly officer: string | undefined;
  /** A command without header inside another; undefined where that is not allowed. */
  answerInner(command: Uint8Array): Uint8Array | undefined;
  /** Serial number, start and now (YYMMDD, HHMMSS, UTC). */
  period(): {
    serial: string;
    startDate: string;
    startTime: string;
    endDate: string;
    endTime: string;
  };
  /** Three digits of percent. */
  load(): string;
}

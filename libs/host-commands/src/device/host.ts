/** What the logic of a command may ask of the host port beside the device. */
import type { LmkDevice } from '@pinfold/hsm';

export interface Host {
  readonly module: LmkDevice;
  /** Commands served since the start, by code. */
  readonly volumes: ReadonlyMap<string, number>;
  /** The officer behind the client, where it is one. */
  readonly officer: string | undefined;
  readonly headerLength: number;
  /** A whole message, with header, inside another. */
  answerInner(message: Uint8Array): Uint8Array;
  answerInnerOrLater(message: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /** Serial number, start and now (YYMMDD, HHMMSS, UTC), seconds between them. */
  period(): {
    serial: string;
    startDate: string;
    startTime: string;
    endDate: string;
    endTime: string;
    seconds: number;
  };
  /** Three digits of percent. */
  load(): string;
}

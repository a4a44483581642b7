/** What the logic of a command may ask of its device. */
import type { RandomBytes } from '@pinfold/crypto';
import type { HostKeys } from './keys.js';
import type { Lmk } from './lmk.js';
import type { SettingName } from './settings.js';

export interface Host {
  readonly keys: HostKeys;
  readonly settings: ReadonlySet<SettingName>;
  readonly random: RandomBytes;
  readonly pinLength: number;
  readonly lmks: readonly Lmk[];
  readonly defaultLmk: Lmk;
  readonly authorised: boolean;
  /** Commands served since the start, by code. */
  readonly volumes: ReadonlyMap<string, number>;
  /** The officer behind the client, where it is one. */
  readonly officer: string | undefined;
  /** An officer's consent to the authorised state. */
  consent(officer: string): void;
  cancelAuthorisation(): void;
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

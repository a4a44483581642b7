/** A PIN block with its key, format and account in a message, for the lanes of the PIN commands. */
import type { BlockRow } from '@pinfold/hsm';
import type { MessageReader } from './message-reader.js';
import { allDigits, decimal2, hexWord, packedDigits } from './words.js';

/** ISO formats 0, 1 and 3 by two-digit format code; others have 255. */
const CONTROLS = new Uint8Array(100).fill(255);
CONTROLS[1] = 0;
CONTROLS[5] = 1;
CONTROLS[47] = 3;
const ACCOUNT_DIGITS = 12;

/** The format of a code of two digits; undefined for those that the ordinary logic must see. */
export function controlAt(buffer: Uint8Array, at: number): BlockRow['control'] | undefined {
  const control = CONTROLS[decimal2(buffer, at)]!;
  return control === 255 ? undefined : (control as BlockRow['control']);
}

/** A row that holds nothing yet. */
export function emptyBlockRow({ lmk, buffer }: MessageReader): BlockRow {
  return {
    ...{ lmk, buffer, keyFrom: 0, keyTo: 0, control: 0 },
    ...{ blockHi: 0, blockLo: 0, accountHi: 0, accountLo: 0 },
  };
}

/** What a command calls the fields; the account is `account` in all of them. */
export interface PinBlockNames {
  readonly key: string;
  readonly block: string;
  readonly format: string;
}

export class PinBlockFields {
  readonly #message: MessageReader;
  readonly #key: number;
  readonly #block: number;
  readonly #format: number;
  readonly #account: number;

  constructor(message: MessageReader, { key, block, format }: PinBlockNames) {
    this.#message = message;
    this.#key = message.of[key]!;
    this.#block = message.of[block]!;
    this.#format = message.of[format]!;
    this.#account = message.of.account!;
  }

  /** Reads the fields of the message into the row; false for those that the ordinary logic must see. */
  read(row: BlockRow): boolean {
    const { buffer, places, lmk } = this.#message;
    const control = controlAt(buffer, places[this.#format]!);
    const account = places[this.#account]!;
    const accountEnd = places[this.#account + 1]!;
    if (control === undefined || accountEnd - account !== ACCOUNT_DIGITS) return false;
    if (!allDigits(buffer, account, accountEnd)) return false;
    const block = places[this.#block]!;
    row.lmk = lmk;
    row.buffer = buffer;
    row.control = control;
    row.keyFrom = places[this.#key]!;
    row.keyTo = places[this.#key + 1]!;
    row.blockHi = hexWord(buffer, block);
    row.blockLo = hexWord(buffer, block + 8);
    row.accountHi = packedDigits(buffer, account, 4);
    row.accountLo = packedDigits(buffer, account + 4, 8);
    return true;
  }
}

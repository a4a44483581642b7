/**
 * A lane: one command for many messages at once, from the bytes of the wire to the bytes of the wire.
 * What arrived together goes through the batch engine together, and nothing is allocated per message.
 *
 * A lane takes only the usual forms of its command, with keys that are open already; whatever else
 * there is (other forms, keys not seen yet, refusals that are not the data's fault) it leaves to the
 * command's ordinary logic, so that there is one place that decides about those. Where a lane answers,
 * it answers what the ordinary logic would.
 */
import { BATCH_ROWS, type Lmk, type LmkDevice } from '@pinfold/hsm';
import type { Replies } from '../wire/replies.js';

/** Messages of one round; more go in several. */
export const LANE_ROWS = BATCH_ROWS;

export interface Lane {
  /** Forgets the rows of the round before. */
  clear(): void;
  /**
   * Takes buffer[at, end), what follows the two letters of the command, as the next row. False where
   * the ordinary logic must answer.
   */
  take(buffer: Buffer, at: number, end: number): boolean;
  /** Does the work of all rows taken. */
  run(): void;
  /** Writes what follows the reply's two letters: error and fields. */
  write(row: number, replies: Replies): void;
}

/** What a lane is made for. */
export interface LaneHost {
  readonly module: LmkDevice;
  readonly tail: Tail;
}

const PERCENT = '%'.charCodeAt(0);
const TRAILER = 0x19;
const TRAILER_MAX = 32;

/** What follows a command's fields: `%` and an LMK, X'19' and a trailer. */
export class Tail {
  /** The LMK of the message read last. */
  lmk: Lmk;
  /** Where its trailer begins, X'19' included; its end where it has none. */
  trailer = 0;
  readonly #default: Lmk;
  readonly #byId = new Map<number, Lmk>();

  constructor({ defaultLmk, lmks }: Pick<LmkDevice, 'defaultLmk' | 'lmks'>) {
    this.#default = defaultLmk;
    this.lmk = defaultLmk;
    for (const lmk of lmks) this.#byId.set(idOf(Buffer.from(lmk.id, 'latin1'), 0), lmk);
  }

  /** False for anything else. */
  read(buffer: Uint8Array, at: number, end: number): boolean {
    let now = at;
    let lmk: Lmk | undefined = this.#default;
    if (now < end && buffer[now] === PERCENT) {
      lmk = now + 3 <= end ? this.#byId.get(idOf(buffer, now + 1)) : undefined;
      now += 3;
    }
    if (lmk === undefined) return false;
    if (now < end && (buffer[now] !== TRAILER || end - now > 1 + TRAILER_MAX)) return false;
    this.lmk = lmk;
    this.trailer = now;
    return true;
  }
}

function idOf(buffer: Uint8Array, at: number): number {
  return (buffer[at]! << 8) | buffer[at + 1]!;
}

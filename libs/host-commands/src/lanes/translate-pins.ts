/** CA and CC for many messages: PIN blocks from terminal or zone key to zone key. */
import { TranslationBatch, type TranslationRow } from '@pinfold/hsm';
import type { Layout } from '../layout/nodes.js';
import type { Replies } from '../wire/replies.js';
import { LANE_ROWS, type Lane, type LaneHost } from './lane.js';
import { MessageReader } from './message-reader.js';
import { controlAt, emptyBlockRow, PinBlockFields } from './pin-block-fields.js';
import { decimal2 } from './words.js';

const SOURCE = { key: 'source', block: 'sourceBlock', format: 'sourceFormat' };

export class TranslationLane implements Lane {
  readonly #batch: TranslationBatch;
  readonly #message: MessageReader;
  readonly #source: PinBlockFields;
  readonly #row: TranslationRow;
  /** Format codes of the new blocks, as they are sent back. */
  readonly #codes = new Uint8Array(LANE_ROWS);
  #rows = 0;

  constructor(
    { module, tail }: LaneHost,
    { request, role }: { request: Layout; role: 'tpk' | 'zpk' },
  ) {
    this.#batch = new TranslationBatch(module, role);
    this.#message = new MessageReader(tail, request);
    this.#source = new PinBlockFields(this.#message, SOURCE);
    this.#row = {
      ...emptyBlockRow(this.#message),
      ...{ destinationFrom: 0, destinationTo: 0, to: 0, longest: 0 },
    };
  }

  clear(): void {
    this.#rows = 0;
    this.#batch.clear();
  }

  take(buffer: Buffer, at: number, end: number): boolean {
    const message = this.#message;
    const row = this.#row;
    if (!message.read(buffer, at, end) || !this.#source.read(row)) return false;
    const { of, places } = message;
    const format = places[of.destinationFormat!]!;
    const to = controlAt(buffer, format);
    if (to === undefined) return false;
    row.to = to;
    row.longest = decimal2(buffer, places[of.maxPinLength!]!);
    row.destinationFrom = places[of.destination!]!;
    row.destinationTo = places[of.destination! + 1]!;
    if (!this.#batch.add(row)) return false;
    this.#codes[this.#rows++] = decimal2(buffer, format);
    return true;
  }

  run(): void {
    this.#batch.run();
  }

  write(row: number, replies: Replies): void {
    const batch = this.#batch;
    const error = batch.error(row);
    replies.decimal2(error);
    if (error !== 0) return;
    replies.decimal2(batch.pinLength(row));
    replies.hex(batch.blockHi(row));
    replies.hex(batch.blockLo(row));
    replies.decimal2(this.#codes[row]!);
  }
}

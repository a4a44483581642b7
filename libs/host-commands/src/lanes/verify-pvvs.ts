/** DC and EC for many messages: PINs verified by Visa PVV. */
import { PvvBatch, type PvvRow } from '@pinfold/hsm';
import type { Layout } from '../layout/nodes.js';
import type { Replies } from '../wire/replies.js';
import type { Lane, LaneHost } from './lane.js';
import { MessageReader } from './message-reader.js';
import { emptyBlockRow, PinBlockFields } from './pin-block-fields.js';
import { packedDigits } from './words.js';

const PIN = { key: 'pinKey', block: 'pinBlock', format: 'format' };

export class PvvLane implements Lane {
  readonly #batch: PvvBatch;
  readonly #message: MessageReader;
  readonly #pin: PinBlockFields;
  readonly #row: PvvRow;

  constructor(
    { module, tail }: LaneHost,
    { request, role }: { request: Layout; role: 'tpk' | 'zpk' },
  ) {
    this.#batch = new PvvBatch(module, role);
    this.#message = new MessageReader(tail, request);
    this.#pin = new PinBlockFields(this.#message, PIN);
    this.#row = {
      ...emptyBlockRow(this.#message),
      ...{ pvkFrom: 0, pvkTo: 0, pvv: 0, parameterHi: 0, parameterLo: 0 },
    };
  }

  clear(): void {
    this.#batch.clear();
  }

  take(buffer: Buffer, at: number, end: number): boolean {
    const message = this.#message;
    const row = this.#row;
    if (!message.read(buffer, at, end) || !this.#pin.read(row)) return false;
    const { of, places } = message;
    const account = places[of.account!]!;
    row.pvkFrom = places[of.pvk!]!;
    row.pvkTo = places[of.pvk! + 1]!;
    row.pvv = packedDigits(buffer, places[of.pvv!]!, 4);
    // Eleven digits of the account, the PVK indicator, four digits of the PIN.
    const pvki = packedDigits(buffer, places[of.pvki!]!, 1);
    row.parameterHi = packedDigits(buffer, account + 1, 8);
    row.parameterLo = (packedDigits(buffer, account + 9, 3) << 20) | (pvki << 16);
    return this.#batch.add(row);
  }

  run(): void {
    this.#batch.run();
  }

  write(row: number, replies: Replies): void {
    replies.decimal2(this.#batch.error(row));
  }
}

/**
 * The way of an order to the network: PIN into the pad, journal row, message with MAC; then, for all
 * orders that came together, one store transaction and one send. Nothing is sent before its journal
 * row is durable.
 */
import { maskPan, TOPICS } from '@pinfold/messages';
import type { Outgoing } from '../node.js';
import { Batcher } from './batcher.js';
import { withdrawalRequest } from './build.js';
import { planNotes } from './cassettes.js';
import { retrievalReference, transmissionTime } from './clock-fields.js';
import type { FleetContext } from './context.js';
import {
  type OrderRefusal,
  refusedOrder,
  requireOrder,
  type WithdrawalOrder,
  type WithdrawalResult,
} from './order.js';
import type { Terminal } from './terminal.js';
import { type Withdrawal, withdrawalKeyOf } from './withdrawal.js';

const MAX_CHUNK = 500;

interface Journaled {
  readonly order: WithdrawalOrder;
  readonly row: Withdrawal;
  readonly outgoing: Outgoing;
}

export class Orders {
  readonly #batcher: Batcher<Journaled>;
  #stopping = false;

  constructor(private readonly context: FleetContext) {
    this.#batcher = new Batcher({
      schedule: context.ports.schedule,
      maxChunk: context.options.maxChunk ?? MAX_CHUNK,
      run: (chunk) => this.#send(chunk),
    });
  }

  /** Resolves when the customer's part is over. @throws InputError ORDER_INVALID */
  withdraw(order: WithdrawalOrder): Promise<WithdrawalResult> {
    requireOrder(order);
    const terminal = this.context.terminals.get(order.terminal);
    const refusal = terminal === undefined ? 'TERMINAL_UNKNOWN' : this.#refusalOf(order, terminal);
    if (refusal !== undefined) return Promise.resolve(refusedOrder(order, refusal));
    const journaled = this.#prepare(order, terminal!);
    terminal!.current = journaled.row;
    this.#batcher.add(journaled);
    return new Promise((resolve) => this.context.wait(journaled.row, resolve));
  }

  /** No more orders; resolves when those taken are journaled and sent. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#batcher.idle();
  }

  #refusalOf(order: WithdrawalOrder, terminal: Terminal): OrderRefusal | undefined {
    if (this.#stopping) return 'FLEET_STOPPING';
    if (!terminal.inService) return 'TERMINAL_OUT_OF_SERVICE';
    if (terminal.current !== undefined) return 'TERMINAL_BUSY';
    const notes = planNotes(terminal.cassettes, order.amountMinor);
    return notes === undefined ? 'NOTES_MISSING' : undefined;
  }

  #prepare(order: WithdrawalOrder, terminal: Terminal): Journaled {
    const { ports, options, timeouts } = this.context;
    const { pan, pin, amountMinor, traceparent } = order;
    const { block, format, version } = terminal.pad.encryptPin({ pin, pan });
    const nowMs = ports.clock.now();
    const stan = terminal.nextStan();
    const row: Withdrawal = {
      terminal: terminal.id,
      rrn: retrievalReference(nowMs, stan),
      stan,
      transmittedAt: transmissionTime(nowMs),
      card: ports.wire.indexOf(pan),
      maskedPan: maskPan(pan),
      sealedPan: ports.vault.seal(pan),
      amountMinor,
      dispensedMinor: 0n,
      state: 'requested',
      responseCode: null,
      reason: null,
      reversalStan: null,
      reversalAt: null,
      reversalsSent: 0,
      nextAtMs: nowMs + timeouts.atmAnswerMs,
      createdMs: nowMs,
    };
    const message = withdrawalRequest(row, { card: order, pinBlock: block, options });
    const outgoing: Outgoing = {
      topic: TOPICS.atmRequests,
      keyText: terminal.id,
      bytes: terminal.finish(message, { format, version }),
      correlation: withdrawalKeyOf(row),
      ...(traceparent === undefined ? {} : { traceparent }),
    };
    return { order, row, outgoing };
  }

  async #send(chunk: readonly Journaled[]): Promise<void> {
    const { ports } = this.context;
    const early = this.context.has('sent-before-journal');
    const inserts = chunk.map(({ row }) => row);
    const messages = chunk.map(({ outgoing }) => outgoing);
    if (early) await this.context.send(messages);
    try {
      const stans = this.context.stansOf(inserts);
      await ports.store.transact((tx) => tx.save({ inserts, stans }));
    } catch (error) {
      this.#refuseAll(chunk, error);
      return;
    }
    if (early) return;
    for (const { terminal, rrn } of inserts) {
      this.context.observe('withdrawal-requested', { terminal, rrn });
    }
    await this.context.send(messages);
  }

  /** If the rows are there after all, their deadlines reverse them. */
  #refuseAll(chunk: readonly Journaled[], error: unknown): void {
    const name = error instanceof Error ? error.name : 'unknown';
    this.context.observe('journal-failed', { detail: { orders: chunk.length, error: name } });
    for (const { order, row } of chunk) {
      this.context.finish(row, refusedOrder(order, 'JOURNAL_UNAVAILABLE'));
    }
  }
}

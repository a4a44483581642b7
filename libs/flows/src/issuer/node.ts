/**
 * An issuer: takes a chunk of requests, answers all of them. The way of a chunk: open all → verify
 * all MACs, look at the cards → verify the PINs that matter → one store transaction → MAC the
 * answers → one send. A chunk that is cut short anywhere is simply handled again: what it had
 * committed is answered from the transaction rows.
 */
import type { HsmJob } from '@pinfold/hsm-client';
import { type BusRecord, RESPONSE } from '@pinfold/messages';
import { askBatch, openAll } from '../node/chunk.js';
import { KeyRing } from '../node/keys.js';
import type { Incoming } from '../node/ports.js';
import type { Answer, MacOutcome } from './answer.js';
import { outgoingAnswer, wantsAnswer } from './answers.js';
import { ChunkState } from './chunk-state.js';
import { type ChunkFacts, type ChunkResult, decideChunk } from './decide-chunk.js';
import { FINANCIAL_MTIS, readFinancial } from './intake.js';
import type { IssuerPorts } from './issuer-ports.js';
import { STAND_IN_LOSS_ACCOUNT, settlementAccount } from './ledger.js';
import { packWithMacs, verifyMacs } from './mac-desk.js';
import { correlationOf, NetworkDesk } from './network-desk.js';
import { observationOf } from './observe.js';
import { pinJob, pinOutcome } from './pin.js';
import { type PinOutcome, pinDecides } from './rules.js';
import type { Committed, Glimpse, OutboxEvent, Touched } from './store.js';
import { type ReadyWork, touchedBy, type Work, workOf } from './work.js';

/** An outbox batch that has waited this long was not sent by the chunk that made it. */
const OUTBOX_WAIT_MS = 2_000;
const OUTBOX_LIMIT = 100;

const NETWORK_MTIS: ReadonlySet<string> = new Set(['0800', '0801']);

export class IssuerNode {
  readonly #ports: IssuerPorts;
  readonly #desk: NetworkDesk;
  #sentOutboxIds: number[] = [];

  private constructor(ports: IssuerPorts, ring: KeyRing) {
    this.#ports = ports;
    this.#desk = new NetworkDesk(ports, ring);
  }

  /** Reads the keys of the link and opens the issuer's own accounts. */
  static async open(ports: IssuerPorts): Promise<IssuerNode> {
    const { store, settings } = ports;
    await store.openInternalAccounts([
      { id: STAND_IN_LOSS_ACCOUNT, name: 'stand-in loss' },
      { id: settlementAccount(settings.acquirer), name: `settlement ${settings.acquirer}` },
    ]);
    const keys = await store.keys();
    return new IssuerNode(ports, new KeyRing(keys));
  }

  async onRequests(records: readonly BusRecord[]): Promise<void> {
    const { wire, observe, settings } = this.#ports;
    const incoming = openAll(wire, records, observe, settings.issuerId);
    const network = incoming.filter(({ message }) => NETWORK_MTIS.has(message.mti));
    if (network.length > 0) await this.#send(network, await this.#desk.handle(network), []);
    const work = this.#workOf(incoming);
    if (work.length > 0) await this.#onFinancial(work);
  }

  /** Sends events that a crash kept from being sent, and forgets those that were. */
  async onTick(): Promise<void> {
    const { store, clock, send } = this.#ports;
    const sent = this.#sentOutboxIds;
    this.#sentOutboxIds = [];
    if (sent.length > 0) await store.forgetSent(sent);
    const batches = await store.unsent(clock.now() - OUTBOX_WAIT_MS, OUTBOX_LIMIT);
    if (batches.length === 0) return;
    await send(batches.flatMap(({ events }) => events.map(eventRecord)));
    await store.forgetSent(batches.map(({ id }) => id));
  }

  async #onFinancial(work: readonly Work[]): Promise<void> {
    const { hsm, store, clock, settings, random } = this.#ports;
    const incoming = work.map((item) => item.incoming);
    const touched = touchedBy(work);
    await this.#desk.refreshFor(incoming);
    const [macs, glimpse] = await Promise.all([
      verifyMacs(hsm, this.#desk, incoming),
      store.peek(touched),
    ]);
    const pins = await this.#verifyPins(work, macs, glimpse);
    const codes = approvalCodes(random(work.length * 4));
    const items: ReadyWork[] = work.map((item, i) => ({
      ...item,
      mac: macs[i]!,
      pin: pins[i]!,
      approvalCode: codes[i]!,
    }));
    const sentOutboxIds = this.#sentOutboxIds;
    this.#sentOutboxIds = [];
    const nowMs = clock.now();
    const { bugs } = this.#ports;
    const facts = { settings, nowMs, sentOutboxIds, bugs };
    if (bugs?.has('send-before-commit')) await this.#sendEarly(touched, items, facts);
    const committed: Committed<ChunkResult> = await store.transact(touched, (loaded) =>
      decideChunk(loaded, items, facts),
    );
    const { answers, events } = committed.result;
    if (!bugs?.has('send-before-commit')) await this.#send(incoming, answers, events);
    if (committed.outboxId !== undefined) this.#sentOutboxIds.push(committed.outboxId);
  }

  /** One of the planted faults: decides, sends, and has committed nothing. */
  async #sendEarly(touched: Touched, items: readonly ReadyWork[], facts: ChunkFacts) {
    const changes = new ChunkState({
      cards: new Map(),
      accounts: new Map(),
      transactions: new Map(),
    }).changes([]);
    const { result } = await this.#ports.store.transact(touched, (loaded) => ({
      changes,
      result: decideChunk(loaded, items, facts).result,
    }));
    const incoming = items.map((item) => item.incoming);
    await this.#send(incoming, result.answers, result.events);
  }

  #workOf(incoming: readonly Incoming[]): Work[] {
    const { wire, settings, observe } = this.#ports;
    const work: Work[] = [];
    for (const one of incoming) {
      const { mti } = one.message;
      const kind = FINANCIAL_MTIS[mti];
      if (kind !== undefined) {
        work.push(workOf(one, readFinancial(one.message, kind, settings.currency), wire));
      } else if (NETWORK_MTIS.has(mti)) {
      } else if (wantsAnswer(mti)) {
        work.push(workOf(one, { ok: false, responseCode: RESPONSE.invalidTransaction }, wire));
      } else {
        observe({ at: settings.issuerId, what: 'message-unexpected', detail: { mti } });
      }
    }
    return work;
  }

  /** Asks about each PIN once, and only where nothing else declines before it. */
  async #verifyPins(
    work: readonly Work[],
    macs: readonly MacOutcome[],
    { cards, transactions }: Glimpse,
  ): Promise<PinOutcome[]> {
    const { settings, clock, hsm, bugs } = this.#ports;
    const { limits } = settings;
    const nowMs = clock.now();
    const outcomes: PinOutcome[] = work.map(() => 'unasked');
    const jobs: HsmJob[] = [];
    const at: number[] = [];
    const asked = new Set<string>();
    for (const [i, { intake, cardKey, incoming }] of work.entries()) {
      const heard = macs[i] === 'valid' || bugs?.has('mac-after-pin') === true;
      if (!heard || !intake.ok || intake.value.class !== 'withdrawal') continue;
      const { transactionKey, pan } = intake.value;
      const card = cards.get(cardKey);
      if (card === undefined || transactions.has(transactionKey)) continue;
      if (asked.has(transactionKey)) continue;
      if (!pinDecides({ request: intake.value, nowMs, limits, card })) continue;
      asked.add(transactionKey);
      const { record } = card;
      const job = pinJob(incoming.message, { pan, record, ring: this.#desk.ring, settings });
      if (typeof job === 'string') {
        outcomes[i] = job;
      } else {
        jobs.push(job);
        at.push(i);
      }
    }
    const answers = await askBatch(hsm, jobs);
    for (const [j, i] of at.entries()) {
      outcomes[i] = answers === undefined ? 'silent' : pinOutcome(answers[j]!);
    }
    return outcomes;
  }

  async #send(
    incoming: readonly Incoming[],
    answers: readonly Answer[],
    events: readonly OutboxEvent[],
  ): Promise<void> {
    const { hsm, wire, send, observe, settings } = this.#ports;
    const pairs = incoming.map(({ message }, i) => ({ request: message, answer: answers[i]! }));
    const packed = await packWithMacs(hsm, this.#desk, pairs);
    const records = incoming.map((one, i) => {
      const { message, traceparent } = one;
      const correlation = correlationOf(one);
      return wire.seal(outgoingAnswer(message, { bytes: packed[i]!, correlation, traceparent }));
    });
    for (const event of events) records.push(eventRecord(event));
    await send(records);
    for (const { request, answer } of pairs) {
      observe(observationOf(settings.issuerId, request, answer));
    }
  }
}

function eventRecord({ topic, key, headers, value }: OutboxEvent): BusRecord {
  return { topic, key, headers, value: new TextEncoder().encode(value) };
}

/** Six digits for each four random bytes. */
function approvalCodes(bytes: Uint8Array): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 4 }, (_, i) =>
    String(view.getUint32(i * 4) % 1_000_000).padStart(6, '0'),
  );
}

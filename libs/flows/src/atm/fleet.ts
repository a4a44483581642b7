/**
 * A fleet of ATMs as one node: takes orders, answers and ticks, and holds nothing that a crash may not
 * take. The journal and the notes are the store's; keys are the PIN pads'.
 */
import { InputError, ok, type Result } from '@pinfold/crypto';
import { type BusRecord, encodeEvent } from '@pinfold/messages';
import { Answers } from './answers.js';
import { byTerminal, type Cassette, type NoteMovement } from './cassettes.js';
import { LAST_STAN } from './clock-fields.js';
import { FleetContext } from './context.js';
import { Due } from './due.js';
import type { AtmOptions, AtmPorts } from './options.js';
import type { WithdrawalOrder, WithdrawalResult } from './order.js';
import { Orders } from './orders.js';
import { type PadAlgorithm, type PadRefusal, PinPad } from './pin-pad.js';
import type { TerminalRecord } from './store.js';
import { Terminal } from './terminal.js';

/** A new terminal: what two couriers bring, and what the cashier puts in. */
export interface NewTerminal {
  readonly terminal: string;
  readonly algorithm: PadAlgorithm;
  readonly components: readonly { readonly courier: string; readonly component: Uint8Array }[];
  /** Of the TMK, six hex digits, as the acquirer stated it. */
  readonly checkValue: string;
  readonly cassettes: readonly { readonly denominationMinor: bigint; readonly notes: number }[];
}

export interface TerminalView {
  readonly terminal: string;
  readonly algorithm: PadAlgorithm;
  readonly inService: boolean;
  readonly busy: boolean;
  readonly tpkVersion: number | null;
  readonly takVersion: number | null;
  readonly cassettes: readonly Cassette[];
}

/**
 * STANs skipped at a restart: those that 0800s used since the last journal transaction, and those of
 * transactions that committed out of order.
 */
const STANS_SKIPPED = 100;
const TERMINAL_ID = /^[A-Z0-9]{8}$/;

export class AtmFleet {
  readonly #context: FleetContext;
  readonly #orders: Orders;
  readonly #answers: Answers;
  readonly #due: Due;

  constructor(ports: AtmPorts, options: AtmOptions) {
    this.#context = new FleetContext(ports, options);
    this.#orders = new Orders(this.#context);
    this.#answers = new Answers(this.#context);
    this.#due = new Due(this.#context);
  }

  /** Before anything else: terminals from the store, withdrawals of the last run reversed. */
  async recover(): Promise<{ terminals: number; reversed: number }> {
    const { ports } = this.#context;
    const [records, cassettes] = await Promise.all([
      ports.store.terminals(),
      ports.store.cassettes(),
    ]);
    const inside = byTerminal(cassettes);
    for (const record of records) this.#restore(record, inside.get(record.terminal) ?? []);
    const reversed = await this.#due.reverseInterrupted();
    return { terminals: records.length, reversed };
  }

  /** Resolves when the customer's part is over: money, a refusal, or a reversal under way. */
  withdraw(order: WithdrawalOrder): Promise<WithdrawalResult> {
    return this.#orders.withdraw(order);
  }

  /** Safe to run again with the same records. */
  onAnswers(chunk: readonly BusRecord[]): Promise<void> {
    return this.#answers.onAnswers(chunk);
  }

  onTick(): Promise<void> {
    return this.#due.onTick();
  }

  /** Refuses new orders; resolves when those taken are sent. `inProgress` counts down after it. */
  stop(): Promise<void> {
    return this.#orders.stop();
  }

  /** Customers who wait for an answer. */
  get inProgress(): number {
    return this.#context.waiting;
  }

  /** Sets up new terminals in one transaction, or none of them. */
  async install(list: readonly NewTerminal[]): Promise<Result<number, PadRefusal>> {
    const { ports } = this.#context;
    const made: { record: TerminalRecord; pad: PinPad; cassettes: Cassette[] }[] = [];
    for (const item of list) {
      const pad = this.#newPad(item);
      if (!pad.ok) return pad;
      const { terminal, algorithm } = item;
      const padState = pad.value.sealedState();
      made.push({
        pad: pad.value,
        record: { terminal, algorithm, padState, lastStan: 0 },
        cassettes: item.cassettes.map(({ denominationMinor, notes }, i) => {
          return { terminal, position: i + 1, denominationMinor, notes, loaded: notes };
        }),
      });
    }
    const terminals = made.map((m) => m.record);
    const cassettes = made.flatMap((m) => m.cassettes);
    await ports.store.transact((tx) => tx.save({ terminals, cassettes }));
    for (const { record, pad, cassettes: own } of made) this.#add(record, pad, own);
    return ok(made.length);
  }

  /** Notes into a cassette; told to other systems as an event. */
  async replenish(load: NoteMovement): Promise<void> {
    const { ports } = this.#context;
    const { terminal, position, notes } = load;
    const cassettes = await ports.store.transact(async (tx) => {
      const found = await tx.cassettes([terminal]);
      await tx.save({ loaded: [load] });
      return found;
    });
    const known = this.#context.terminals.get(terminal);
    const before = cassettes.find((c) => c.position === position);
    if (known === undefined || before === undefined) {
      throw new InputError('CASSETTE_UNKNOWN', 'no such cassette in this fleet');
    }
    known.cassettes = known.cassettes.map((c) =>
      c.position === position ? { ...c, notes: c.notes + notes, loaded: c.loaded + notes } : c,
    );
    const atMs = ports.clock.now();
    const event = encodeEvent({
      type: 'cassette.replenished',
      id: `${terminal}-${position}-${before.loaded}-${atMs}`,
      atMs,
      data: {
        terminal,
        cassette: position,
        denominationMinor: Number(before.denominationMinor),
        notes,
      },
    });
    await ports.send([event]);
  }

  /** Asks the switch for new working keys for a terminal. */
  changeKeys(terminal: string): void {
    this.#context.terminals.get(terminal)?.link.wantKeys();
  }

  terminals(): TerminalView[] {
    return [...this.#context.terminals.values()].map((t) => ({
      terminal: t.id,
      algorithm: t.pad.algorithm,
      inService: t.inService,
      busy: t.current !== undefined,
      tpkVersion: t.pad.version('TPK') ?? null,
      takVersion: t.pad.version('TAK') ?? null,
      cassettes: t.cassettes,
    }));
  }

  /** Whether a customer could use it now. */
  isFree(terminal: string): boolean {
    const found = this.#context.terminals.get(terminal);
    return found?.inService === true && found.current === undefined;
  }

  #newPad(item: NewTerminal): Result<PinPad, PadRefusal> {
    if (!TERMINAL_ID.test(item.terminal)) {
      throw new InputError('TERMINAL_ID', 'a terminal id is 8 of A-Z and 0-9');
    }
    const pad = new PinPad(this.#padOptions(item));
    for (const component of item.components) {
      const entered = pad.enterComponent(component);
      if (!entered.ok) return entered;
    }
    const active = pad.activateTmk(item.checkValue);
    return active.ok ? ok(pad) : active;
  }

  #restore(record: TerminalRecord, cassettes: readonly Cassette[]): void {
    const options = this.#padOptions(record);
    const restored = PinPad.restore(options, record.padState);
    if (!restored.ok) {
      this.#context.observe('pad-state-refused', { terminal: record.terminal });
    }
    const pad = restored.ok ? restored.value : new PinPad(options);
    const lastStan = (record.lastStan + STANS_SKIPPED) % LAST_STAN;
    this.#add({ ...record, lastStan }, pad, cassettes);
  }

  #add(record: TerminalRecord, pad: PinPad, cassettes: readonly Cassette[]): void {
    const index = this.#context.ports.wire.indexOf(record.terminal);
    this.#context.add(new Terminal(record.terminal, pad, index, record.lastStan, cassettes));
  }

  #padOptions({ terminal, algorithm }: { terminal: string; algorithm: PadAlgorithm }) {
    const { ports, options } = this.#context;
    return {
      terminal,
      algorithm,
      storageKey: ports.padStorageKey(terminal),
      random: ports.random,
      legacyKeys: options.legacyKeys,
    };
  }
}

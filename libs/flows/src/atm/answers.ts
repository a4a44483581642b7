/**
 * A chunk of answers: MACs first (in the PIN pads), then one store transaction for all withdrawals
 * and new keys, then the reversals that follow, then whoever waits is told.
 */
import { textOf } from '@pinfold/iso8583';
import { type BusRecord, responseOf } from '@pinfold/messages';
import { decodeOfferedKeys, type Incoming, NETWORK_CODES, openAll } from '../node.js';
import {
  afterDispensing,
  byTerminal,
  type Cassette,
  type Dispenser,
  type NoteMovement,
  wholePlan,
} from './cassettes.js';
import type { FleetContext } from './context.js';
import { answersRow, decideAnswer, decideReversalAnswer, reversalSent } from './decide.js';
import { isReversing } from './states.js';
import type { AtmTx } from './store.js';
import type { MacVerdict, Terminal } from './terminal.js';
import { type Withdrawal, type WithdrawalId, withdrawalKeyOf } from './withdrawal.js';

interface Judged {
  readonly incoming: Incoming;
  readonly terminal: Terminal;
  readonly verdict: MacVerdict;
}

interface Answer extends Judged {
  readonly id: WithdrawalId;
}

interface Outcome {
  /** Every row that an answer named, as it is now. */
  readonly rows: Withdrawal[];
  readonly changed: Withdrawal[];
  readonly reversals: Withdrawal[];
  /** Of the terminals that may have paid, as they are now. */
  readonly cassettes: ReadonlyMap<string, readonly Cassette[]>;
}

export class Answers {
  constructor(private readonly context: FleetContext) {}

  async onAnswers(chunk: readonly BusRecord[]): Promise<void> {
    const { byIndex, ports } = this.context;
    const own = chunk.filter((record) => byIndex.has(record.key));
    const judged = openAll(ports.wire, own, ports.observe, 'atm').flatMap((m) => this.#judge(m));
    const network = judged.filter((j) => j.incoming.message.mti === '0810');
    const answers = judged.flatMap((j) => this.#answerOf(j));
    const takenKeys = network.flatMap((j) => this.#takeKeys(j));
    if (answers.length === 0 && takenKeys.length === 0) {
      this.#settleNetwork(network);
      return;
    }
    const given = new Map<string, readonly NoteMovement[]>();
    const outcome = await ports.store.transact((tx) => this.#decide(tx, answers, takenKeys, given));
    this.#settleNetwork(network);
    this.#note(outcome);
    await this.context.send(this.context.reversalsOf(outcome.reversals));
    for (const row of outcome.rows) this.context.finishRow(row);
  }

  #judge(incoming: Incoming): Judged[] {
    const id = textOf(incoming.message, 41) ?? '';
    const terminal = this.context.terminals.get(id);
    if (terminal === undefined) {
      this.context.observe('answer-for-no-terminal', {});
      return [];
    }
    const verdict = terminal.verdictOf(incoming);
    if (verdict === 'good') terminal.link.heard(this.context.ports.clock.now());
    else if (verdict === 'bad') this.context.observe('mac-invalid', { terminal: id });
    return [{ incoming, terminal, verdict }];
  }

  /** 0210 as they are; 0430 with a good MAC only, since a reversal is repeated anyway. */
  #answerOf(judged: Judged): Answer[] {
    const { incoming, terminal, verdict } = judged;
    const { mti } = incoming.message;
    if (mti !== '0210' && (mti !== '0430' || verdict !== 'good')) return [];
    const current = this.context.has('answer-by-terminal-alone')
      ? terminal.current?.rrn
      : undefined;
    const rrn = (mti === '0210' ? current : undefined) ?? textOf(incoming.message, 37);
    return rrn === undefined ? [] : [{ ...judged, id: { terminal: terminal.id, rrn } }];
  }

  async #decide(
    tx: AtmTx,
    answers: readonly Answer[],
    takenKeys: readonly Terminal[],
    given: Map<string, readonly NoteMovement[]>,
  ): Promise<Outcome> {
    const found = await tx.withdrawals(answers.map((a) => a.id));
    const now = new Map(found);
    const paying = answers.filter(({ id, incoming: { message } }) => {
      const row = found.get(withdrawalKeyOf(id));
      return row?.dispensedMinor === 0n && responseOf(textOf(message, 39) ?? '').approved;
    });
    const terminals = [...new Set(paying.map((a) => a.id.terminal))].sort();
    const cassettes = byTerminal(terminals.length === 0 ? [] : await tx.cassettes(terminals));
    const dispensed: NoteMovement[] = [];
    for (const answer of answers) {
      const key = withdrawalKeyOf(answer.id);
      const row = now.get(key);
      if (row === undefined) {
        this.context.observe('answer-unmatched', { ...answer.id });
        continue;
      }
      const inside = cassettes.get(row.terminal) ?? [];
      const decision = this.#decideOne(row, answer, inside, given);
      now.set(key, decision.row);
      if (decision.notes.length > 0) {
        dispensed.push(...decision.notes);
        cassettes.set(row.terminal, afterDispensing(inside, decision.notes));
      }
    }
    const changed: Withdrawal[] = [];
    const reversals: Withdrawal[] = [];
    for (const [key, row] of now) {
      if (row === found.get(key)) continue;
      const sent = isReversing(row.state) ? this.#reversalSent(row) : undefined;
      if (sent !== undefined) reversals.push(sent);
      changed.push(sent ?? row);
      now.set(key, sent ?? row);
    }
    const pads = takenKeys.map(({ id, pad }) => ({ terminal: id, padState: pad.sealedState() }));
    const stans = this.context.stansOf(reversals);
    if (changed.length > 0 || pads.length > 0) {
      await tx.save({ updates: changed, dispensed, stans, pads });
    }
    return { rows: [...now.values()], changed, reversals, cassettes };
  }

  #decideOne(
    row: Withdrawal,
    { incoming, verdict }: Answer,
    cassettes: readonly Cassette[],
    given: Map<string, readonly NoteMovement[]>,
  ): { row: Withdrawal; notes: readonly NoteMovement[] } {
    const { ports } = this.context;
    const { message } = incoming;
    if (message.mti === '0430') return { row: decideReversalAnswer(row, message), notes: [] };
    const loose = this.context.has('answer-by-terminal-alone');
    if (!loose && !answersRow(row, message)) {
      this.context.observe('answer-unmatched', { terminal: row.terminal, rrn: row.rrn });
      return { row, notes: [] };
    }
    // The transaction may run again; the notes come out once.
    const key = withdrawalKeyOf(row);
    const dispenser: Dispenser = (plan) => {
      const notes = given.get(key) ?? (ports.dispenser ?? wholePlan)(plan);
      given.set(key, notes);
      return notes;
    };
    return decideAnswer(row, message, {
      verdict,
      nowMs: ports.clock.now(),
      cassettes,
      dispenser,
      payLate: this.context.has('late-approval-dispensed'),
      believeAll: this.context.has('damaged-copy-declines'),
    });
  }

  #reversalSent(row: Withdrawal): Withdrawal | undefined {
    const terminal = this.context.terminals.get(row.terminal)!;
    return reversalSent(row, {
      nowMs: this.context.ports.clock.now(),
      next: this.context.nextReversal(terminal),
      timeouts: this.context.timeouts,
    });
  }

  /** What the fleet remembers and tells of a chunk that is now durable. */
  #note({ changed, cassettes }: Outcome): void {
    for (const row of changed) {
      const { terminal, rrn, responseCode } = row;
      this.context.observe(`withdrawal-${row.state}`, {
        terminal,
        rrn,
        ...(responseCode === null ? {} : { responseCode }),
        detail: {
          amountMinor: Number(row.amountMinor),
          dispensedMinor: Number(row.dispensedMinor),
        },
      });
    }
    for (const [id, inside] of cassettes) this.context.terminals.get(id)!.cassettes = inside;
  }

  /** The terminal, when this 0810 brought keys that its pad took. */
  #takeKeys({ incoming: { message }, terminal, verdict }: Judged): Terminal[] {
    if (this.#networkCode(message, terminal, verdict) !== NETWORK_CODES.keyChange) return [];
    if (textOf(message, 39) !== '00') return [];
    const offered = decodeOfferedKeys(textOf(message, 48));
    const taken = offered === undefined ? undefined : terminal.pad.takeKeys(offered);
    if (taken?.ok) return [terminal];
    const code = taken?.code ?? 'PAD_KEY_BLOCK_INVALID';
    this.context.observe('keys-refused', { terminal: terminal.id, detail: { code } });
    return [];
  }

  #settleNetwork(network: readonly Judged[]): void {
    const { ports, timeouts } = this.context;
    for (const { incoming, terminal, verdict } of network) {
      const { message } = incoming;
      const code = this.#networkCode(message, terminal, verdict);
      if (code === undefined) continue;
      const responseCode = textOf(message, 39) ?? '';
      const approved =
        responseCode === '00' && (code !== NETWORK_CODES.keyChange || terminal.hasKeys);
      terminal.link.answered(approved, ports.clock.now(), timeouts);
      const what = approved ? NETWORK_NAMES[code] : 'network-request-refused';
      this.context.observe(what, { terminal: terminal.id, responseCode });
    }
  }

  /** Which request of the terminal this 0810 answers; without a MAC only if that went without. */
  #networkCode(message: Incoming['message'], terminal: Terminal, verdict: MacVerdict) {
    const first = verdict === 'unsigned' && terminal.link.unsigned;
    if (verdict !== 'good' && !first) return undefined;
    return terminal.link.matches({
      stan: textOf(message, 11),
      transmittedAt: textOf(message, 7),
      code: textOf(message, 70),
    });
  }
}

const NETWORK_NAMES = {
  [NETWORK_CODES.signOn]: 'terminal-signed-on',
  [NETWORK_CODES.signOff]: 'terminal-signed-off',
  [NETWORK_CODES.keyChange]: 'terminal-keys-taken',
  [NETWORK_CODES.echo]: 'terminal-echoed',
} as const;

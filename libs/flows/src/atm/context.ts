/** What the parts of a fleet share: ports, terminals, callers that wait, and the way out. */
import type { IsoMessage } from '@pinfold/iso8583';
import { TOPICS } from '@pinfold/messages';
import { type Outgoing, TIMEOUTS, type Timeouts } from '../node.js';
import type { AtmBug } from './bugs.js';
import { reversalRequest } from './build.js';
import { transmissionTime } from './clock-fields.js';
import type { NextReversal } from './decide.js';
import type { AtmOptions, AtmPorts } from './options.js';
import { resultOf, type WithdrawalResult } from './order.js';
import type { Terminal } from './terminal.js';
import { type Withdrawal, type WithdrawalId, withdrawalKeyOf } from './withdrawal.js';

export class FleetContext {
  readonly terminals = new Map<string, Terminal>();
  /** By what stands for the terminal in record keys. */
  readonly byIndex = new Map<string, Terminal>();
  readonly timeouts: Timeouts;
  /** Callers of withdrawals under way: at most one per terminal. */
  readonly #waiters = new Map<string, (result: WithdrawalResult) => void>();

  constructor(
    readonly ports: AtmPorts,
    readonly options: AtmOptions,
  ) {
    this.timeouts = ports.timeouts ?? TIMEOUTS;
  }

  get waiting(): number {
    return this.#waiters.size;
  }

  has(bug: AtmBug): boolean {
    return this.options.bugs?.has(bug) === true;
  }

  add(terminal: Terminal): void {
    this.terminals.set(terminal.id, terminal);
    this.byIndex.set(terminal.index, terminal);
  }

  wait(id: WithdrawalId, resolve: (result: WithdrawalResult) => void): void {
    this.#waiters.set(withdrawalKeyOf(id), resolve);
  }

  /** Tells the caller, and lets the next customer come. */
  finish(id: WithdrawalId, result: WithdrawalResult): void {
    const key = withdrawalKeyOf(id);
    const terminal = this.terminals.get(id.terminal);
    if (terminal?.current?.rrn === id.rrn) terminal.current = undefined;
    this.#waiters.get(key)?.(result);
    this.#waiters.delete(key);
  }

  finishRow(row: Withdrawal): void {
    const result = resultOf(row);
    if (result !== undefined) this.finish(row, result);
  }

  observe(
    what: string,
    o: {
      terminal?: string;
      rrn?: string;
      responseCode?: string;
      detail?: Record<string, string | number | boolean>;
    },
  ): void {
    this.ports.observe({ at: 'atm', what, ...o });
  }

  nextReversal(terminal: Terminal): NextReversal {
    const transmittedAt = transmissionTime(this.ports.clock.now());
    return () => ({ stan: terminal.nextStan(), transmittedAt });
  }

  /**
   * The reversals of these rows, ready to go. A row whose card number does not open is told and left
   * out, so that it holds up no other; its repeats end in being parked.
   */
  reversalsOf(rows: readonly Withdrawal[]): Outgoing[] {
    return rows.flatMap((row) => {
      const terminal = this.terminals.get(row.terminal)!;
      try {
        const pan = this.ports.vault.open(row.sealedPan);
        const withoutActual = this.has('atm-partial-reversed-in-full');
        const message = reversalRequest(row, { pan, options: this.options, withoutActual });
        return [this.outgoing(terminal, message, withdrawalKeyOf(row))];
      } catch (error) {
        const name = error instanceof Error ? error.name : 'unknown';
        const { terminal: id, rrn } = row;
        this.observe('reversal-not-built', { terminal: id, rrn, detail: { error: name } });
        return [];
      }
    });
  }

  outgoing(terminal: Terminal, message: IsoMessage, correlation: string): Outgoing {
    const bytes = terminal.finish(message);
    return { topic: TOPICS.atmRequests, keyText: terminal.id, bytes, correlation };
  }

  /** A send that fails is "unknown": deadlines and repeats take care of it. */
  async send(messages: readonly Outgoing[]): Promise<void> {
    if (messages.length === 0) return;
    try {
      await this.ports.send(messages.map((message) => this.ports.wire.seal(message)));
    } catch (error) {
      const name = error instanceof Error ? error.name : 'unknown';
      this.observe('send-failed', { detail: { records: messages.length, error: name } });
    }
  }

  /** Last STANs of the terminals that these rows belong to. */
  stansOf(rows: readonly WithdrawalId[]): { terminal: string; lastStan: number }[] {
    const ids = [...new Set(rows.map((row) => row.terminal))].sort();
    return ids.map((terminal) => ({
      terminal,
      lastStan: this.terminals.get(terminal)!.lastStan,
    }));
  }
}

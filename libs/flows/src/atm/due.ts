/**
 * What a fleet does when time passes: withdrawals without an answer are reversed, reversals without
 * an answer repeated, lines signed on and kept alive. Bounded per tick; what is left is due in the next.
 */
import { REVERSAL_REASONS } from '@pinfold/messages';
import { inRounds, type Outgoing, TICK_LIMIT } from '../node.js';
import { networkRequest } from './build.js';
import { transmissionTime } from './clock-fields.js';
import type { FleetContext } from './context.js';
import { reversalSent, startReversal } from './decide.js';
import type { AtmTx } from './store.js';
import type { Terminal } from './terminal.js';
import type { Withdrawal } from './withdrawal.js';

const MAX_ROUNDS = 10;

export class Due {
  constructor(private readonly context: FleetContext) {}

  async onTick(): Promise<void> {
    await inRounds(TICK_LIMIT, MAX_ROUNDS, (limit) => this.#round(limit));
    await this.#lines();
  }

  /**
   * Withdrawals that a stopped process left behind: their customers are gone, so they are reversed
   * whatever their deadline; the next tick sends.
   */
  async reverseInterrupted(): Promise<number> {
    const { ports } = this.context;
    const nowMs = ports.clock.now();
    return inRounds(TICK_LIMIT, Number.MAX_SAFE_INTEGER, (limit) =>
      ports.store.transact(async (tx) => {
        const rows = await tx.requested(nowMs, limit);
        const updates = rows.map((row) => this.#timedOut(row, nowMs));
        if (updates.length > 0) await tx.save({ updates });
        return rows.length;
      }),
    );
  }

  async #round(limit: number): Promise<number> {
    const { ports } = this.context;
    const nowMs = ports.clock.now();
    const { taken, sent, changed } = await ports.store.transact((tx) =>
      this.#decide(tx, nowMs, limit),
    );
    await this.context.send(this.context.reversalsOf(sent));
    for (const row of changed) {
      const { terminal, rrn } = row;
      const what = row.nextAtMs === null ? 'reversal-parked' : 'reversal-sent';
      if (row.reversalsSent > 0) {
        this.context.observe(what, { terminal, rrn, detail: { sent: row.reversalsSent } });
      }
      this.context.finishRow(row);
    }
    return taken;
  }

  async #decide(
    tx: AtmTx,
    nowMs: number,
    limit: number,
  ): Promise<{ taken: number; sent: Withdrawal[]; changed: Withdrawal[] }> {
    const rows = await tx.due(nowMs, limit);
    const sent: Withdrawal[] = [];
    const changed = rows.map((found) => {
      const row = found.state === 'requested' ? this.#timedOut(found, nowMs) : found;
      if (row.nextAtMs === null) return row;
      const terminal = this.context.terminals.get(row.terminal);
      if (terminal === undefined || !terminal.hasKeys) {
        return { ...row, nextAtMs: nowMs + this.context.timeouts.repeatFirstMs };
      }
      const next = this.context.nextReversal(terminal);
      const going = reversalSent(row, { nowMs, next, timeouts: this.context.timeouts });
      if (going === undefined) return { ...row, nextAtMs: null };
      sent.push(going);
      return this.context.has('atm-reversal-not-repeated') ? { ...going, nextAtMs: null } : going;
    });
    if (changed.length > 0) {
      await tx.save({ updates: changed, stans: this.context.stansOf(sent) });
    }
    return { taken: rows.length, sent, changed };
  }

  #timedOut(row: Withdrawal, nowMs: number): Withdrawal {
    if (this.context.has('atm-timeout-without-reversal')) {
      return { ...row, state: 'declined', nextAtMs: null };
    }
    return startReversal(row, { reason: REVERSAL_REASONS.lateAnswer, nowMs });
  }

  async #lines(): Promise<void> {
    const { ports, timeouts, terminals } = this.context;
    const nowMs = ports.clock.now();
    const messages: Outgoing[] = [];
    for (const terminal of terminals.values()) {
      if (messages.length >= TICK_LIMIT) break;
      if (!terminal.pad.hasTmk) continue;
      const code = terminal.link.due(nowMs, terminal.hasKeys, timeouts);
      if (code !== undefined) messages.push(this.#ask(terminal, code, nowMs));
    }
    await this.context.send(messages);
  }

  #ask(
    terminal: Terminal,
    code: Parameters<typeof networkRequest>[0]['code'],
    nowMs: number,
  ): Outgoing {
    const request = {
      terminal: terminal.id,
      code,
      stan: terminal.nextStan(),
      transmittedAt: transmissionTime(nowMs),
      acquirer: this.context.options.acquirer,
    };
    terminal.link.asked({ ...request, unsigned: !terminal.hasKeys }, nowMs, this.context.timeouts);
    return this.context.outgoing(terminal, networkRequest(request), request.stan);
  }
}

import { encodeReplacementAmounts, RESPONSE } from '@pinfold/messages';
import fc from 'fast-check';
import { TIMEOUTS } from '../node.js';
import { decideAnswer, decideForwardAnswer } from './decide-answer.js';
import { decideRepeat, decideTimeout } from './decide-deadline.js';
import { decideReversal } from './decide-reversal.js';
import { decideWithdrawal, type Route } from './decide-withdrawal.js';
import type { IssuerAnswer, ReversalRequest, WithdrawalRequest } from './read.js';
import type { Step } from './step.js';
import { sampleForward, sampleRow } from './testing.js';
import type { SwitchTransaction } from './transaction.js';

const NOW_MS = Date.UTC(2026, 10, 21, 12);
const ctx = { acquirer: '100001', nowMs: NOW_MS, timeouts: TIMEOUTS };
const row = sampleRow();
const incoming = {
  message: { mti: '0200', fields: { 2: row.pan, 3: '010000', 53: row.security } },
  bytes: new Uint8Array(),
  link: 'atm',
  correlation: '',
};
const identity = {
  incoming,
  rrn: row.rrn,
  terminal: row.terminal,
  stan: row.stan,
  transmittedAt: row.transmittedAt,
  pan: row.pan,
  card: row.card,
  amountMinor: row.amountMinor,
};

const request: WithdrawalRequest = {
  ...identity,
  currency: '978',
  security: { format: 'iso0', pinKeyVersion: 1, macKeyVersion: 1 },
  pinBlock: new Uint8Array(8),
};
const forward: Route = {
  kind: 'forward',
  issuer: 'bank-a',
  pinBlock: new Uint8Array(8).fill(7),
  pin: { format: 'iso0', version: 3 },
};
const reversal = (o: Partial<ReversalRequest> = {}): ReversalRequest => ({
  ...identity,
  stan: '000077',
  transmittedAt: '1121120030',
  currency: '978',
  reason: '68',
  original: { mti: '0200', stan: row.stan, transmittedAt: row.transmittedAt, acquirer: '100001' },
  actualMinor: undefined,
  ...o,
});
const reversalCtx = { ...ctx, advice: undefined, issuer: 'bank-a' };
const answer = (responseCode: string, o: Partial<IssuerAnswer> = {}): IssuerAnswer => ({
  ...identity,
  issuer: 'bank-a',
  responseCode,
  approvalCode: responseCode === '00' ? 'A12345' : undefined,
  ...o,
});

const sent = (step: Step) => (step.drafts ?? []).map(({ message }) => message.mti);
const codes = (step: Step) => (step.drafts ?? []).map(({ message }) => message.fields[39]);

describe('a request at the switch', () => {
  it('is forwarded with the PIN block under the zone key, and nothing else of its PIN', () => {
    const step = decideWithdrawal(request, undefined, forward, ctx);
    expect(step.insert).toMatchObject({ state: 'forwarded', deadlineMs: NOW_MS + 8_000 });
    expect(step.drafts![0]!.message.fields[52]).toEqual(
      forward.kind === 'forward' && forward.pinBlock,
    );
    expect(step.drafts![0]!.security.slice(0, 6)).toBe('010003');
    expect(JSON.stringify(step.insert!.fields)).not.toContain('52');
  });

  it('gets the stored answer when it comes again, silence while there is none', () => {
    const declined: SwitchTransaction = {
      ...row,
      state: 'declined',
      responseCode: '51',
      deadlineMs: null,
    };
    expect(codes(decideWithdrawal(request, declined, forward, ctx))).toEqual(['51']);
    expect(sent(decideWithdrawal(request, row, forward, ctx))).toEqual([]);
  });

  it('is declined when it comes after its reversal, and when another has its identity', () => {
    const early = decideReversal(reversal(), undefined, reversalCtx).insert!;
    expect(codes(decideWithdrawal(request, early, forward, ctx))).toEqual(['12']);
    const other = { ...request, amountMinor: 1n };
    const step = decideWithdrawal(other, row, forward, ctx);
    expect([codes(step), step.update, step.insert]).toEqual([['94'], undefined, undefined]);
  });

  it('is approved in the issuer’s place with an advice that is stored', () => {
    const step = decideWithdrawal(request, undefined, { kind: 'stand-in', issuer: 'bank-a' }, ctx);
    expect(sent(step)).toEqual(['0210', '0220']);
    expect(step.insert!.state).toBe('stood-in');
    expect(step.forward).toMatchObject({ kind: 'advice', state: 'pending', code: '00' });
  });
});

describe('an answer of an issuer', () => {
  it('belongs to a row by its full identity only', () => {
    const others: Partial<IssuerAnswer>[] = [
      { stan: '999999' },
      { transmittedAt: '1121120001' },
      { amountMinor: 1n },
      { card: 'another' },
      { issuer: 'bank-b' },
    ];
    for (const other of others) {
      const step = decideAnswer(answer('00', other), row, undefined, ctx);
      expect(step).toEqual({ note: expect.objectContaining({ what: 'answer-unmatched' }) });
    }
    expect(decideAnswer(answer('00'), row, undefined, ctx).update!.state).toBe('approved');
  });

  it('changes nothing when it is late: the reversal covers it', () => {
    const late: SwitchTransaction = {
      ...row,
      state: 'timed-out',
      responseCode: '91',
      deadlineMs: null,
    };
    const step = decideAnswer(answer('00'), late, undefined, ctx);
    expect([step.update, step.forward, step.note.what]).toEqual([
      undefined,
      undefined,
      'late-approval',
    ]);
  });

  it('is taken back when it approves what the terminal was declined', () => {
    const declined: SwitchTransaction = {
      ...row,
      state: 'declined',
      responseCode: '96',
      deadlineMs: null,
    };
    const step = decideAnswer(answer('00'), declined, undefined, ctx);
    expect(step.forward).toMatchObject({ kind: 'reversal', state: 'pending' });
    expect(decideAnswer(answer('00'), declined, sampleForward(), ctx).forward).toBeUndefined();
  });

  it.each(['30', '88', '94', '96'])(
    'of %s declines and reverses what may have been approved',
    (code) => {
      const step = decideAnswer(answer(code), row, undefined, ctx);
      expect(step.update!.state).toBe('declined');
      expect(sent(step)).toEqual(['0210', '0420']);
    },
  );

  it('settles a stored message only with its own identity, and leaves it when it cannot be done now', () => {
    const stored = sampleForward();
    const own = { stan: stored.stan, transmittedAt: stored.transmittedAt };
    expect(decideForwardAnswer(answer('00', own), stored).forward!.state).toBe('done');
    expect(decideForwardAnswer(answer('96', own), stored).forward).toBeUndefined();
    expect(decideForwardAnswer(answer('25', own), stored).forward!.state).toBe('refused');
    expect(decideForwardAnswer(answer('00'), stored).forward).toBeUndefined();
  });
});

describe('a reversal of a terminal', () => {
  const approved: SwitchTransaction = {
    ...row,
    state: 'approved',
    responseCode: '00',
    deadlineMs: null,
  };

  it('is answered once it is stored, and goes to the issuer with what was dispensed', () => {
    const step = decideReversal(reversal({ actualMinor: 2_000n }), approved, reversalCtx);
    expect(step.update).toMatchObject({ state: 'partly-reversed', actualMinor: 2_000n });
    expect(sent(step)).toEqual(['0430', '0420']);
    expect(step.drafts![1]!.message.fields[95]).toBe(encodeReplacementAmounts(2_000n));
  });

  it('names the advice as its original after stand-in', () => {
    const advice = sampleForward({ kind: 'advice', transmittedAt: '1121120009' });
    const stood: SwitchTransaction = { ...approved, state: 'stood-in' };
    const step = decideReversal(reversal(), stood, { ...reversalCtx, advice });
    expect(step.forward!.original).toMatch(/^0220\d{6}1121120009/);
  });

  it('changes nothing when repeated, refused when it contradicts', () => {
    const partly = decideReversal(reversal({ actualMinor: 2_000n }), approved, reversalCtx).update!;
    const again = (actualMinor?: bigint) =>
      decideReversal(reversal({ actualMinor }), partly, reversalCtx);
    expect([again(2_000n).update, codes(again(2_000n))]).toEqual([undefined, ['00']]);
    expect(codes(again(3_000n))).toEqual(['12']);
    expect(codes(again())).toEqual(['12']);
    const all = decideReversal(reversal({ actualMinor: row.amountMinor }), approved, reversalCtx);
    expect(codes(all)).toEqual(['13']);
  });
});

describe('time at the switch', () => {
  it('reverses towards a silent issuer, or stands in', () => {
    const out = decideTimeout(row, false, ctx);
    expect([sent(out), codes(out)]).toEqual([
      ['0210', '0420'],
      ['91', '68'],
    ]);
    expect(out.update!.state).toBe('timed-out');
    const stood = decideTimeout(row, true, ctx);
    expect([sent(stood), stood.update!.state]).toEqual([['0210', '0220'], 'stood-in']);
  });

  it('repeats with growing pauses and the same identity, up to the limit', () => {
    let due = { forward: sampleForward(), transaction: row };
    const pauses: number[] = [];
    for (let i = 0; i < 6; i++) {
      const step = decideRepeat(due, ctx);
      expect(sent(step)).toEqual(['0421']);
      expect(step.forward).toMatchObject({
        stan: due.forward.stan,
        transmittedAt: due.forward.transmittedAt,
      });
      pauses.push(step.forward!.nextAtMs - NOW_MS);
      due = { ...due, forward: step.forward! };
    }
    expect(pauses).toEqual([10_000, 20_000, 40_000, 60_000, 60_000, 60_000]);
    const last = { ...due.forward, sent: TIMEOUTS.repeatLimit + 1 };
    expect(decideRepeat({ ...due, forward: last }, ctx).forward!.state).toBe('parked');
  });
});

describe('any order of answer, late answer, timeout, reversal and repeats', () => {
  it('leaves the issuer with exactly what the terminal may have paid', () => {
    const happenings = fc.constantFrom(
      'approve',
      'decline',
      'damaged',
      'timeOut',
      'reverse',
      'reversePartly',
    );
    fc.assert(
      fc.property(fc.array(happenings, { maxLength: 10 }), (order) => {
        let now: SwitchTransaction = { ...row };
        let told: SwitchTransaction['responseCode'] = null;
        let undone: { actualMinor: bigint | null } | undefined;
        const take = (step: Step): void => {
          now = step.update ?? now;
          const code = step.drafts?.find(({ message }) => message.mti === '0210')?.message
            .fields[39];
          if (typeof code === 'string') told ??= code;
          if (step.forward?.kind === 'reversal') undone ??= step.forward;
        };
        for (const happening of order) {
          const back = undone === undefined ? undefined : sampleForward();
          if (happening === 'approve') take(decideAnswer(answer('00'), now, back, ctx));
          if (happening === 'decline' && now.state !== 'approved') {
            take(decideAnswer(answer('51'), now, back, ctx));
          }
          if (happening === 'damaged') take(decideAnswer(answer('88'), now, back, ctx));
          if (happening === 'timeOut' && now.state === 'forwarded') {
            take(decideTimeout({ ...now, pan: row.pan }, false, ctx));
          }
          // A terminal takes back a part only of what it was told to pay.
          if (happening === 'reverse') take(decideReversal(reversal(), now, reversalCtx));
          if (happening === 'reversePartly' && told === RESPONSE.approved) {
            take(decideReversal(reversal({ actualMinor: 2_000n }), now, reversalCtx));
          }
        }
        const paid = ['approved', 'partly-reversed'].includes(now.state);
        if (paid) expect(told).toBe(RESPONSE.approved);
        if (now.state === 'partly-reversed') expect(undone!.actualMinor).toBe(2_000n);
        if (now.state === 'approved') expect(undone).toBeUndefined();
        // Whatever the issuer may hold and the terminal must not pay is taken back in full.
        const mayHold = order.includes('approve') && !['forwarded', 'declined'].includes(now.state);
        if (mayHold && !paid) expect(undone).toMatchObject({ actualMinor: null });
      }),
    );
  });
});

/** Builders for the switch's specs and for the suite that both stores are held to. */
import { maskPan } from '@pinfold/messages';
import { demoCardNumber, ISSUERS } from '../network/demo-network.js';
import type { StoreAndForward, SwitchTransaction, WithPan } from './transaction.js';

const stanOf = (n: number) => String(n).padStart(6, '0');
const rrnOf = (n: number) => `632512${stanOf(n)}`;

/** A forwarded withdrawal; `n` names it. */
export function sampleRow(
  o: Partial<WithPan<SwitchTransaction>> & { n?: number } = {},
): WithPan<SwitchTransaction> {
  const { n = 1, ...rest } = o;
  const pan = demoCardNumber(ISSUERS[0]!, n);
  return {
    rrn: rrnOf(n),
    terminal: 'ATM00001',
    stan: stanOf(n),
    transmittedAt: '1121120000',
    state: 'forwarded',
    issuer: 'bank-a',
    pan,
    card: `card-${n}`,
    maskedPan: maskPan(pan),
    amountMinor: 5_000n,
    actualMinor: null,
    currency: '978',
    responseCode: null,
    approvalCode: null,
    security: '0100010001000000',
    fields: { 3: '010000', 12: '120000', 13: '1121' },
    deadlineMs: 8_000,
    createdMs: 0,
    ...rest,
  };
}

export function sampleForward(o: Partial<StoreAndForward> & { n?: number } = {}): StoreAndForward {
  const { n = 1, ...rest } = o;
  return {
    rrn: rrnOf(n),
    terminal: 'ATM00001',
    kind: 'reversal',
    issuer: 'bank-a',
    state: 'pending',
    stan: stanOf(n),
    transmittedAt: '1121120008',
    code: '68',
    original: `0200${stanOf(n)}11211200000000010000100000000000`.slice(0, 42),
    actualMinor: null,
    sent: 1,
    nextAtMs: 5_000,
    ...rest,
  };
}

/** Builders for the issuer's specs and for the suite that both stores are held to. */
import { demoCardNumber, ISSUERS } from '../network/demo-network.js';
import type { Answer } from './answer.js';
import { type ChunkResult, decideChunk } from './decide-chunk.js';
import { type Financial, type FinancialClass, type Reversal, transactionKey } from './intake.js';
import { STAND_IN_LOSS_ACCOUNT, settlementAccount } from './ledger.js';
import type { CardStatus } from './model.js';
import type { PinOutcome } from './rules.js';
import { DEFAULT_LIMITS, type IssuerSettings } from './settings.js';
import type { IssuerStore, NewCard } from './store.js';
import { type ReadyWork, touchedBy } from './work.js';

export const ACQUIRER_ID = '100001';
export const SETTLEMENT = settlementAccount(ACQUIRER_ID);
export const OPENING_MINOR = 10_000n;
/** 2026-11-21 12:00 UTC. */
export const NOON_MS = Date.UTC(2026, 10, 21, 12);

export const SETTINGS: IssuerSettings = {
  issuerId: 'bank-a',
  acquirer: ACQUIRER_ID,
  link: 'acq1',
  currency: '978',
  pvk: 'pvk-token',
  zck: 'zck-token',
  limits: { ...DEFAULT_LIMITS, amountPerDayMinor: 8_000n, countPerDay: 4 },
};

/** Cards in these specs are named by their sequence; their key stands for the keyed hash. */
export function cardKey(sequence: number): string {
  return `card-${String(sequence).padStart(16, '0')}x`.slice(0, 22);
}

export function newCard(sequence: number, status: CardStatus = 'active'): NewCard {
  return {
    key: cardKey(sequence),
    sealedPan: new Uint8Array([sequence & 255]),
    maskedPan: '400000******0000',
    expiry: '3012',
    status,
    record: `record-${sequence}`,
    accountId: sequence,
    openingMinor: OPENING_MINOR,
  };
}

export async function prepare(store: IssuerStore, cards: number): Promise<void> {
  await store.openInternalAccounts([
    { id: STAND_IN_LOSS_ACCOUNT, name: 'stand-in loss' },
    { id: SETTLEMENT, name: 'settlement' },
  ]);
  await store.createCards(Array.from({ length: cards }, (_, i) => newCard(i + 1)));
}

export interface Asked {
  readonly card?: number;
  /** Names the transaction: part of its RRN. */
  readonly number: number;
  readonly amountMinor?: bigint;
  readonly pin?: PinOutcome;
  readonly stan?: string;
  readonly reversal?: Partial<Reversal>;
  readonly mac?: ReadyWork['mac'];
  readonly expiry?: string;
}

/** One item of a chunk, as if opened, MACed and PIN-verified. */
export function item(kind: FinancialClass, asked: Asked): ReadyWork {
  const { card = 1, number, amountMinor = 1_000n, pin = 'right', mac = 'valid' } = asked;
  const stan = asked.stan ?? String(number).padStart(6, '0');
  const names = {
    acquirer: ACQUIRER_ID,
    rrn: `632512${String(number).padStart(6, '0')}`,
    terminal: 'ATM00001',
  };
  const value: Financial = {
    ...names,
    class: kind,
    pan: demoCardNumber(ISSUERS[0]!, card),
    amountMinor,
    expiry: asked.expiry,
    approvalCode: kind === 'advice' ? '777777' : '',
    messageId: `${stan}1121120000`,
    transactionKey: transactionKey(names),
    reversal:
      kind === 'reversal'
        ? { leg: 'request', reason: '68', actualMinor: undefined, ...asked.reversal }
        : undefined,
  };
  return {
    incoming: {
      message: { mti: '0200', fields: {} },
      bytes: new Uint8Array(),
      correlation: value.transactionKey,
      link: 'bank-a',
    },
    intake: { ok: true, value },
    cardKey: cardKey(card),
    mac,
    pin,
    approvalCode: '123456',
  };
}

export async function runChunk(
  store: IssuerStore,
  items: readonly ReadyWork[],
  o: { nowMs?: number; settings?: IssuerSettings } = {},
): Promise<ChunkResult> {
  const { nowMs = NOON_MS, settings = SETTINGS } = o;
  const facts = { settings, nowMs, sentOutboxIds: [] };
  const { result } = await store.transact(touchedBy(items), (loaded) =>
    decideChunk(loaded, items, facts),
  );
  return result;
}

export async function answersTo(
  store: IssuerStore,
  items: readonly ReadyWork[],
  o: { nowMs?: number; settings?: IssuerSettings } = {},
): Promise<readonly Answer[]> {
  return (await runChunk(store, items, o)).answers;
}

export async function codesOf(
  store: IssuerStore,
  items: readonly ReadyWork[],
  o: { nowMs?: number; settings?: IssuerSettings } = {},
): Promise<string[]> {
  return (await answersTo(store, items, o)).map(({ responseCode }) => responseCode);
}

export async function balanceOf(store: IssuerStore, card = 1): Promise<bigint> {
  return (await store.card(cardKey(card)))!.balanceMinor;
}

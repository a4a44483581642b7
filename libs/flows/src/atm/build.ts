/**
 * The terminal's messages from journal rows and orders (ISO 8583:1987; which fields each carries is
 * the network's own choice). DE 53 and the MAC are added when the terminal finishes the message.
 */
import type { FieldValue, IsoMessage } from '@pinfold/iso8583';
import { encodeOriginalData, encodeReplacementAmounts } from '@pinfold/messages';
import { amountText } from './clock-fields.js';
import type { NetworkCode } from './link.js';
import type { AtmOptions } from './options.js';
import type { Withdrawal } from './withdrawal.js';

/** DE 3: cash withdrawal, default account. */
export const CASH_WITHDRAWAL = '010000';
const NORMAL_CONDITION = '00';
const CASH_DISPENSER = '6011';
const MAGNETIC_STRIPE_WITH_PIN = '021';

export interface CardData {
  readonly pan: string;
  /** DE 14, YYMM. */
  readonly expiry: string;
}

/** 0200. A block of 8 bytes goes into DE 52, one of 16 (format 4) into DE 63. */
export function withdrawalRequest(
  row: Withdrawal,
  o: { card: CardData; pinBlock: Uint8Array; options: AtmOptions },
): IsoMessage {
  const { card, pinBlock, options } = o;
  const fields: Record<number, FieldValue> = {
    2: card.pan,
    3: CASH_WITHDRAWAL,
    4: amountText(row.amountMinor),
    7: row.transmittedAt,
    11: row.stan,
    12: row.transmittedAt.slice(4),
    13: row.transmittedAt.slice(0, 4),
    14: card.expiry,
    18: options.merchantType ?? CASH_DISPENSER,
    22: options.entryMode ?? MAGNETIC_STRIPE_WITH_PIN,
    25: NORMAL_CONDITION,
    32: options.acquirer,
    37: row.rrn,
    41: row.terminal,
    42: options.acceptorId?.(row.terminal) ?? row.terminal.padEnd(15),
    43: options.acceptorName?.(row.terminal) ?? 'PINFOLD'.padEnd(40),
    49: options.currency,
  };
  fields[pinBlock.length === 8 ? 52 : 63] = pinBlock;
  return { mti: '0200', fields };
}

/** 0420, or 0421 for a repeat, of a row that has its reversal's STAN, time and reason. */
export function reversalRequest(
  row: Withdrawal,
  o: { pan: string; options: AtmOptions; withoutActual?: boolean },
): IsoMessage {
  const { acquirer, currency } = o.options;
  const fields: Record<number, FieldValue> = {
    2: o.pan,
    3: CASH_WITHDRAWAL,
    4: amountText(row.amountMinor),
    7: row.reversalAt!,
    11: row.reversalStan!,
    12: row.transmittedAt.slice(4),
    13: row.transmittedAt.slice(0, 4),
    32: acquirer,
    37: row.rrn,
    39: row.reason!,
    41: row.terminal,
    49: currency,
    90: encodeOriginalData({
      mti: '0200',
      stan: row.stan,
      transmittedAt: row.transmittedAt,
      acquirer,
    }),
  };
  if (row.dispensedMinor > 0n && !o.withoutActual) {
    fields[95] = encodeReplacementAmounts(row.dispensedMinor);
  }
  return { mti: row.reversalsSent > 1 ? '0421' : '0420', fields };
}

/** 0800: sign-on, echo, key change. */
export function networkRequest(o: {
  terminal: string;
  code: NetworkCode;
  stan: string;
  transmittedAt: string;
  acquirer: string;
}): IsoMessage {
  const { terminal, code, stan, transmittedAt, acquirer } = o;
  return {
    mti: '0800',
    fields: { 7: transmittedAt, 11: stan, 32: acquirer, 41: terminal, 70: code },
  };
}

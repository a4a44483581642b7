/**
 * The messages of the switch, built from rows and requests (ISO 8583:1987; the fields of each are the
 * network's own choice). DE 53 and the MAC are set when the message is finished (`finish.ts`), since
 * only then the key versions in force are known.
 */
import type { FieldValue, IsoMessage } from '@pinfold/iso8583';
import {
  encodeOriginalData,
  encodeReplacementAmounts,
  issuerRequests,
  TOPICS,
} from '@pinfold/messages';
import type { StoreAndForward, SwitchTransaction, WithPan } from './transaction.js';
import { keyOf } from './transaction.js';

/** A message to be finished: whose keys make its MAC, and where it goes. */
export interface Draft {
  readonly message: IsoMessage;
  readonly topic: string;
  readonly keyText: string;
  /** Terminal id or issuer id: the owner of the MAC key. */
  readonly owner: string;
  readonly usage: 'TAK' | 'ZAK';
  /** PIN part of DE 53 and the MAC key version wished for; the newest active one if that is gone. */
  readonly security: string;
  readonly correlation: string;
  readonly traceparent?: string;
}

/** DE 53 of a message that names no key of its own. */
export const NO_SECURITY = '0000000000000000';

export function amountField(amountMinor: bigint): string {
  return amountMinor.toString().padStart(12, '0');
}

/** MMDDhhmmss, UTC: DE 7. */
export function transmissionTime(nowMs: number): string {
  return new Date(nowMs).toISOString().replace(/\D/g, '').slice(4, 14);
}

/** YYYY-MM-DD, UTC: the day that stand-in limits count by. */
export function dayOf(nowMs: number): string {
  return new Date(nowMs).toISOString().slice(0, 10);
}

function toTerminal(
  o: { terminal: string; security: string; correlation: string; traceparent?: string },
  message: IsoMessage,
): Draft {
  return {
    message,
    topic: TOPICS.atmAnswers,
    keyText: o.terminal,
    owner: o.terminal,
    usage: 'TAK',
    security: o.security,
    correlation: o.correlation,
    traceparent: o.traceparent,
  };
}

function toIssuer(
  o: { issuer: string; pan: string; security: string; correlation: string; traceparent?: string },
  message: IsoMessage,
): Draft {
  return {
    message,
    topic: issuerRequests(o.issuer),
    keyText: o.pan,
    owner: o.issuer,
    usage: 'ZAK',
    security: o.security,
    correlation: o.correlation,
    traceparent: o.traceparent,
  };
}

/** 0210 from a row that has its outcome. */
export function withdrawalAnswer(
  row: SwitchTransaction,
  o: { acquirer: string; pan: string; code?: string; traceparent?: string },
): Draft {
  const code = o.code ?? row.responseCode!;
  const fields: Record<number, FieldValue> = {
    2: o.pan,
    4: amountField(row.amountMinor),
    7: row.transmittedAt,
    11: row.stan,
    32: o.acquirer,
    37: row.rrn,
    39: code,
    41: row.terminal,
    49: row.currency,
  };
  for (const number of [3, 12, 13]) {
    const value = row.fields[number];
    if (value !== undefined) fields[number] = value;
  }
  if (code === '00' && row.approvalCode !== null) fields[38] = row.approvalCode;
  return toTerminal(
    { ...row, correlation: keyOf(row), traceparent: o.traceparent },
    { mti: '0210', fields },
  );
}

const ANSWER_ECHO: Readonly<Record<string, readonly number[]>> = {
  '0210': [2, 3, 4, 7, 11, 12, 13, 32, 37, 41, 49],
  '0430': [2, 3, 4, 7, 11, 12, 13, 32, 37, 41, 49, 90],
  '0810': [7, 11, 32, 41, 70],
};

/** An answer made of the request alone: refusals without a row, 0430, 0810. */
export function echoAnswer(
  request: IsoMessage,
  o: {
    mti: keyof typeof ANSWER_ECHO & string;
    code: string;
    terminal: string;
    correlation: string;
    traceparent?: string;
    more?: Record<number, FieldValue>;
  },
): Draft {
  const fields: Record<number, FieldValue> = { ...o.more, 39: o.code };
  for (const number of ANSWER_ECHO[o.mti]!) {
    const value = request.fields[number];
    if (value !== undefined) fields[number] = value;
  }
  const security = request.fields[53];
  return toTerminal(
    { ...o, security: typeof security === 'string' ? security : NO_SECURITY },
    { mti: o.mti, fields },
  );
}

/** The request as the issuer gets it: the PIN block under the zone key, everything else as it came. */
export function forwardedRequest(
  request: IsoMessage,
  o: {
    issuer: string;
    pan: string;
    pinBlock: Uint8Array;
    security: string;
    correlation: string;
    traceparent?: string;
  },
): Draft {
  const fields: Record<number, FieldValue> = { ...request.fields };
  delete fields[52];
  delete fields[63];
  delete fields[64];
  fields[o.pinBlock.length === 8 ? 52 : 63] = o.pinBlock;
  return toIssuer(o, { mti: '0200', fields });
}

/** 0420/0421 or 0220/0221 towards the issuer; a repeat keeps STAN and time. */
export function forwardMessage(
  { forward, transaction }: { forward: StoreAndForward; transaction: WithPan<SwitchTransaction> },
  acquirer: string,
): Draft {
  const repeat = forward.sent > 1 ? '1' : '0';
  const fields: Record<number, FieldValue> = {
    2: transaction.pan,
    4: amountField(transaction.amountMinor),
    7: forward.transmittedAt,
    11: forward.stan,
    32: acquirer,
    37: transaction.rrn,
    39: forward.code,
    41: transaction.terminal,
    49: transaction.currency,
  };
  const advice = forward.kind === 'advice';
  const kept = advice ? [3, 12, 13, 14, 18, 22, 25, 42, 43] : [3, 12, 13];
  for (const number of kept) {
    const value = transaction.fields[number];
    if (value !== undefined) fields[number] = value;
  }
  if (advice && transaction.approvalCode !== null) fields[38] = transaction.approvalCode;
  if (forward.original !== null) fields[90] = forward.original;
  if (forward.actualMinor !== null) fields[95] = encodeReplacementAmounts(forward.actualMinor);
  return toIssuer(
    {
      issuer: forward.issuer,
      pan: transaction.pan,
      security: NO_SECURITY,
      correlation: keyOf(transaction),
    },
    { mti: `${advice ? '022' : '042'}${repeat}`, fields },
  );
}

/** DE 90 for a reversal of this transaction's request or, after stand-in, of its advice. */
export function originalOf(
  row: SwitchTransaction,
  leg: { mti: '0200' | '0220'; transmittedAt: string },
  acquirer: string,
): string {
  return encodeOriginalData({
    mti: leg.mti,
    stan: row.stan,
    transmittedAt: leg.transmittedAt,
    acquirer,
  });
}

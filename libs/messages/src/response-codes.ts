/**
 * Response codes, DE 39 of an answer (ISO 8583:1987, code list of the field). One table: what the
 * code says, and who may try again. Codes outside the table are read as a refusal (`responseOf`).
 */

export interface ResponseCode {
  readonly code: string;
  /** Stable name for code, metrics and events. */
  readonly name: string;
  readonly text: string;
  readonly approved: boolean;
}

const row = (code: string, name: string, text: string): ResponseCode => ({
  code,
  name,
  text,
  approved: code === '00',
});

const TABLE = [
  row('00', 'approved', 'approved'),
  row('05', 'refused', 'do not honour'),
  row('12', 'invalid-transaction', 'invalid transaction'),
  row('13', 'invalid-amount', 'invalid amount'),
  row('14', 'no-such-card', 'invalid card number'),
  row('25', 'original-not-found', 'original transaction not found'),
  row('30', 'format-error', 'format error'),
  row('41', 'card-lost', 'lost card'),
  row('43', 'card-stolen', 'stolen card'),
  row('51', 'insufficient-funds', 'not sufficient funds'),
  row('54', 'card-expired', 'expired card'),
  row('55', 'pin-wrong', 'incorrect PIN'),
  row('61', 'amount-limit', 'exceeds withdrawal amount limit'),
  row('62', 'card-restricted', 'restricted card'),
  row('65', 'frequency-limit', 'exceeds withdrawal frequency limit'),
  row('68', 'late-answer', 'response received too late'),
  row('75', 'pin-tries-exceeded', 'allowable number of PIN tries exceeded'),
  row('88', 'cryptographic-failure', 'cryptographic failure'),
  row('91', 'issuer-unavailable', 'issuer or switch is inoperative'),
  row('94', 'duplicate', 'duplicate transmission'),
  row('96', 'system-malfunction', 'system malfunction'),
] as const;

export const RESPONSE_CODES: ReadonlyMap<string, ResponseCode> = new Map(
  TABLE.map((entry) => [entry.code, entry]),
);

/** Codes by what they mean, for the sides that set them. */
export const RESPONSE = {
  approved: '00',
  refused: '05',
  invalidTransaction: '12',
  invalidAmount: '13',
  noSuchCard: '14',
  originalNotFound: '25',
  formatError: '30',
  cardLost: '41',
  cardStolen: '43',
  insufficientFunds: '51',
  cardExpired: '54',
  pinWrong: '55',
  amountLimit: '61',
  cardRestricted: '62',
  frequencyLimit: '65',
  lateAnswer: '68',
  pinTriesExceeded: '75',
  cryptographicFailure: '88',
  issuerUnavailable: '91',
  duplicate: '94',
  systemMalfunction: '96',
} as const;

export type ResponseCodeValue = (typeof RESPONSE)[keyof typeof RESPONSE];

/** The table's row, or a refusal that says the code is unknown: an unknown code never approves. */
export function responseOf(code: string): ResponseCode {
  return (
    RESPONSE_CODES.get(code) ?? {
      code,
      name: 'unknown',
      text: 'unknown response code',
      approved: false,
    }
  );
}

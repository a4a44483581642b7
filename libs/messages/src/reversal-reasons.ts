/** Why a withdrawal is taken back: DE 39 of a reversal request (0420, 0421). */

export const REVERSAL_REASONS = {
  /** No answer, or one after the deadline. */
  lateAnswer: '68',
  customerCancellation: '17',
  /** The answer's MAC did not verify, or the answer could not be used. */
  error: '06',
  /** Less was dispensed than approved; DE 95 holds the amount that was. */
  partialDispense: '32',
} as const;

export type ReversalReason = (typeof REVERSAL_REASONS)[keyof typeof REVERSAL_REASONS];

const NAMES = new Map<string, string>([
  [REVERSAL_REASONS.lateAnswer, 'late-answer'],
  [REVERSAL_REASONS.customerCancellation, 'customer-cancellation'],
  [REVERSAL_REASONS.error, 'error'],
  [REVERSAL_REASONS.partialDispense, 'partial-dispense'],
]);

/** Stable name for events and metrics; `unknown` for a code outside the table. */
export function reversalReasonName(code: string): string {
  return NAMES.get(code) ?? 'unknown';
}

export const REVERSAL_REASON_TABLE: readonly (readonly [code: string, name: string])[] = [...NAMES];

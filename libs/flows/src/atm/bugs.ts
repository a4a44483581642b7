/**
 * Faults that the simulator plants to measure itself (`libs/simulation`). A fleet without a set of
 * bugs, which is every fleet of the programs, has none of them; no configuration reaches this.
 */

export const ATM_BUGS = {
  'late-approval-dispensed': 'an approval is paid out whenever it comes',
  'atm-timeout-without-reversal': 'no answer is taken for a refusal',
  'atm-partial-reversed-in-full': 'a partial dispense is reversed without the actual amount',
  'atm-reversal-not-repeated': 'a reversal is sent once and then taken for answered',
  'answer-by-terminal-alone': 'an answer counts for whatever the terminal is waiting for',
  'damaged-copy-declines': 'a refusal of a damaged copy is taken for a decision',
  'sent-before-journal': 'the request leaves before the journal is written',
} as const;

export type AtmBug = keyof typeof ATM_BUGS;

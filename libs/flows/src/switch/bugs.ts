/**
 * Faults that the simulator plants to measure itself (`libs/simulation`). A node without a set of
 * bugs, which is every node of the programs, has none of them; no configuration reaches this.
 */

export const SWITCH_BUGS = {
  'dedup-dropped': 'a repeated request is treated as a new one',
  'dedup-across-batches-only': 'two copies in one chunk are both forwarded',
  'early-reversal-ignored': 'a reversal that overtakes its request is answered and forgotten',
  'timeout-without-reversal': '91 to the terminal, nothing to the issuer',
  'reversal-not-repeated': 'a reversal is sent once and then taken for done',
  'advice-not-repeated': 'an advice is sent once and then taken for done',
  'advice-lost': 'a stand-in approval leaves no advice',
  'partial-reversed-in-full': 'the actual amount of a partial dispense is dropped',
  'answer-by-stan-alone': 'an answer is matched to the last request with its STAN',
  'stand-in-limit-per-instance': 'each instance counts its own stand-in amounts',
  'zone-key-switched-at-once': 'answers are verified under the newest zone key only',
  'mac-after-pin': 'a request with a bad MAC is forwarded if its PIN block translates',
  'outbox-before-commit': 'messages leave before the transaction commits',
  'reversal-not-forwarded': 'the terminal gets its 0430, the issuer hears nothing',
} as const;

export type SwitchBug = keyof typeof SWITCH_BUGS;

/** The ATM fleet: terminals with PIN pads, cassettes and a journal, as one node. */
export { ATM_BUGS, type AtmBug } from './bugs.js';
export {
  type Cassette,
  type Dispenser,
  MAX_NOTES,
  type NoteMovement,
  planNotes,
  wholePlan,
} from './cassettes.js';
export { AtmFleet, type NewTerminal, type TerminalView } from './fleet.js';
export { MemoryAtmStore } from './memory-store.js';
export type { AtmOptions, AtmPorts, PanVault } from './options.js';
export type { OrderRefusal, WithdrawalOrder, WithdrawalResult } from './order.js';
export { type PadAlgorithm, type PadRefusal, PinPad, type PinPadOptions } from './pin-pad.js';
export {
  isReversing,
  TRANSITIONS as WITHDRAWAL_TRANSITIONS,
  WITHDRAWAL_STATES,
  type WithdrawalEvent,
  type WithdrawalState,
} from './states.js';
export {
  type AtmChanges,
  type AtmJournalRow,
  type AtmStore,
  type AtmTx,
  type CashPosition,
  journalRowOf,
  type TerminalRecord,
} from './store.js';
export {
  type Withdrawal,
  type WithdrawalId,
  type WithdrawalKey,
  withdrawalKeyOf,
} from './withdrawal.js';

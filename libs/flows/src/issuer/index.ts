/**
 * The issuer: PIN verification, rules, double-entry ledger, and the node that handles chunks. What
 * others need carries the issuer's name; the parts of the logic are imported from their files.
 */

export type { IssuerPorts } from './issuer-ports.js';
export {
  type LedgerLine,
  LINE_KINDS,
  type LineKind,
  lineKindOf,
  STAND_IN_LOSS_ACCOUNT,
  settlementAccount,
} from './ledger.js';
export { LEG_STATES, type LegState } from './legs.js';
export { MemoryIssuerStore } from './memory-store.js';
export {
  type Account as IssuerAccount,
  CARD_STATUSES,
  type Card as IssuerCard,
  type CardState as IssuerCardState,
  type CardStatus,
  type IssuerTransaction,
  type Leg as IssuerLeg,
  type LegName,
} from './model.js';
export { IssuerNode } from './node.js';
export { DEFAULT_LIMITS, type IssuerLimits, type IssuerSettings } from './settings.js';
export type {
  CardView,
  Changes as IssuerChanges,
  Committed as IssuerCommitted,
  Decision as IssuerDecision,
  Glimpse as IssuerGlimpse,
  IssuerStore,
  LedgerSummary,
  Loaded as IssuerLoaded,
  NewCard,
  OutboxBatch as IssuerOutboxBatch,
  OutboxEvent as IssuerOutboxEvent,
  PostedTransaction,
  Touched as IssuerTouched,
  TransactionView as IssuerTransactionView,
} from './store.js';

/**
 * What the logic of a data command sees of the device. Nothing here knows files, networks or a real
 * clock: `now` is set by the dispatcher once per call from the clock that the host passed in.
 */
import type { RandomBytes } from '@pinfold/crypto';
import type { Administration } from './administration/administration.js';
import type { AuditChain } from './administration/audit.js';
import type { Ceremonies } from './administration/ceremonies.js';
import type { CodeLimits } from './administration/code-limits.js';
import type { PinLimits } from './administration/pin-limits.js';
import type { UseLimits } from './administration/use-limits.js';
import type { KeyStore } from './keys/key-store.js';
import type { RsaKeys } from './keys/rsa-keys.js';
import type { Tr34Parties } from './keys/tr34-trust.js';
import type { LifeEvent, LifeState } from './life-cycle.js';
import type { DecimalisationTables } from './pin/tables.js';
import type { VerificationRecords } from './pin/verification-record.js';
import type { Policy } from './policy/policy.js';
import type { Envelope } from './terms-bytes.js';

export interface Core {
  readonly policy: Policy;
  readonly keys: KeyStore;
  readonly records: VerificationRecords;
  readonly rsaKeys: RsaKeys;
  readonly tr34: Tr34Parties;
  readonly tables: DecimalisationTables;
  readonly limits: PinLimits;
  readonly codeLimits: CodeLimits;
  readonly uses: UseLimits;
  readonly ceremonies: Ceremonies;
  readonly random: RandomBytes;
  /** Milliseconds since the epoch, of this call. */
  readonly now: number;
  /** A demo device: it says so, and issues demo PINs. */
  readonly demo: boolean;
  readonly envelopes: (envelope: Envelope) => void;
  readonly printer: (page: PrintedPage) => void;
  readonly administration: Administration;
  readonly life: LifeState;
  /** Names of a customer's own commands. */
  readonly plugIns: readonly string[];
  readonly masterKeyVersion: number | undefined;
  /** Whether a change of master keys is under way. */
  readonly hasOldMasterKeys: boolean;
  readonly masterKeyCheckValues: Readonly<Record<string, string>>;
  readonly audited: AuditChain;
  moveTo(event: LifeEvent): void;
  tamper(): void;
  eraseOldMasterKeys(): boolean;
}

/** One PIN mailer on its way to the secure printer port. */
export interface PrintedPage {
  readonly addressee: string;
  readonly pin: string;
}

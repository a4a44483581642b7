/**
 * What a device keeps, as plain data: the same shape for sealing at rest, for cloning and for a
 * fresh device. It holds secrets; it leaves the device only sealed.
 */
import { type RandomBytes, toHex } from '@pinfold/crypto';
import type { AdministrationState } from './administration/administration.js';
import type { AuditState } from './administration/audit.js';
import { GENESIS } from './administration/audit.js';
import type { CeremoniesState } from './administration/ceremonies.js';
import type { CodeLimitsState } from './administration/code-limits.js';
import type { PinLimitsState } from './administration/pin-limits.js';
import type { UseCount } from './administration/use-limits.js';
import type { Tr34State } from './keys/tr34-trust.js';
import type { LifeState } from './life-cycle.js';
import type { RegisteredTable } from './pin/tables.js';
import type { Mode } from './policy/policy.js';

/** Five master keys joined, in hexadecimal. */
export interface MasterKeysState {
  readonly version: number;
  readonly joined: string;
}

export interface DeviceState extends AdministrationState {
  readonly mode: Mode;
  /** Never `error`: whether the device works is found out at every start. */
  readonly life: LifeState;
  readonly demo: boolean;
  readonly masterKeys: MasterKeysState | undefined;
  /** The set before, while tokens are re-encrypted. */
  readonly oldMasterKeys: MasterKeysState | undefined;
  readonly tables: readonly RegisteredTable[];
  readonly limits: PinLimitsState;
  readonly codeLimits?: CodeLimitsState;
  readonly uses?: readonly UseCount[];
  readonly tr34?: Tr34State;
  readonly ceremonies: CeremoniesState;
  readonly audit: AuditState;
}

export function freshState(mode: Mode, random: RandomBytes): DeviceState {
  return {
    mode,
    life: 'factory',
    demo: false,
    masterKeys: undefined,
    oldMasterKeys: undefined,
    tables: [],
    limits: { accounts: [], blocks: [], device: [] },
    ceremonies: { next: 1, open: [] },
    users: [],
    audit: { seq: 0, prev: GENESIS, key: toHex(random(32)), seed: toHex(random(32)) },
  };
}

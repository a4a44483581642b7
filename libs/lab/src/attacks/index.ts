/** All attacks by name: the one list. */
import type { Attack } from '../attack.js';
import { calculateOffsetAttack } from './calculate-offset.js';
import { changePinAttack } from './change-pin.js';
import { checkValueAttack } from './check-value.js';
import { deadCeremony } from './dead-ceremony.js';
import { decimalisation } from './decimalisation.js';
import { decimalisationOffset } from './decimalisation-offset.js';
import { digitCheck } from './digit-check.js';
import { keyBinding } from './key-binding.js';
import { loneOfficer } from './lone-officer.js';
import { openedTerminal } from './opened-terminal.js';
import { ownTable } from './own-table.js';
import { pinExhaustion } from './pin-exhaustion.js';
import { pinSpraying } from './pin-spraying.js';
import { plugIn } from './plug-in.js';
import { reformat } from './reformat.js';
import { relabelledKey } from './relabelled-key.js';
import { rsaDecryptKey } from './rsa-decrypt-key.js';
import { rsaKnownKey } from './rsa-known-key.js';
import { rsaOwnKey } from './rsa-own-key.js';
import { rsaPadding } from './rsa-padding.js';
import { shareReuse } from './share-reuse.js';
import { shortModulus } from './short-modulus.js';
import { typeConfusion } from './type-confusion.js';
import { typedOffset } from './typed-offset.js';
import { unauthenticatedWrap } from './unauthenticated-wrap.js';
import { unboundIssuance } from './unbound-issuance.js';
import { weakerWrap } from './weaker-wrap.js';
import { wrapDecrypt } from './wrap-decrypt.js';

export const ATTACKS: readonly Attack[] = [
  shareReuse,
  typeConfusion,
  decimalisation,
  decimalisationOffset,
  calculateOffsetAttack,
  reformat,
  checkValueAttack,
  keyBinding,
  weakerWrap,
  unauthenticatedWrap,
  rsaPadding,
  openedTerminal,
  pinExhaustion,
  digitCheck,
  typedOffset,
  rsaOwnKey,
  rsaDecryptKey,
  rsaKnownKey,
  changePinAttack,
  deadCeremony,
  ownTable,
  unboundIssuance,
  wrapDecrypt,
  relabelledKey,
  plugIn,
  pinSpraying,
  loneOfficer,
  shortModulus,
];

export function attackNamed(name: string): Attack | undefined {
  return ATTACKS.find((one) => one.name === name);
}

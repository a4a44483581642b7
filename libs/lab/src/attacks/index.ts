/** All attacks by name: the one list. */
import type { Attack } from '../attack.js';
import { calculateOffsetAttack } from './calculate-offset.js';
import { changePinAttack } from './change-pin.js';
import { checkValueAttack } from './check-value.js';
import { decimalisation } from './decimalisation.js';
import { decimalisationOffset } from './decimalisation-offset.js';
import { digitCheck } from './digit-check.js';
import { keyBinding } from './key-binding.js';
import { openedTerminal } from './opened-terminal.js';
import { pinExhaustion } from './pin-exhaustion.js';
import { reformat } from './reformat.js';
import { rsaDecryptKey } from './rsa-decrypt-key.js';
import { rsaKnownKey } from './rsa-known-key.js';
import { rsaOwnKey } from './rsa-own-key.js';
import { rsaPadding } from './rsa-padding.js';
import { shareReuse } from './share-reuse.js';
import { typeConfusion } from './type-confusion.js';
import { typedOffset } from './typed-offset.js';
import { unauthenticatedWrap } from './unauthenticated-wrap.js';
import { weakerWrap } from './weaker-wrap.js';

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
];

export function attackNamed(name: string): Attack | undefined {
  return ATTACKS.find((one) => one.name === name);
}

/** PINs: between encipherments, compared, verified by IBM and Visa methods, and what is made of them. */

import { changePinOffset, changePinPvv } from './change.js';
import { compareInterchangePin, compareTerminalPin } from './compare.js';
import { verifyDiebold } from './diebold.js';
import {
  offsetOfSelectedPin,
  offsetOfStoredPin,
  pinOfIbmOffset,
  pvvOfStoredPin,
} from './generate.js';
import { decryptPin, encryptClearPin, randomPin } from './new-pins.js';
import { translateAccount, translatePinAlgorithm, translatePinLength } from './stored-pins.js';
import {
  translateBdkToZpk,
  translateBdkToZpkTripleDes,
  translateTpkToZpk,
  translateZpkToZpk,
} from './translate-blocks.js';
import { translateLmkToZpk, translateTpkToLmk, translateZpkToLmk } from './translate-lmk.js';
import {
  verifyDukptIbm,
  verifyDukptIbmTripleDes,
  verifyInterchangeIbm,
  verifyTerminalIbm,
} from './verify-ibm.js';
import {
  verifyDukptPvv,
  verifyDukptPvvTripleDes,
  verifyInterchangePvv,
  verifyTerminalPvv,
} from './verify-visa.js';

export const PIN_COMMANDS = [
  translateTpkToZpk,
  translateZpkToZpk,
  translateBdkToZpk,
  translateBdkToZpkTripleDes,
  randomPin,
  translateTpkToLmk,
  translateZpkToLmk,
  translateLmkToZpk,
  encryptClearPin,
  decryptPin,
  compareTerminalPin,
  compareInterchangePin,
  translatePinLength,
  translatePinAlgorithm,
  translateAccount,
  verifyTerminalIbm,
  verifyTerminalPvv,
  verifyInterchangeIbm,
  verifyInterchangePvv,
  verifyDukptIbm,
  verifyDukptPvv,
  verifyDukptIbmTripleDes,
  verifyDukptPvvTripleDes,
  offsetOfStoredPin,
  offsetOfSelectedPin,
  pvvOfStoredPin,
  pinOfIbmOffset,
  changePinPvv,
  changePinOffset,
  verifyDiebold,
] as const;

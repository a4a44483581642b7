/** MACs: the M6 family with algorithms and paddings by number, and the older commands with TAK and ZAK. */
import { dukptMac } from './dukpt-mac.js';
import { generateMac, translateMac, verifyMac } from './generic.js';
import { generateHmac, verifyHmac } from './hmac.js';
import { generateLargeMac, generateLargeMacX919 } from './large.js';
import {
  generateBinaryMac,
  generateTakMac,
  translateTak,
  translateTakMac,
  verifyTakMac,
} from './tak.js';

export const MAC_COMMANDS = [
  generateMac,
  verifyMac,
  translateMac,
  generateTakMac,
  verifyTakMac,
  translateTakMac,
  translateTak,
  generateBinaryMac,
  generateLargeMac,
  generateLargeMacX919,
  dukptMac,
  generateHmac,
  verifyHmac,
] as const;

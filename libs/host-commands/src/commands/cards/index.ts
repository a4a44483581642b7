/** Card values (CVV, CSC, dynamic CVV and CVC3) and EMV: cryptograms, data authentication, scripts. */
import { amexCodes } from './amex-codes.js';
import { verifyArqc, verifyArqc4 } from './arqc.js';
import { generateCvv, verifyCvv } from './card-values.js';
import { verifyDataAuthentication } from './data-authentication.js';
import { verifyDynamicCvv } from './dynamic-cvv.js';
import { secureMessage3, secureMessage4 } from './secure-message.js';
import { verifyTruncatedCryptogram } from './truncated-cryptogram.js';

export const CARD_COMMANDS = [
  generateCvv,
  verifyCvv,
  amexCodes,
  verifyDynamicCvv,
  verifyArqc,
  verifyArqc4,
  verifyTruncatedCryptogram,
  verifyDataAuthentication,
  secureMessage3,
  secureMessage4,
] as const;

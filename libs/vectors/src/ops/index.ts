/** The operations of all the libraries, by the name that vector files use. */
import type { VectorOps } from '../types.js';
import { CARD_VALUE_OPS } from './card-values.js';
import { CIPHER_OPS } from './ciphers.js';
import { decimalisationCost } from './decimalisation-cost.js';
import { DUKPT_OPS } from './dukpt.js';
import { EMV_OPS } from './emv.js';
import { EMV_DATA_OPS } from './emv-data.js';
import { HOST_OPS } from './host-commands.js';
import { ISO8583_OPS } from './iso8583.js';
import { KEY_BLOCK_OPS } from './key-block.js';
import { KEY_OPS } from './keys.js';
import { PIN_OPS } from './pin.js';
import { TR34_OPS } from './tr34.js';

export const ALL_OPS: VectorOps = {
  ...CIPHER_OPS,
  ...KEY_OPS,
  ...PIN_OPS,
  ...CARD_VALUE_OPS,
  ...DUKPT_OPS,
  ...KEY_BLOCK_OPS,
  ...TR34_OPS,
  ...EMV_OPS,
  ...EMV_DATA_OPS,
  ...ISO8583_OPS,
  ...HOST_OPS,
  'decimalisation-cost': decimalisationCost,
};

/** The operations of all the libraries, by the name that vector files use. */
import type { VectorOps } from '../types.js';
import { CIPHER_OPS } from './ciphers.js';
import { decimalisationCost } from './decimalisation-cost.js';
import { DUKPT_OPS } from './dukpt.js';
import { EMV_OPS } from './emv.js';
import { HOST_OPS } from './host-commands.js';
import { ISO8583_OPS } from './iso8583.js';
import { KEY_BLOCK_OPS } from './key-block.js';
import { PIN_OPS } from './pin.js';

export const ALL_OPS: VectorOps = {
  ...CIPHER_OPS,
  ...PIN_OPS,
  ...DUKPT_OPS,
  ...KEY_BLOCK_OPS,
  ...EMV_OPS,
  ...ISO8583_OPS,
  ...HOST_OPS,
  'decimalisation-cost': decimalisationCost,
};

/** Data encipherment and encrypted decimalisation tables. */
import { decryptData, encryptData, translateData } from './encipher.js';
import { checkTable, encryptTable } from './tables.js';

export const DATA_COMMANDS = [
  encryptData,
  decryptData,
  translateData,
  encryptTable,
  checkTable,
] as const;

/** IBM 3624 in host commands: fields. */
import { alnum } from '../../layout/nodes.js';

export const offset = alnum('offset', 12, { about: 'left-justified, filled with F' });

/** Sixteen digits of a table, in clear or enciphered; under an AES LMK L and 32 digits. */
export const SEALED_TABLE = { first: { L: 33 }, otherwise: 16 } as const;

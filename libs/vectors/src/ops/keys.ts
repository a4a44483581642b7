/** Operations on keys: check values, parity, weak keys, components. */
import {
  adjustOddParity,
  type CheckValueOptions,
  checkValue,
  combineComponents,
  hasEqualHalves,
  hasOddParity,
  isWeakDesKey,
  toHex,
} from '@pinfold/crypto';
import type { Inputs, Outputs, VectorOps } from '../types.js';

const COMPONENTS = ['first', 'second', 'third'] as const;

/** Two or three components; the check value is that of the DES key they make. */
function combine(c: Inputs): Outputs {
  const parts = COMPONENTS.filter((name) => c.has(name)).map((name) => c.bytes(name));
  const key = combineComponents(parts);
  if (!c.wants('checkValue')) return { key: toHex(key) };
  const check = checkValue(key, { cipher: 'des', method: 'zeros', lengthBytes: 8 });
  return { key: toHex(key), checkValue: toHex(check) };
}

export const KEY_OPS: VectorOps = {
  'check-value': (c) => {
    const { cipher, method } = c.raw as unknown as CheckValueOptions;
    return { checkValue: toHex(checkValue(c.bytes('key'), { cipher, method, lengthBytes: 8 })) };
  },
  'odd-parity': (c) => {
    const key = c.bytes('key');
    return { key: toHex(adjustOddParity(key)), odd: hasOddParity(key) };
  },
  'weak-key': (c) => {
    const key = c.bytes('key');
    return { weak: isWeakDesKey(key), equalHalves: hasEqualHalves(key) };
  },
  'combine-components': combine,
};

/** Typed reading of a case's inputs. */
import { fromHex, InputError } from '@pinfold/crypto';
import type { Inputs, VectorCase } from './types.js';

/**
 * One fault in a long value, without writing the value again: of the input `x`, `xCut` leaves so
 * many bytes and `xFlip` inverts the bit of that number (0 is the first).
 */
function altered(raw: VectorCase, name: string, bytes: Uint8Array): Uint8Array {
  const { [`${name}Cut`]: cut, [`${name}Flip`]: flip } = raw;
  const out = typeof cut === 'number' ? bytes.slice(0, cut) : bytes;
  if (typeof flip === 'number') {
    if (flip >= out.length * 8) throw new InputError('VECTOR_INPUT', `${name} has no such bit`);
    out[flip >> 3]! ^= 0x80 >> (flip & 7);
  }
  return out;
}

export function inputsOf(raw: VectorCase): Inputs {
  const text = (name: string): string => {
    const value = Object.hasOwn(raw, name) ? raw[name] : undefined;
    if (typeof value === 'string') return value;
    throw new InputError('VECTOR_INPUT', `the case needs a text input named ${name}`);
  };
  return {
    raw,
    has: (name) => Object.hasOwn(raw, name),
    wants: (name) => Object.hasOwn(raw.expect, name),
    text,
    optionalText: (name) => (Object.hasOwn(raw, name) ? text(name) : undefined),
    number(name) {
      const value = Object.hasOwn(raw, name) ? raw[name] : undefined;
      if (typeof value === 'number') return value;
      throw new InputError('VECTOR_INPUT', `the case needs a number named ${name}`);
    },
    bytes: (name) => altered(raw, name, fromHex(text(name))),
  };
}

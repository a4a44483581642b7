/** Typed reading of a case's inputs. */
import { fromHex, InputError } from '@pinfold/crypto';
import type { Inputs, VectorCase } from './types.js';

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
    bytes: (name) => fromHex(text(name)),
  };
}

/**
 * The standard's notation for a field's format, read into numbers: `n 6` six digits, `n ..19` LLVAR
 * up to 19, `ans ...999` LLLVAR, `x+n 9` a sign and eight digits, `b 64` bits, `b ...255` bytes.
 */
import { InputError } from '@pinfold/crypto';

export type FieldKind = 'n' | 'an' | 'ans' | 'z' | 'b' | 'x+n';

export interface FieldFormat {
  kind: FieldKind;
  /** Digits of the length prefix: 0 fixed, 2 LLVAR, 3 LLLVAR; one dot each in the notation. */
  lengthDigits: number;
  /** Characters (bytes for kind b): the exact size of a fixed field, the maximum of a variable one. */
  size: number;
}

const NOTATION = /^(n|an|ans|z|b|x\+n) (\.{0,3})([0-9]{1,3})$/;

/** Throws InputError FORMAT_NOTATION for anything that is not in the notation above. */
export function readFormat(notation: string): FieldFormat {
  const [, kind, dots, digits] = NOTATION.exec(notation) ?? [];
  const lengthDigits = dots?.length ?? 0;
  const number = Number(digits);
  const bits = kind === 'b' && lengthDigits === 0;
  const fits = lengthDigits === 0 || number < 10 ** lengthDigits;
  if (kind === undefined || number === 0 || !fits || (bits && number % 8 !== 0)) {
    throw new InputError('FORMAT_NOTATION', 'format must read like "n 6", "ans ..25" or "b 64"');
  }
  return { kind: kind as FieldKind, lengthDigits, size: bits ? number / 8 : number };
}

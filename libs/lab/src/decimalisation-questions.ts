/**
 * Turns a question about digit classes into a decimalisation table and an offset (or a PIN to type).
 *
 * Digits of class A are shifted by k in the table; where the natural digit is in A the device's result
 * is k higher, so the offset (or the typed digit) must allow for k exactly there.
 *
 * The check "at least 8 distinct digits, none more than 4 times" does not help: the table has
 * 10 - |(A+k) ∩ B| distinct digits (B: the digits outside A). Over k = 1 … 9 these overlaps add up to
 * |A||B| ≤ 25, so for some k the overlap is 2 or less; and with the usual table, where a digit stands
 * twice at most, no digit comes to stand more than four times. So every question has such a table.
 */
import { inClassA, type Question } from './tree.js';

export const MIN_DISTINCT = 8;
export const MAX_REPEATED = 4;

/** Whether a table passes the check of the field. */
export function passesTableCheck(table: string): boolean {
  const counts = new Map<string, number>();
  for (const digit of table) counts.set(digit, (counts.get(digit) ?? 0) + 1);
  return counts.size >= MIN_DISTINCT && Math.max(...counts.values()) <= MAX_REPEATED;
}

const shifted = (digit: number, by: number): number => (digit + by + 10) % 10;

function tableShiftedBy(table: string, subset: number, by: number): string {
  return [...table]
    .map((digit) => ((subset >> Number(digit)) & 1 ? shifted(Number(digit), by) : digit))
    .join('');
}

/** The table of a question, and by how much it shifts the digits of class A. */
export function tableOf(
  question: Question,
  table: string,
  tableCheck: boolean,
): { table: string; shift: number } {
  for (let shift = 1; shift < 10; shift++) {
    const made = tableShiftedBy(table, question.subset, shift);
    if (!tableCheck || passesTableCheck(made)) return { table: made, shift };
  }
  throw new Error('no table passes the check, which the argument above excludes');
}

/** `digits` with every position of class A moved by `by`. */
export function moved(digits: string, question: Question, by: number): string {
  return [...digits]
    .map((digit, i) => (inClassA(question, i, digits.length) ? shifted(Number(digit), by) : digit))
    .join('');
}

/** Digit by digit modulo 10. */
export function addDigits(a: string, b: string): string {
  return [...a].map((digit, i) => (Number(digit) + Number(b[i])) % 10).join('');
}

export function subtractDigits(a: string, b: string): string {
  return [...a].map((digit, i) => (Number(digit) - Number(b[i]) + 10) % 10).join('');
}

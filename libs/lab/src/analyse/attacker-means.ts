/**
 * What the attacker does without the device, with what is known: opens what is under a known key, adds
 * known values where that makes them shorter, derives keys as the standards do, and makes cryptograms
 * and key blocks of an own key, under known keys and under public keys.
 *
 * Own keys are one name: another one would give the same facts under another name.
 */
import { type Policy, usageCode } from '@pinfold/hsm';
import { USES } from './candidates.js';
import type { Step } from './step.js';
import type { KeySymbol, Plain, Term, TermTable } from './symbols.js';

/** The key that the attacker chose. */
export const OWN_KEY = 'own key';

export interface Means {
  readonly table: TermTable;
  readonly policy: Policy;
  readonly known: () => Term[];
  readonly knows: (text: string) => boolean;
  readonly learn: (term: Term, step: Step) => void;
}

/** One pass; whatever is new is learnt. The caller repeats it until nothing is. */
export function actAlone(means: Means): void {
  decipher(means);
  add(means);
  derive(means);
  forge(means);
}

function decipher({ known, knows, learn }: Means): void {
  for (const term of known()) {
    if (term.kind !== 'carried' && term.kind !== 'tagged') continue;
    const key = term.under.term;
    if (!knows(key.text)) continue;
    const inside = term.kind === 'carried' ? term.key.term : term.inside;
    const needs = [term.text, key.text];
    learn(inside, { command: '(decipher)', input: { term, key }, output: { inside }, needs });
  }
}

function add({ table, known, learn }: Means): void {
  const plain = known().flatMap((term) => (term.kind === 'plain' ? [term] : []));
  const sums = plain.filter(({ names }) => names.length > 1);
  // A sum is shorter than what it is made of only where one of the two is a sum itself, or both are the same.
  for (const a of sums) {
    for (const b of plain) {
      if (a === b) continue;
      const sum = table.xor(a, b);
      if (sum.names.length >= Math.max(a.names.length, b.names.length)) continue;
      const needs = [a.text, b.text];
      learn(sum, { command: '(xor)', input: { a, b }, output: { sum }, needs });
    }
  }
}

function derive({ table, knows, learn }: Means): void {
  for (const { base, how, term } of [...table.derivations]) {
    if (!knows(base.text)) continue;
    const input = { how, base };
    learn(term, { command: '(derive)', input, output: { key: term }, needs: [base.text] });
  }
}

function forge(means: Means): void {
  const { table, known, learn } = means;
  const own = table.name(OWN_KEY);
  if (!means.knows(own.text)) return;
  const terms = known();
  for (const term of terms) {
    if (term.kind !== 'public') continue;
    const { pair } = term;
    for (const key of symbolsOf(own)) {
      const made = table.enciphered(pair, key);
      const needs = [term.text, own.text];
      learn(made, { command: '(encipher)', input: { key: own, term }, output: { made }, needs });
    }
  }
  for (const under of keysKnown(terms, means)) {
    for (const key of symbolsOf(own)) {
      for (const says of saysOf(means.policy, key)) {
        const made = table.carried(under, key, says);
        const needs = [under.term.text, own.text];
        const input = { key: own, under: under.term, says: says ?? 'nothing' };
        learn(made, { command: '(forge)', input, output: { made }, needs });
      }
    }
  }
}

/** Keys inside tokens that the attacker knows: what is made under others, nobody opens. */
function keysKnown(terms: readonly Term[], { knows }: Means): KeySymbol[] {
  const found = new Map<string, KeySymbol>();
  for (const term of terms) {
    if (term.kind === 'sealed' && knows(term.key.term.text)) {
      const { key } = term;
      found.set(`${key.term.text} ${key.algorithm} ${key.lengthBytes}`, key);
    }
  }
  return [...found.values()];
}

function symbolsOf(term: Plain): KeySymbol[] {
  return [
    { term, algorithm: 'T', lengthBytes: 16 },
    { term, algorithm: 'A', lengthBytes: 32 },
  ];
}

/** A cryptogram says nothing, and opens only where rule M8 is off. */
function saysOf({ on }: Policy, { algorithm }: KeySymbol): (string | undefined)[] {
  const codes = new Set([...USES].map((usage) => usageCode(usage, algorithm)));
  return on['M8.key-blocks'] ? [...codes] : [undefined, ...codes];
}

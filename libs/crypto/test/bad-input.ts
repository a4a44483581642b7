/**
 * Bad input for every public function of a library: a call that is right, then the same with one
 * argument or member replaced by something else. What comes back is an InputError with a stable code,
 * a refused Result, or false of a check; never another error, and never an answer to a value of another
 * type.
 */
import { InputError } from '@pinfold/crypto';

type Call = readonly [name: string, args: readonly unknown[], optional?: readonly string[]];

export interface BadInputFacts {
  readonly library: Readonly<Record<string, unknown>>;
  /** One right call of each function, and the members that may be absent. */
  readonly calls: readonly Call[];
  /** Exported functions without input from outside, or tried elsewhere, each with a reason. */
  readonly leftOut: Readonly<Record<string, string>>;
}

const WRONG: readonly unknown[] = [
  undefined,
  null,
  0,
  -1,
  1.5,
  Number.NaN,
  2 ** 40,
  '',
  'x',
  '12A4',
  '9'.repeat(40),
  true,
  {},
  [],
  new Uint8Array(0),
  new Uint8Array(7),
  new Uint8Array(5000),
  new Int32Array(2),
  'constructor',
];

type Place = readonly [argument: number, member?: string];

/**
 * Where a value can be replaced: arguments, and the members of those that are named objects. That the
 * object itself is there is the compiler's to say.
 */
function* placesOf(args: readonly unknown[]): Generator<Place> {
  for (const [i, arg] of args.entries()) {
    if (isPlain(arg)) for (const name of Object.keys(arg)) yield [i, name];
    else yield [i];
  }
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && value.constructor === Object;
}

function replaced(args: readonly unknown[], [at, name]: Place, value: unknown) {
  const changed = [...args];
  changed[at] = name === undefined ? value : { ...(args[at] as object), [name]: value };
  return changed;
}

function kindOf(value: unknown): string {
  if (value instanceof Uint8Array) return 'bytes';
  return Array.isArray(value) ? 'list' : value === null ? 'null' : typeof value;
}

function faultOf(run: () => unknown, isOtherKind: boolean): string | undefined {
  let answer: unknown;
  try {
    answer = run();
  } catch (error) {
    if (error instanceof InputError) {
      return /^[A-Z][A-Z0-9_]+$/.test(error.code) ? undefined : `code ${error.code}`;
    }
    return `threw ${String(error).slice(0, 60)}`;
  }
  const refused = isPlain(answer) && answer.ok === false;
  return refused || answer === false || answer === undefined || !isOtherKind
    ? undefined
    : `answered ${kindOf(answer)}`;
}

export function badInputSuite({ library, calls, leftOut }: BadInputFacts): void {
  it('every public function is tried', () => {
    const functions = Object.keys(library).filter((name) => typeof library[name] === 'function');
    const tried = [...calls.map(([name]) => name.replace(/ .*/, '')), ...Object.keys(leftOut)];
    expect([...new Set(tried)].sort()).toEqual(functions.sort());
  });

  it.each(calls.map((call) => [call[0], call] as const))('%s', (name, [, args, optional = []]) => {
    const call = library[name.replace(/ .*/, '')] as (...given: readonly unknown[]) => unknown;
    expect(() => call(...args)).not.toThrow();
    const faults: string[] = [];
    for (const path of placesOf(args)) {
      const [at, member] = path;
      const last = String(member ?? at);
      const argument = args[at];
      const original = isPlain(argument) ? argument[last] : argument;
      for (const value of WRONG) {
        if ((value === undefined || value === null) && optional.includes(last)) continue;
        const isOtherKind = kindOf(value) !== kindOf(original);
        const fault = faultOf(() => call(...replaced(args, path, value)), isOtherKind);
        const said = typeof value === 'string' ? JSON.stringify(value.slice(0, 12)) : kindOf(value);
        if (fault !== undefined) faults.push(`${path.join('.')} = ${said}: ${fault}`);
      }
    }
    expect(faults).toEqual([]);
  });
}

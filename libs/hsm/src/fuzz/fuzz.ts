/**
 * Fuzzes a device from the declarations of its commands: valid inputs, inputs with one fault, wrong
 * roles, replayed tokens; and looks for canaries (the clear keys, which a laboratory device tells)
 * in every answer and every audit line.
 */
import { toHex } from '@pinfold/crypto';
import { COMMAND_NAMES, type CommandName, commandNamed } from '../commands/index.js';
import { COMMON_ERRORS } from '../declare/common-errors.js';
import { Device } from '../device.js';
import type { Mode } from '../policy/policy.js';
import { ROLE_NAMES } from '../policy/roles.js';
import { RULES, type RuleId } from '../policy/rules.js';
import type { Session } from '../session.js';
import { broken, type Dice, type Pool, validInput } from './generate.js';
import { diceOf, randomOf } from './seed.js';

export interface FuzzReport {
  readonly mode: Mode;
  readonly seed: number;
  readonly commands: number;
  readonly accepted: number;
  readonly refused: Readonly<Record<string, number>>;
  /** Documented behaviour that was broken: what the run is for. */
  readonly faults: readonly string[];
}

/** Tamper ends a device and key generation by RSA takes a second: both are tried apart. */
const LEFT_OUT: readonly CommandName[] = ['Tamper', 'GenerateRsaKey', 'SelfTest'];
const MAX_POOL = 200;
const MAX_CANARIES = 400;
const MAX_FAULTS = 20;
/** Answers that hold a key by design: envelope data keys, deciphered data. */
const GIVES_KEYS: readonly CommandName[] = ['GenerateDataKey', 'DecryptDataKey', 'TypedDecrypt'];

export function fuzz({
  mode,
  seed,
  count,
}: {
  mode: Mode;
  seed: number;
  count: number;
}): FuzzReport {
  const dice = diceOf(seed);
  const canaries = new Set<string>();
  const lines: string[] = [];
  const device = Device.create({
    mode,
    demo: true,
    random: randomOf(seed),
    clock: { now: () => Date.UTC(2026, 0, 1) + lines.length },
    hasher: { hash: (text) => Uint8Array.from({ length: 32 }, (_, i) => text.length + i) },
    audit: (line) => lines.push(line),
    laboratory: {
      keyMade: ({ key }) => {
        // The zero key of a legacy device is no canary: zeros are everywhere.
        const telling = new Set(key).size > 4;
        if (canaries.size < MAX_CANARIES && key.length >= 16 && telling) canaries.add(toHex(key));
      },
    },
  });
  const pool: Pool = { tokens: [], records: [] };
  const sessions = new Map(ROLE_NAMES.map((role) => [role, device.session({ name: role, role })]));
  const officers = device.session([
    { name: 'olga', role: 'officer' },
    { name: 'otto', role: 'officer' },
  ]);
  const names = COMMAND_NAMES.filter((name) => !LEFT_OUT.includes(name));
  const refused: Record<string, number> = {};
  const faults: string[] = [];
  let accepted = 0;
  for (let i = 0; i < count && faults.length < MAX_FAULTS; i++) {
    const name = names[dice(names.length)]!;
    const command = commandNamed(name)!;
    const session = sessionFor(dice, {
      own: command.dual ? officers : undefined,
      sessions,
      roles: command.roles,
    });
    const valid = validInput(command.input, dice, pool);
    const input = dice(2) === 0 ? valid : broken(valid, command.input, dice);
    const note = (what: string) => faults.push(`seed ${seed}, command ${i}, ${name}: ${what}`);
    try {
      const outcome = device.execute(session, name, input as never);
      if (outcome.ok) {
        accepted += 1;
        collect(outcome.value as Record<string, unknown>, pool, dice);
        const text = JSON.stringify(outcome.value, bytesAsHex);
        if (!GIVES_KEYS.includes(name) && holds(text, canaries)) note('a clear key in the answer');
        if (!matches(command.output, outcome.value)) note('output is not as declared');
      } else {
        refused[outcome.code] = (refused[outcome.code] ?? 0) + 1;
        if (!documented(name, outcome.code)) note(`undocumented error ${outcome.code}`);
      }
    } catch (error) {
      note(`threw ${error instanceof Error ? error.name : 'something'}`);
    }
    if (lines.length > 1000 || i === count - 1) {
      if (lines.some((line) => holds(line, canaries))) note('a clear key in the audit chain');
      lines.length = 0;
    }
  }
  return { mode, seed, commands: count, accepted, refused, faults };
}

function sessionFor(
  dice: Dice,
  o: { own: Session | undefined; sessions: ReadonlyMap<string, Session>; roles: readonly string[] },
): Session {
  const any = ROLE_NAMES[dice(ROLE_NAMES.length)]!;
  if (dice(10) === 0) return o.sessions.get(any)!;
  return o.own ?? o.sessions.get(o.roles[dice(o.roles.length)]!)!;
}

function documented(name: CommandName, code: string): boolean {
  const command = commandNamed(name)!;
  return (
    code in COMMON_ERRORS ||
    command.errors.includes(code) ||
    command.rules.some((id) => RULES[id as RuleId].error === code)
  );
}

function matches(output: ReturnType<typeof Object>, value: unknown): boolean {
  const members = value as Record<string, unknown>;
  return Object.entries(output as Record<string, { accepts(v: unknown): boolean }>).every(
    ([name, field]) => field.accepts(members[name]),
  );
}

function collect(value: Record<string, unknown>, pool: Pool, dice: Dice): void {
  const keep = (into: string[], item: unknown) => {
    if (typeof item !== 'string') return;
    if (into.length < MAX_POOL) into.push(item);
    else into[dice(MAX_POOL)] = item;
  };
  for (const name of ['key', 'share', 'wrapped', 'storedPin', 'token'])
    keep(pool.tokens, value[name]);
  for (const share of Array.isArray(value.shares) ? value.shares : []) keep(pool.tokens, share);
  keep(pool.records, value.record);
}

function holds(text: string, canaries: ReadonlySet<string>): boolean {
  const upper = text.toUpperCase();
  for (const canary of canaries) if (upper.includes(canary)) return true;
  return false;
}

function bytesAsHex(_: string, value: unknown): unknown {
  return value instanceof Uint8Array ? toHex(value) : value;
}

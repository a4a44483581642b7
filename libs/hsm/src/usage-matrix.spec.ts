/**
 * Every key usage at every place of every command: a token opens exactly where the declaration says,
 * and where a command has several uses (card codes, MACs) only for those of its usage. A PVK verifies
 * PINs, and does nothing else.
 */
import { DesKey } from '@pinfold/crypto';
import { encryptPinBlock } from '@pinfold/pin';
import { CARD_CODES } from './commands/cards/card-codes.js';
import { COMMAND_NAMES, type CommandName, commandNamed } from './commands/index.js';
import { MAC_VARIANTS } from './commands/macs/mac-variants.js';
import type { FieldSpec, Shape, TokenSlot } from './declare/field.js';
import { validInput } from './fuzz/generate.js';
import { KEY_TYPE_NAMES } from './keys/key-types.js';
import { USAGE_NAMES, USAGES, type UsageName } from './keys/usages.js';
import { valued } from './testing.js';
import { keyBench } from './testing-keys.js';

const PAN = '4000000000000010';
const { ask, key, clear, device, as } = keyBench('hardened');

/** A token of each usage: keys from shares, and the two that no ceremony makes. */
const tokens = new Map<UsageName, string>();
for (const usage of USAGE_NAMES) {
  if (usage !== 'STOREDPIN' && usage !== 'MACSTATE') {
    tokens.set(usage, key(USAGES[usage].type, { usage, algorithm: usage === 'HMK' ? 'H' : 'T' }));
  }
}
const tak = tokens.get('TAK')!;
const data = new Uint8Array(8);
const chained = ask('production', 'ChainMac', { key: tak, algorithm: 'iso9797-3', data });
tokens.set('MACSTATE', valued(chained).state);
const zpk = tokens.get('ZPK')!;
const pinBlock = encryptPinBlock({
  format: 'iso0',
  key: DesKey.of(clear(zpk)),
  pin: '9275',
  pan: PAN,
});
const stored = ask('pinIssuance', 'StorePin', { pinBlock, pan: PAN, key: zpk, format: 'iso0' });
tokens.set('STOREDPIN', valued(stored).storedPin);

/** A data key, bound to its context: no usage of its own, so nothing but a filler here. */
const CONTEXT = 'orders';
const { wrapped } = valued(ask('production', 'GenerateDataKey', { context: CONTEXT }));

interface Place {
  readonly path: readonly string[];
  readonly slot: TokenSlot;
}

/** Where a command takes tokens, nested objects and lists too. */
function placesOf(shape: Shape, path: readonly string[] = []): Place[] {
  return Object.entries(shape).flatMap(([name, field]) => inside(field.spec, [...path, name]));
}

function inside(spec: FieldSpec, path: readonly string[]): Place[] {
  if (spec.kind === 'token') return [{ path, slot: spec.slot }];
  if (spec.kind === 'list') return inside(spec.of.spec, [...path, '0']);
  return spec.kind === 'object' ? placesOf(spec.fields, path) : [];
}

/** Seals that are bound to something: an account, a message. */
const BOUND: readonly UsageName[] = ['STOREDPIN', 'MACSTATE'];

/** Usages that a slot takes: key tokens, or what its part says. */
function admitted({ types, usages, part }: TokenSlot): UsageName[] {
  const partOf = (name: UsageName) => (BOUND.includes(name) ? 'data' : 'key');
  return USAGE_NAMES.filter(
    (name) =>
      partOf(name) === part &&
      types.includes(USAGES[name].type) &&
      (usages === undefined || usages.includes(name)),
  );
}

function put(input: Record<string, unknown>, [name, ...rest]: readonly string[], value: unknown) {
  const members = input as Record<string, Record<string, unknown>>;
  if (rest.length === 0) (input as Record<string, unknown>)[name!] = value;
  else {
    members[name!] ??= {};
    put(members[name!]!, rest, value);
  }
}

interface Case {
  readonly name: CommandName;
  readonly variant: string;
  readonly change: Readonly<Record<string, unknown>>;
  /** Usages of the variant's own key, where it has one. */
  readonly own?: readonly UsageName[];
}

/** One case a command; one for each use where its key depends on it. */
function casesOf(name: CommandName): Case[] {
  const { input } = commandNamed(name)!;
  if (input.code?.spec.kind === 'choice') {
    return Object.entries(CARD_CODES).map(([code, row]) => {
      return { name, variant: code, change: { code }, own: [row.usage] };
    });
  }
  if (input.algorithm?.spec.kind === 'choice' && commandNamed(name)!.group === 'macs') {
    // CMAC wants AES keys: usages.spec.ts and the MACs' own tests have those.
    return Object.entries(MAC_VARIANTS)
      .filter(([algorithm]) => algorithm !== 'cmac')
      .map(([algorithm, { usages }]) => {
        return { name, variant: algorithm, change: { algorithm }, own: usages };
      });
  }
  return METHODS_OF[name] ?? [{ name, variant: '', change: {} }];
}

/** Commands whose key goes by the method. */
const METHODS_OF: Partial<Record<CommandName, Case[]>> = Object.fromEntries(
  (['IssueDemoPin', 'GeneratePin', 'CreateVerificationRecord'] as const).map((name) => [
    name,
    [
      { name, variant: 'visa-pvv', change: { method: 'visa-pvv', pvki: '1' }, own: ['PVK'] },
      { name, variant: 'ibm3624', change: { method: 'ibm3624', tableId: 'T1' }, own: ['PGK'] },
    ],
  ]),
);

/** The state of the fixture is one of this algorithm. */
const STATE_OF = 'iso9797-3';

/** Takes any token; takes RSA tokens and certificates beside, and has tests of its own. */
const LEFT_OUT: readonly CommandName[] = ['ReEncryptToken', 'Tr34SendKey'];
const judged = COMMAND_NAMES.filter(
  (name) => !LEFT_OUT.includes(name) && placesOf(commandNamed(name)!.input).length > 0,
);
const officers = device.joint(as('officer', 'a'), as('officer', 'b'));
const managers = device.joint(as('keyManager', 'a'), as('keyManager', 'b'));

/** Members that would be refused before the tokens are looked at. */
const ksn = Uint8Array.from([0xff, 0xff, 0x98, 0x76, 0x54, 0x32, 0x10, 0xe0, 0, 1]);
const dukpt = { ksn };
const RIGHT: Partial<Record<CommandName, Readonly<Record<string, unknown>>>> = {
  TranslateDukptPinBlock: dukpt,
  VerifyDukptPin: dukpt,
  CreateVerificationRecord: { pinBlock, format: 'iso0' },
  ExportDataKey: { context: CONTEXT },
  DecryptDataKey: { context: CONTEXT },
};

function sessionFor(name: CommandName) {
  const { roles, dual } = commandNamed(name)!;
  if (dual === true) return roles[0] === 'officer' ? officers : managers;
  return as(roles[0]!);
}

/** A token that fits: of the variant's own usage where the place is the variant's. */
function rightFor({ slot, path }: Place, own: readonly UsageName[] | undefined): string {
  const isOwn =
    own !== undefined && ['key', 'pvk'].includes(path.join()) && slot.usages?.includes(own[0]!);
  return tokens.get(isOwn ? own[0]! : admitted(slot)[0]!) ?? wrapped;
}

function inputFor({ name, change, own }: Case, at: Place, token: string): Record<string, unknown> {
  const { input } = commandNamed(name)!;
  const account = 'pan' in input ? { pan: PAN } : {};
  const made = {
    ...validInput(input, () => 0, { tokens: [], records: [] }),
    ...account,
    ...RIGHT[name],
    ...change,
  };
  for (const place of placesOf(input)) {
    const isTried = place.path.join() === at.path.join();
    const optional = input[place.path[0]!]!.optional && !isTried;
    const right = isTried ? token : rightFor(place, own);
    if (!optional) put(made, place.path, right);
  }
  return made;
}

/** Where the key stands that a variant has of its own: not the key of a PIN block beside a PVK. */
function ownPlace(name: CommandName): string {
  return 'pvk' in commandNamed(name)!.input ? 'pvk' : 'key';
}

describe.each(judged)('%s', (name) => {
  for (const one of casesOf(name)) {
    for (const at of placesOf(commandNamed(name)!.input)) {
      it(`${one.variant} ${at.path.join('.')}`.trim(), () => {
        const isOwn = one.own !== undefined && at.path.join() === ownPlace(name);
        const foreign = at.path[0] === 'state' && one.variant !== STATE_OF;
        const wanted = admitted(at.slot).filter(
          (usage) => !foreign && (!isOwn || one.own!.includes(usage)),
        );
        const session = sessionFor(name);
        const opened = USAGE_NAMES.filter((usage) => {
          const input = inputFor(one, at, tokens.get(usage)!);
          const answer = device.execute(session, name, input as never);
          return answer.ok || answer.code !== 'TOKEN_INVALID';
        });
        expect(opened).toEqual(wanted);
      });
    }
  }
});

it('looks at every usage and type', () => {
  expect([...tokens.keys()].sort()).toEqual([...USAGE_NAMES].sort());
  const types = judged.flatMap((name) =>
    placesOf(commandNamed(name)!.input).flatMap(({ slot }) => slot.types),
  );
  expect([...new Set(types)].sort()).toEqual([...KEY_TYPE_NAMES].sort());
  expect(judged.length).toBeGreaterThan(40);
});

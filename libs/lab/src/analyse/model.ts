/**
 * What is analysed: which commands, what the attacker knows at the start, and what must stay secret.
 * The attacker is the host's programmer who is also key manager and one of two custodians: everybody
 * short of a second custodian and of the security officers.
 */
import {
  type Algorithm,
  COMMAND_NAMES,
  COMMANDS,
  type CommandName,
  custodianDigest,
  Policy,
  type PolicyOptions,
  type Role,
  type UsageName,
} from '@pinfold/hsm';
import { CUSTODIANS } from './candidates.js';
import { SymbolicTerms } from './symbolic-terms.js';
import { type Term, TermTable } from './symbols.js';

export const ROLES: readonly Role[] = ['production', 'keyManager', 'custodian'];

export interface Goal {
  readonly title: string;
  /** Text of the term that must not be known. */
  readonly text: string;
}

export interface Model {
  readonly name: string;
  readonly title: string;
  readonly source: string;
  readonly commands: readonly string[];
  readonly goals: readonly Goal[];
  /** Terms known at the start. */
  begin(table: TermTable, policy: Policy): Term[];
}

/**
 * Key-management commands of those groups: what stands in the declarations is what is analysed. The
 * old module's own commands come first, so that a trace prefers them.
 */
function commandsOf(accepts: (name: string, group: string) => boolean): string[] {
  const names = COMMAND_NAMES.filter(
    (name) => COMMANDS[name].meaning === 'terms' && accepts(name, COMMANDS[name].group),
  );
  const historical = (name: CommandName) => COMMANDS[name].source.startsWith('VSM');
  return [...names.filter(historical), ...names.filter((name) => !historical(name))];
}

const LENGTH: Readonly<Record<'legacy' | 'hardened', { wrap: [Algorithm, number] }>> = {
  legacy: { wrap: ['T', 16] },
  hardened: { wrap: ['A', 32] },
};

/** Tokens of honest keys: made long ago, by other people. */
export const VSM_KEYS = ['ZCK', 'TMK', 'ZPK', 'TAK', 'PGK'] as const;
/** Keys in making, whose shares the host keeps. */
export const VSM_CEREMONIES = ['TMK', 'ZCK'] as const;
export const ACCOUNT = 'PAN';
export const SHARES = 2;

export const vsm: Model = {
  name: 'vsm',
  title: 'the key management of the Visa Security Module: shares, working keys, transport',
  source: 'Bond, CHES 2001; spi-calculus analysis of the VSM, Infocommunications Journal 2008/1',
  commands: commandsOf((_, group) => group === 'shares' || group === 'keys'),
  goals: [
    { title: 'the PIN derivation key in clear', text: 'PGK' },
    { title: "a customer's account number under the PIN derivation key: the PIN", text: '' },
  ],
  begin(table, policy) {
    const { wrap } = LENGTH[policy.mode];
    const terms = makerOf(table, policy);
    const key = (name: string, usage: UsageName) => ({
      term: table.name(name),
      algorithm: usage === 'ZCK' || usage === 'TMK' ? wrap[0] : ('T' as const),
      lengthBytes: usage === 'ZCK' || usage === 'TMK' ? wrap[1] : 16,
    });
    const tokens = VSM_KEYS.map((usage) => terms.sealed(key(usage, usage), { usage }));
    const shares = VSM_CEREMONIES.flatMap((usage) =>
      CUSTODIANS.map((custodian, i) =>
        terms.sealed(key(`share ${i + 1} of ${usage}`, usage), {
          usage,
          part: 'share',
          share: {
            ceremony: `old ${usage}`,
            index: i + 1,
            of: SHARES,
            custodian: custodianDigest(custodian),
          },
        }),
      ),
    );
    // The literature's attacker of the old module is a programmer; here a custodian is with him too.
    const opened = policy.mode === 'hardened' ? VSM_CEREMONIES : [];
    const own = opened.map((usage) => table.name(`share 1 of ${usage}`));
    return [...shares, ...tokens, ...own, table.name(ACCOUNT), table.plain([])];
  },
};

export const typedApi: Model = {
  name: 'typed-api',
  title: 'the typed four-function API: data encrypt and decrypt, data-key export and import',
  source: 'typed four-function API, Infocommunications Journal 2008/1',
  commands: commandsOf((name, group) => group === 'data' && name.includes('Typed')),
  goals: [
    { title: 'a data key Ki in clear', text: 'Ki' },
    { title: 'a key-encryption key KEKj in clear', text: 'KEKj' },
  ],
  begin(table, policy) {
    const terms = makerOf(table, policy);
    const [algorithm, lengthBytes] = policy.mode === 'legacy' ? ['T', 16] : ['A', 16];
    const key = (name: string) =>
      ({ term: table.name(name), algorithm, lengthBytes }) as Parameters<typeof terms.sealed>[0];
    const exportability = 'N';
    return [
      terms.sealed(key('Ki'), { usage: 'DEK', exportability }),
      terms.sealed(key('KEKj'), { usage: 'KEK', exportability }),
      table.name('x'),
    ];
  },
};

export const MODELS: readonly Model[] = [vsm, typedApi];

function makerOf(table: TermTable, policy: Policy): SymbolicTerms {
  return new SymbolicTerms({ table, policy, call: () => 'begin', delivered: () => undefined });
}

export function policyOf(mode: 'legacy' | 'hardened', options: PolicyOptions): Policy {
  return new Policy(mode, options);
}

/** Texts of the goals under a policy: a cryptogram says its usage only where key blocks are in force. */
export function goalsOf(model: Model, table: TermTable): Goal[] {
  if (model.name !== 'vsm') return [...model.goals];
  const p = { term: table.name('PGK'), algorithm: 'T' as const, lengthBytes: 16 };
  const account = { term: table.name(ACCOUNT), algorithm: 'T' as const, lengthBytes: 16 };
  const [derivation, pin] = model.goals as [Goal, Goal];
  return [derivation, { ...pin, text: table.carried(p, account, undefined).text }];
}

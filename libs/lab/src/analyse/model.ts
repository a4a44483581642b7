/**
 * What is analysed: which commands, what the attacker knows at the start, and what must stay secret.
 * The attacker is the host's programmer who is also key manager and one of two custodians, with a friend
 * at another bank who knows the PIN key that is shared with it: everybody short of a second custodian and
 * of the security officers.
 */
import { toHex } from '@pinfold/crypto';
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
import { tdesInitialKey } from '@pinfold/pin';
import { OWN_KEY } from './attacker-means.js';
import { CUSTODIANS, KSN } from './candidates.js';
import { SymbolicTerms } from './symbolic-terms.js';
import { OLD_MASTER_KEYS, type Plain, type Term, type TermTable } from './symbols.js';

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
  /** What must stay secret; terms are made in the table. */
  goals(table: TermTable): Goal[];
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
export const VSM_KEYS = ['ZCK', 'TMK', 'ZPK', 'TAK', 'PGK', 'BDK'] as const;
/** RSA pairs of the device, one for each use, and what a partner sent under the first. */
export const VSM_PAIRS = { 'unwrapping pair': 'unwrap', 'deciphering pair': 'decrypt' } as const;
export const PARTNER_KEY = "partner's key";
/** A PIN key shared with another bank, whose people know it: the attacker has a friend there. */
export const SHARED_KEY = 'shared ZPK';
/** A terminal's initial key: its name, and how it comes from the BDK. */
export const INITIAL_KEY = {
  name: `dukpt-initial ${toHex(KSN.tdes)}(BDK)`,
  of: (bdk: Uint8Array) => tdesInitialKey({ bdk, ksn: KSN.tdes }),
};
/** Sealed under the master keys before their last change. */
export const OLD_KEY = 'old TAK';
/** Keys in making, whose shares the host keeps. */
export const VSM_CEREMONIES = ['TMK', 'ZCK'] as const;
export const ACCOUNT = 'PAN';
export const SHARES = 2;

export const vsm: Model = {
  name: 'vsm',
  title:
    'all key management: shares, keys in transport, key blocks, DUKPT, RSA, data keys, renewal',
  source: 'Bond, CHES 2001; spi-calculus analysis of the VSM, Infocommunications Journal 2008/1',
  commands: commandsOf((name) => !name.includes('Typed')),
  goals(table) {
    const tdes = (term: Plain) => ({ term, algorithm: 'T', lengthBytes: 16 }) as const;
    const pin = table.carried(tdes(table.name('PGK')), tdes(table.name(ACCOUNT)), undefined);
    return [
      { title: 'the PIN derivation key in clear', text: 'PGK' },
      {
        title: "a customer's account number under the PIN derivation key: the PIN",
        text: pin.text,
      },
      { title: 'a PIN key in clear', text: 'ZPK' },
      { title: "a terminal's initial DUKPT key in clear", text: INITIAL_KEY.name },
      { title: 'a key that a partner sent under RSA, in clear', text: PARTNER_KEY },
    ];
  },
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
    const pairs = Object.entries(VSM_PAIRS).flatMap(([pair, usage]) => [
      table.private(pair, usage),
      table.public(pair),
    ]);
    const [pair = ''] = Object.keys(VSM_PAIRS);
    return [
      ...shares,
      ...tokens,
      terms.sealed(key(SHARED_KEY, 'ZPK'), { usage: 'ZPK' }),
      table.name(SHARED_KEY),
      terms.sealed(key(OLD_KEY, 'TAK'), { usage: 'TAK' }, OLD_MASTER_KEYS),
      ...pairs,
      table.enciphered(pair, key(PARTNER_KEY, 'ZPK')),
      ...own,
      table.name(OWN_KEY),
      table.name(ACCOUNT),
      table.plain([]),
    ];
  },
};

/** Read out of a terminal that the attacker opened. */
export const OPENED_KEY = 'opened TMK';

export const openedTerminal: Model = {
  ...vsm,
  name: 'opened-terminal',
  title: 'as vsm, and the attacker has opened one terminal and knows its master key',
  source:
    'the hierarchy of the VSM: what a terminal holds must open nothing but what is sent to it',
  // What is sent to a terminal, its initial DUKPT key too, is lost with it.
  goals: (table) => vsm.goals(table).filter(({ text }) => text !== INITIAL_KEY.name),
  begin(table, policy) {
    const [algorithm, lengthBytes] = LENGTH[policy.mode].wrap;
    const key = { term: table.name(OPENED_KEY), algorithm, lengthBytes };
    const token = makerOf(table, policy).sealed(key, { usage: 'TMK' });
    return [...vsm.begin(table, policy), token, key.term];
  },
};

export const typedApi: Model = {
  name: 'typed-api',
  title: 'the typed four-function API: data encrypt and decrypt, data-key export and import',
  source: 'typed four-function API, Infocommunications Journal 2008/1',
  commands: commandsOf((name, group) => group === 'data' && name.includes('Typed')),
  goals: () => [
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

export const MODELS: readonly Model[] = [vsm, openedTerminal, typedApi];

function makerOf(table: TermTable, policy: Policy): SymbolicTerms {
  return new SymbolicTerms({
    table,
    policy,
    command: 'begin',
    call: () => 'begin',
    delivered: () => undefined,
  });
}

export function policyOf(mode: 'legacy' | 'hardened', options: PolicyOptions): Policy {
  return new Policy(mode, options);
}

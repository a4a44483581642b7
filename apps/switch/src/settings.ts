/** Settings of the demo network's switch: routes by card prefix, issuer links, stand-in limits. */
import {
  ACQUIRER,
  demoTerminalAlgorithm,
  ISSUERS,
  type IssuerFacts,
  type StandInLimits,
  type SwitchOptions,
} from '@pinfold/flows';

export const SWITCH_SCHEMA = 'switch';

/** 100 EUR at once, 200 EUR a card and day, 20,000 EUR an issuer and day. */
export const DEMO_STAND_IN: StandInLimits = {
  perTransactionMinor: 10_000n,
  perCardMinor: 20_000n,
  perIssuerMinor: 2_000_000n,
};

/** BANK-B's link has AES zone keys and PIN blocks of ISO format 4, unless there are no AES keys (legacy, some LMKs of payShields). */
const AES_LINKS: ReadonlySet<string> = new Set(['bank-b']);

export function switchOptions(o: {
  mode: 'hardened' | 'legacy';
  /** Whether AES keys can be made; unless legacy, where nothing is said. */
  aes?: boolean;
  issuers?: readonly IssuerFacts[];
  standIn?: StandInLimits | null;
}): SwitchOptions {
  const { mode, issuers = ISSUERS, standIn = DEMO_STAND_IN } = o;
  const { aes: possible = mode === 'hardened' } = o;
  return {
    acquirer: ACQUIRER.institution,
    terminalAlgorithm: (terminal) =>
      demoTerminalAlgorithm(terminal, possible ? 'hardened' : 'legacy'),
    routes: issuers.map(({ id, cardPrefix }) => ({ prefix: cardPrefix, issuer: id })),
    issuers: issuers.map(({ id }) => {
      const aes = possible && AES_LINKS.has(id);
      return {
        id,
        algorithm: aes ? 'A' : 'T',
        pinFormat: aes ? 'iso4' : 'iso0',
        ...(standIn === null ? {} : { standIn }),
      };
    }),
  };
}

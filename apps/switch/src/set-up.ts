/** The demo network's switch: who its issuers are, which cards go where, when it stands in. */
import {
  ACQUIRER,
  demoTerminalAlgorithm,
  ISSUERS,
  type StandInLimits,
  type SwitchOptions,
} from '@pinfold/flows';

/** Small amounts, as a host that cannot see the account would allow. */
const STAND_IN: StandInLimits = {
  perTransactionMinor: 5_000n,
  perCardMinor: 10_000n,
  perIssuerMinor: 10_000_000n,
};

/** BANK-A lets the switch stand in; BANK-B does not, so that both answers to silence can be seen. */
const STANDS_IN_FOR = 'bank-a';

export function switchSetUp(mode: 'hardened' | 'legacy'): SwitchOptions {
  return {
    acquirer: ACQUIRER.institution,
    issuers: ISSUERS.map(({ id }) => ({
      id,
      pinFormat: 'iso0',
      algorithm: 'T',
      ...(id === STANDS_IN_FOR ? { standIn: STAND_IN } : {}),
    })),
    routes: ISSUERS.map(({ id, cardPrefix }) => ({ prefix: cardPrefix, issuer: id })),
    terminalAlgorithm: (terminal) => demoTerminalAlgorithm(terminal, mode),
  };
}

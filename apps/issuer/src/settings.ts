/** Settings of an issuer of the demo network, from its facts and the tokens that it keeps. */
import {
  ACQUIRER,
  CURRENCY,
  DEFAULT_LIMITS,
  ISSUERS,
  type IssuerFacts,
  type IssuerLimits,
  type IssuerSettings,
} from '@pinfold/flows';
import { UsageError } from '@pinfold/platform';

/** `BANK-A`, or its id `bank-a`. @throws UsageError naming what is allowed */
export function issuerFacts(name: string | undefined): IssuerFacts {
  const facts = ISSUERS.find(({ id }) => id === name?.toLowerCase());
  if (facts !== undefined) return facts;
  const names = ISSUERS.map((issuer) => issuer.name).join(' or ');
  throw new UsageError(`--issuer is ${name === undefined ? 'missing' : 'unknown'}; use ${names}`);
}

/** Schema of an issuer's tables: `issuer_bank_a`. */
export function issuerSchema(issuerId: string): string {
  return `issuer_${issuerId.replaceAll('-', '_')}`;
}

export function issuerSettings(
  facts: IssuerFacts,
  tokens: { readonly pvk: string; readonly zck: string },
  limits: IssuerLimits = DEFAULT_LIMITS,
): IssuerSettings {
  return {
    issuerId: facts.id,
    acquirer: ACQUIRER.institution,
    link: ACQUIRER.id,
    currency: CURRENCY.numeric,
    ...tokens,
    limits,
  };
}

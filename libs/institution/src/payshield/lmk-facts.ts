/** What is known of the LMK under which an institution's keys are, and where `tokens.json` keeps it. */
import type { LmkScheme } from '@pinfold/hsm-client';
import type { InstitutionTokens } from '../tokens.js';

export interface LmkFacts {
  readonly scheme: LmkScheme;
  /** Whether AES keys can be under it. */
  readonly aes: boolean;
  /** As NC tells it, up to 16 digits. */
  readonly checkValue: string;
  /** For people: `01 key block, AES`. */
  readonly name: string;
}

type Named = InstitutionTokens['named'];

const SCHEME = 'payshield.scheme';
const AES = 'payshield.aes';
const LMK = 'payshield.lmk';
const CHECK_VALUE = 'payshield.lmk.check-value';

/** Names of the tokens of an institution whose keys are payShields'. */
export const PAYSHIELD_NAMED = {
  /** ZMK of a link, as the payShields have it. */
  zmk: (link: string) => `payshield.zmk.${link}`,
  /** The same key in the institution's own device: what its demo PINs travel under. */
  localZmk: (link: string) => `zmk.${link}`,
  pvk: 'payshield.pvk',
  /** As the payShields take it: in clear or enciphered. */
  table: 'payshield.table',
} as const;

export function namedOfLmk({ scheme, aes, checkValue, name }: LmkFacts): Named {
  return {
    [SCHEME]: scheme,
    [AES]: aes ? 'yes' : 'no',
    [LMK]: name,
    [CHECK_VALUE]: checkValue,
  };
}

/** Undefined where the keys are in the institution's own device. */
export function lmkOf({ world, named }: InstitutionTokens): LmkFacts | undefined {
  if (world !== 'payshield') return undefined;
  return {
    scheme: named[SCHEME] === 'variant' ? 'variant' : 'key-block',
    aes: named[AES] === 'yes',
    checkValue: named[CHECK_VALUE] ?? '',
    name: named[LMK] ?? '',
  };
}

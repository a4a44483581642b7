/** In which world an institution's keys are, and what its services use there. */
import type { HsmUrls } from '@pinfold/platform';
import { EnvironmentError } from '@pinfold/platform';
import type { Institution } from './institution.js';
import { lmkOf, PAYSHIELD_NAMED } from './payshield/lmk-facts.js';
import type { InstitutionTokens, KeyWorld } from './tokens.js';

export function worldOf({ world = 'device' }: Pick<InstitutionTokens, 'world'>): KeyWorld {
  return world;
}

/** @throws EnvironmentError in one line, where the keys are not where PINFOLD_HSM_URLS points */
export function requireWorld({ id, tokens, store }: Institution, urls: HsmUrls | null): void {
  if (tokens === undefined) return;
  const asked: KeyWorld = urls?.protocol === 'payshield' ? 'payshield' : 'device';
  if (worldOf(tokens) === asked) return;
  const [where, what] =
    asked === 'payshield'
      ? ["in the institution's own device", 'leave payshield:// out of PINFOLD_HSM_URLS']
      : [
          `under the LMK of payShields (${lmkOf(tokens)?.name})`,
          'set PINFOLD_HSM_URLS=payshield://host:port,…',
        ];
  throw new EnvironmentError(
    `the keys of ${id} in ${store.folder} are ${where}: ${what}, or set PINFOLD_DATA_DIR to another data folder`,
  );
}

/** The zone master key of a link as production names it, and its check value. */
export function zoneKeyOf(
  tokens: InstitutionTokens,
  link: string,
): { token: string; checkValue: string } {
  const name = worldOf(tokens) === 'payshield' ? PAYSHIELD_NAMED.zmk(link) : `zck.${link}`;
  return { token: tokens.named[name]!, checkValue: tokens.named[`${name}.check-value`]! };
}

/** What an issuer's service works with. */
export function issuerTokens(
  tokens: InstitutionTokens,
  link: string,
): { pvk: string; zck: string } {
  const { token: zck } = zoneKeyOf(tokens, link);
  const pvk = worldOf(tokens) === 'payshield' ? PAYSHIELD_NAMED.pvk : 'pvk';
  return { zck, pvk: tokens.named[pvk]! };
}

/** Whether AES keys can be made: not in legacy mode, and not under an LMK that cannot hold them. */
export function aesKeysPossible(
  tokens: InstitutionTokens | undefined,
  mode: 'hardened' | 'legacy',
): boolean {
  const lmk = tokens && lmkOf(tokens);
  return mode === 'hardened' && (lmk === undefined || lmk.aes);
}

/** Whether working keys travel to terminals as ECB cryptograms: before key blocks, and under variant LMKs. */
export function cryptogramsTravel(
  tokens: InstitutionTokens | undefined,
  mode: 'hardened' | 'legacy',
): boolean {
  return mode === 'legacy' || (tokens && lmkOf(tokens))?.scheme === 'variant';
}

/**
 * The zone keys of a link whose production keys are under the LMK of payShields: the zone control key of
 * the two institutions' devices, and the zone master key of the payShields. They are the same key, formed
 * at three places, unless an LMK without AES stands beside hardened devices: then the payShields' is a
 * triple DES key of its own.
 */
import {
  aesKeysPossible,
  type CeremonyKey,
  type Institution,
  type InstitutionTokens,
  type KeyConsole,
  type KeyWish,
  makeSharedKey,
  PAYSHIELD_NAMED,
} from '@pinfold/institution';

interface SharedKey {
  readonly here: CeremonyKey;
  readonly there: CeremonyKey;
}

/** Notes the payShields' key in `named`; gives the zone control key. */
export async function shareZoneMasterKey(o: {
  acquirer: Institution;
  other: Institution;
  link: string;
  console: KeyConsole;
  named: readonly [acquirer: InstitutionTokens, other: InstitutionTokens];
}): Promise<SharedKey> {
  const { acquirer, other, link, console, named } = o;
  const { mode } = acquirer.store.device;
  const algorithm = aesKeysPossible(named[0], mode) ? 'A' : 'T';
  const wish: KeyWish & { algorithm: 'T' | 'A' } = { type: 'ZCK', algorithm };
  let formed: CeremonyKey | undefined;
  const zmk = await makeSharedKey(acquirer, other, wish, async (components, { checkValue }) => {
    formed = await console.formKey({ key: 'ZMK', owner: link, algorithm, components, checkValue });
  });
  const name = PAYSHIELD_NAMED.zmk(link);
  for (const [i, { token }] of [zmk.here, zmk.there].entries()) {
    Object.assign(named[i]!.named, {
      [name]: formed!.token,
      [`${name}.check-value`]: formed!.checkValue,
      [PAYSHIELD_NAMED.localZmk(link)]: token,
    });
  }
  const same = algorithm === 'A' || mode === 'legacy';
  return same ? zmk : makeSharedKey(acquirer, other, { type: 'ZCK' });
}

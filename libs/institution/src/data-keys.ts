/** Data keys of an institution, opened by its device: index key, card vault, records, links. */
import type { RandomBytes } from '@pinfold/crypto';
import type { HsmClient } from '@pinfold/hsm-client';
import { RecordWire, Sealer } from '@pinfold/messages';
import { EnvironmentError } from '@pinfold/platform';
import { RecordVault } from './record-vault.js';
import { CONTEXTS, type InstitutionTokens } from './tokens.js';
import { CardVault, type VaultKey } from './vault.js';

export interface OpenedKeys {
  readonly sealer: Sealer;
  readonly vault: CardVault;
  /** Where payShields judge PINs. */
  readonly records: RecordVault | undefined;
  readonly indexKey: Uint8Array;
}

/** @throws EnvironmentError when the device does not open a token: another device's, or damaged. */
export async function openDataKeys(o: {
  institution: string;
  tokens: InstitutionTokens;
  hsm: HsmClient;
  random: RandomBytes;
}): Promise<OpenedKeys> {
  const { institution, tokens, hsm, random } = o;
  const open = async (wrapped: string, context: string): Promise<Uint8Array> => {
    const [answer] = await hsm.run('DecryptDataKey', [{ wrapped, context }]);
    if (!answer?.ok) {
      throw new EnvironmentError(
        `the device of ${institution} does not open its data key '${context}'; its state and its tokens do not belong together`,
      );
    }
    return answer.value.dataKey;
  };
  const openVersions = async (
    versions: InstitutionTokens['vault'],
    contextOf: (institution: string, version: number) => string,
  ): Promise<VaultKey[]> => {
    const keys: VaultKey[] = [];
    for (const { version, wrapped } of versions) {
      keys.push({ version, key: await open(wrapped, contextOf(institution, version)) });
    }
    return keys;
  };
  const vaultKeys = await openVersions(tokens.vault, CONTEXTS.vault);
  const recordKeys = tokens.records && (await openVersions(tokens.records, CONTEXTS.records));
  const sealer = new Sealer(random);
  for (const [link, versions] of Object.entries(tokens.links)) {
    for (const { version, wrapped } of versions) {
      sealer.add({ link, version, key: await open(wrapped, CONTEXTS.link(link, version)) });
    }
  }
  return {
    sealer,
    vault: new CardVault(vaultKeys, random),
    records: recordKeys && new RecordVault(recordKeys, random),
    indexKey: await open(tokens.index, CONTEXTS.index),
  };
}

/** Which topics a node sends to and takes from, by link. */
export interface Topology {
  readonly sendsUnder: Readonly<Record<string, string>>;
  readonly takesFrom: Readonly<Record<string, readonly string[]>>;
}

export function wireOf({ sealer, indexKey }: OpenedKeys, topology: Topology): RecordWire {
  return new RecordWire({ sealer, indexKey, ...topology });
}

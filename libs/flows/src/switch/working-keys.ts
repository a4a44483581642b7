/**
 * Making working keys: a pair of new keys from the device, exported under the key that the other side
 * shares (TMK of a terminal, ZCK of an issuer), as records to keep and as DE 48 to send.
 */
import type { HsmAnswer, HsmClient, HsmJob } from '@pinfold/hsm-client';
import {
  askBatch,
  encodeOfferedKeys,
  type KeyRecord,
  type NetworkKeyUsage,
  type OfferedKey,
} from '../node.js';

export interface KeyPairWanted {
  /** Terminal id or issuer id. */
  readonly owner: string;
  readonly usages: readonly ['TPK', 'TAK'] | readonly ['ZPK', 'ZAK'];
  readonly algorithm: 'T' | 'A';
  /** Token of the TMK or ZCK that the new keys travel under. */
  readonly under: string;
  /** The pair offered before and not confirmed: offered again, so that lost answers make no new keys. */
  readonly offered: readonly KeyRecord[] | undefined;
}

export interface MadeKey {
  readonly usage: NetworkKeyUsage;
  readonly token: string;
  readonly keyBlock: string;
  readonly checkValue: string;
}

type Token = Pick<MadeKey, 'token' | 'checkValue'>;

/** The keys of each request in order; undefined where the device refused, or all when none answers. */
export async function makeKeyPairs(
  hsm: HsmClient,
  wanted: readonly KeyPairWanted[],
): Promise<(MadeKey[] | undefined)[] | undefined> {
  const fresh = wanted.filter(({ offered }) => offered === undefined);
  const generated = await askBatch(
    hsm,
    fresh.flatMap(({ usages, algorithm }) =>
      usages.map(
        (usage): HsmJob => ({ command: 'GenerateWorkingKey', input: { usage, algorithm } }),
      ),
    ),
  );
  if (generated === undefined) return undefined;
  let at = 0;
  const tokens = wanted.flatMap(({ usages, offered }) =>
    usages.map((_, j): Token | undefined => offered?.[j] ?? tokenOf(generated[at++]!)),
  );
  const exported = await exportKeys(
    hsm,
    tokens.map((token, i) => ({ token: token?.token, under: wanted[i >> 1]!.under })),
  );
  if (exported === undefined) return undefined;
  return wanted.map(({ usages }, i) => {
    const pair = usages.map((usage, j): MadeKey | undefined => {
      const token = tokens[2 * i + j];
      const keyBlock = exported[2 * i + j];
      if (token === undefined || keyBlock === undefined) return undefined;
      return { usage, token: token.token, keyBlock, checkValue: token.checkValue };
    });
    return pair.includes(undefined) ? undefined : (pair as MadeKey[]);
  });
}

function tokenOf(answer: HsmAnswer): Token | undefined {
  const value = okValue<{ key: string; checkValue: string }>(answer);
  return value && { token: value.key, checkValue: value.checkValue };
}

/** Key blocks in order; undefined where there is no token or the device refuses. */
async function exportKeys(
  hsm: HsmClient,
  keys: readonly { token: string | undefined; under: string }[],
): Promise<(string | undefined)[] | undefined> {
  const present = keys.filter((key) => key.token !== undefined);
  const answers = await askBatch(
    hsm,
    present.map(
      ({ token, under }): HsmJob => ({ command: 'ExportKey', input: { key: token!, under } }),
    ),
  );
  if (answers === undefined) return undefined;
  let at = 0;
  return keys.map((key) =>
    key.token === undefined ? undefined : okValue<{ keyBlock: string }>(answers[at++]!)?.keyBlock,
  );
}

export function offersOf(keys: readonly MadeKey[], version: number): string {
  return encodeOfferedKeys(keys.map((key): OfferedKey => ({ ...key, version })));
}

export function recordsOf(owner: string, keys: readonly MadeKey[], version: number): KeyRecord[] {
  return keys.map(({ usage, token, checkValue }) => ({
    owner,
    usage,
    version,
    token,
    checkValue,
    state: 'offered',
  }));
}

export function okValue<T>(answer: HsmAnswer): T | undefined {
  return answer.ok ? (answer.value as T) : undefined;
}

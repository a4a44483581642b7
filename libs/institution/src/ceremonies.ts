/**
 * Key ceremonies of the demo network, played by the program: the same commands that people use, with
 * the couriers' sealed envelopes carried in memory from one device to the next.
 */
import { wipe } from '@pinfold/crypto';
import type { Algorithm, CommandName, Envelope, Input, KeyType, Output } from '@pinfold/hsm';
import type { HsmClient } from '@pinfold/hsm-client';
import { EnvironmentError } from '@pinfold/platform';
import { COURIERS, IDENTITIES, type Institution } from './institution.js';
import type { ConsoleKeyName, KeyConsole } from './payshield/key-console.js';

export interface CeremonyKey {
  readonly token: string;
  readonly checkValue: string;
}

export interface KeyWish {
  readonly type: KeyType;
  readonly usage?: string;
  readonly algorithm?: Algorithm;
}

/** Runs one command that must succeed: provisioning has nobody to ask. */
export async function must<N extends CommandName>(
  hsm: HsmClient,
  command: N,
  input: Input<N>,
): Promise<Output<N>> {
  const [outcome] = await hsm.run(command, [input]);
  if (outcome?.ok) return outcome.value;
  throw new EnvironmentError(`the device refused ${command}: ${outcome?.code ?? 'no answer'}`);
}

const names = COURIERS.map(({ name }) => name);

/** A new key from two couriers' components; `withEnvelopes` sees the clear components, then they are wiped. */
export async function makeKey(
  at: Institution,
  wish: KeyWish,
  withEnvelopes: (envelopes: readonly Envelope[], key: CeremonyKey) => Promise<void> | void = () =>
    undefined,
): Promise<CeremonyKey> {
  const envelopes: Envelope[] = [];
  return at.store.withEnvelopes(
    (envelope) => envelopes.push(envelope),
    async () => {
      const { shares } = await must(at.as(IDENTITIES.keyManager), 'GenerateKeyShares', {
        ...wish,
        shares: names.length,
        custodians: names,
      });
      const { key, checkValue } = await must(at.as(IDENTITIES.courier1), 'CombineKeyShares', {
        type: wish.type,
        usage: wish.usage,
        shares,
      });
      const made = { token: key, checkValue };
      await withEnvelopes(envelopes, made);
      for (const { component } of envelopes) wipe(component);
      return made;
    },
  );
}

/** The same key in two devices: made at one, its components typed in at the other. */
export async function makeSharedKey(
  here: Institution,
  there: Institution,
  wish: KeyWish,
  withEnvelopes: Parameters<typeof makeKey>[2] = () => undefined,
): Promise<{ here: CeremonyKey; there: CeremonyKey }> {
  let entered: CeremonyKey | undefined;
  const made = await makeKey(here, wish, async (envelopes, key) => {
    entered = await enterKey(there, wish, envelopes);
    await withEnvelopes(envelopes, key);
  });
  if (entered?.checkValue !== made.checkValue) {
    throw new EnvironmentError(`the ceremony of ${here.id} and ${there.id} gave different keys`);
  }
  return { here: made, there: entered };
}

/**
 * A new key of two couriers for production: with payShields its components are typed in at their console
 * too, and the key that this gives is the one that counts.
 */
export async function makeProductionKey(
  at: Institution,
  wish: KeyWish & { readonly algorithm: 'T' | 'A' },
  o: {
    readonly key: ConsoleKeyName;
    readonly owner: string;
    readonly console: KeyConsole | undefined;
    readonly withEnvelopes?: Parameters<typeof makeKey>[2];
  },
): Promise<CeremonyKey> {
  let formed: CeremonyKey | undefined;
  const made = await makeKey(at, wish, async (envelopes, key) => {
    const { checkValue } = key;
    const { algorithm } = wish;
    const what = { key: o.key, owner: o.owner, algorithm, components: envelopes, checkValue };
    formed = await o.console?.formKey(what);
    await o.withEnvelopes?.(envelopes, key);
  });
  return formed ?? made;
}

async function enterKey(
  at: Institution,
  wish: KeyWish,
  envelopes: readonly Envelope[],
): Promise<CeremonyKey> {
  const { ceremony } = await must(at.as(IDENTITIES.keyManager), 'OpenCeremony', {
    ...wish,
    custodians: names,
  });
  const shares: string[] = [];
  for (const [i, courier] of COURIERS.entries()) {
    const { component } = envelopes[i]!;
    const { share } = await must(at.as(courier), 'ContributeShare', { ceremony, component });
    shares.push(share);
  }
  const { key, checkValue } = await must(at.as(IDENTITIES.courier1), 'CombineKeyShares', {
    type: wish.type,
    usage: wish.usage,
    shares,
  });
  return { token: key, checkValue };
}

export interface LinkEnd {
  readonly at: Institution;
  /** Token of the link's zone control key in that institution's device. */
  readonly zck: string;
}

/** A new data key of an institution, as a token. */
export async function makeDataKey(at: Institution, context: string): Promise<string> {
  return (await must(at.as(IDENTITIES.production), 'GenerateDataKey', { context })).wrapped;
}

/** A data key carried to the other end of a link under the zone control key; gives the token there. */
export async function carryDataKey(
  wrapped: string,
  o: { from: LinkEnd; to: LinkEnd; context: string },
): Promise<string> {
  const { from, to, context } = o;
  const { keyBlock } = await must(from.at.as(IDENTITIES.keyManager), 'ExportDataKey', {
    wrapped,
    zck: from.zck,
    context,
  });
  const carried = { keyBlock, zck: to.zck, context };
  return (await must(to.at.as(IDENTITIES.keyManager), 'ImportDataKey', carried)).wrapped;
}

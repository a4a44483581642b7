/**
 * Known keys in a device, for vectors: a zone control key that the test sees is made, and keys of
 * published cases come in under it in key blocks, as from another bank.
 */
import { fromHex } from '@pinfold/crypto';
import { wrapKeyBlock } from '@pinfold/keyblock';
import type { CommandName, ErrorCode, Input, Output } from './commands/index.js';
import type { DeviceOptions } from './device-options.js';
import { type Algorithm, USAGES, type UsageName, usageCode } from './keys/usages.js';
import type { Outcome } from './outcome.js';
import type { Mode } from './policy/policy.js';
import type { Role } from './policy/roles.js';
import { type Bench, benchDevice, seededRandom, valued } from './testing.js';

export interface KeyBench extends Bench {
  /** The zone control key as a token, and in clear. */
  readonly zck: string;
  readonly zckClear: Uint8Array;
  /** A published key as a token of that usage. */
  load(usage: UsageName, hex: string, algorithm?: Algorithm): string;
  /** Clear bytes of a token that this device made. */
  clear(token: string): Uint8Array;
  /** What a command answers to the role that usually calls it. */
  ask<N extends CommandName>(
    role: Role,
    command: N,
    input: Input<N>,
  ): Outcome<Output<N>, ErrorCode<N> | string>;
}

export function keyBench(mode: Mode, options: Partial<DeviceOptions> = {}): KeyBench {
  const made = new Map<string, Uint8Array>();
  const bench = benchDevice({
    mode,
    laboratory: { keyMade: ({ token, key }) => made.set(token, key) },
    ...options,
  });
  const { device, as } = bench;
  const zck = bench.key('ZCK');
  const clear = (token: string) => made.get(token)!;
  const zckClear = clear(zck);
  const random = seededRandom('key blocks');
  const load = (usage: UsageName, hex: string, algorithm: Algorithm = 'T') => {
    const keyBlock = wrapKeyBlock({
      kbpk: zckClear,
      header: {
        version: mode === 'hardened' ? 'D' : 'B',
        usage: usageCode(usage, algorithm),
        algorithm,
        modeOfUse: USAGES[usage].mode,
        exportability: 'E',
      },
      key: fromHex(hex),
      random,
    });
    return valued(device.execute(as('production'), 'ImportKey', { keyBlock, under: zck, usage }))
      .key;
  };
  const ask: KeyBench['ask'] = (role, command, input) => device.execute(as(role), command, input);
  return { ...bench, zck, zckClear, load, clear, ask };
}

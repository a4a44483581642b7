/**
 * Keys under the published test LMKs. Their value is public, so whoever has a device with one is its
 * console: FK is done here, in a device of the same LMK that lives as long as the call.
 */
import { randomBytes } from 'node:crypto';
import {
  formKey,
  type Lmk,
  LmkContext,
  LmkDevice,
  type LmkKey,
  type MadeAttributes,
  sealedTable,
  testLmks,
} from '@pinfold/hsm';
import type { CeremonyKey } from '../ceremonies.js';
import type { LmkFacts } from './lmk-facts.js';

export interface TestLmkWish {
  readonly components: readonly Uint8Array[];
  /** Three characters, as in 002. */
  readonly type: string;
  /** U, T, X, Y or Z under a variant LMK, S under a key-block LMK. */
  readonly scheme: string;
  readonly algorithm: 'T' | 'A';
  /** Header of the key block, under a key-block LMK. */
  readonly attributes?: Omit<MadeAttributes, 'algorithm'>;
}

/** The test LMK with that check value, under the identifier that the payShield gives it. */
export function testLmkOf(checkValue: string, id: string | undefined): Lmk | undefined {
  const found = testLmks('legacy').find((lmk) => lmk.checkValue === checkValue);
  return found && { ...found, id: id ?? found.id };
}

/** @throws HostRefusal with the code that the console's device gives */
export function formUnderTestLmk(lmk: Lmk, wish: TestLmkWish): CeremonyKey {
  return atTestDevice(lmk, (device) => {
    const { type, scheme, algorithm, attributes } = wish;
    const context = new LmkContext(device, lmk, attributes && { ...attributes, algorithm });
    const parts = wish.components.map(
      (bytes): LmkKey => context.keys.opened(Uint8Array.from(bytes), algorithm),
    );
    const formed = formKey(context, parts);
    return {
      token: context.sealKey(formed, type, scheme),
      checkValue: context.keys.checkValue(formed),
    };
  });
}

/** The table as ED gives it. */
export function tableUnderTestLmk(lmk: Lmk, table: string): string {
  return atTestDevice(lmk, (device) => sealedTable(new LmkContext(device, lmk), table));
}

export function factsOfTestLmk(lmk: Lmk): LmkFacts {
  return {
    scheme: lmk.kind,
    aes: lmk.kind === 'key-block' && lmk.version === '1',
    checkValue: lmk.checkValue,
    name: `${lmk.id} ${lmk.name}, published test value`,
  };
}

function atTestDevice<T>(lmk: Lmk, work: (device: LmkDevice) => T): T {
  const random = (length: number) => Uint8Array.from(randomBytes(length));
  // Short keys go where they can be used: to the LMKs that legacy devices alone have.
  const modern = testLmks('hardened').some(({ checkValue }) => checkValue === lmk.checkValue);
  const device = new LmkDevice({ random, lmks: [lmk], mode: modern ? 'hardened' : 'legacy' });
  try {
    return work(device);
  } finally {
    device.wipe();
  }
}

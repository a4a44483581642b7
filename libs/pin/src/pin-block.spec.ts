import { readFileSync } from 'node:fs';
import { AesKey, DesKey, fromHex, toHex } from '@pinfold/crypto';
import {
  decodePinBlock,
  encodePinBlock,
  encryptPinBlock,
  naturalPin,
  offsetOfPin,
  type PinBlockFormat,
  pinOfOffset,
  pvv,
} from './index.js';

const load = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../vectors/${name}.json`, import.meta.url), 'utf8')).cases;

describe('published PIN blocks', () => {
  for (const c of load('pin-blocks')) {
    if (c.format.startsWith('iso4-')) continue;
    it(c.id, () => {
      if (c.op === 'pin-encode') expect(toHex(encodePinBlock(c))).toBe(c.expect.block);
      else if (c.op === 'pin-decode') {
        const r = decodePinBlock({ ...c, block: fromHex(c.block) });
        expect(r.ok ? { pin: r.value } : { error: true }).toEqual(c.expect);
      } else {
        const key =
          (c.format as PinBlockFormat) === 'iso4'
            ? AesKey.of(fromHex(c.key))
            : DesKey.of(fromHex(c.key));
        expect(toHex(encryptPinBlock({ ...c, key, random: undefined, fill: c.random }))).toBe(
          c.expect.encrypted,
        );
      }
    });
  }
});
describe('verification', () => {
  for (const c of load('pin-verification')) {
    if (c.op === 'validation-data') continue;
    it(c.id, () => {
      const pvk = DesKey.of(fromHex(c.pvk));
      if (c.op === 'pvv') expect(pvv({ ...c, pvk })).toBe(c.expect.pvv);
      else {
        if (c.expect.pin) expect(pinOfOffset({ ...c, pvk })).toBe(c.expect.pin);
        if (c.expect.offset) expect(offsetOfPin({ ...c, pvk })).toBe(c.expect.offset);
        if (c.expect.naturalPin)
          expect(naturalPin({ ...c, pvk, length: 4 })).toBe(c.expect.naturalPin);
      }
    });
  }
});

import { readFileSync } from 'node:fs';
import { fromHex, toHex } from '@pinfold/crypto';
import { deriveKeyBytes, parseHeader, unwrapKeyBlock, wrapKeyBlock } from './index.js';

const load = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../vectors/${name}.json`, import.meta.url), 'utf8')).cases;

describe('published key blocks', () => {
  for (const c of [...load('tr31'), ...load('thales-key-block')]) {
    it(c.id, () => {
      if (c.op === 'tr31-derive') {
        const d = deriveKeyBytes(c.version, fromHex(c.kbpk));
        expect({ kbek: toHex(d.kbek), kbak: toHex(d.kbak) }).toEqual(c.expect);
      } else if (c.op === 'tr31-wrap') {
        const h = parseHeader(c.header);
        if (!h.ok) throw new Error(h.detail);
        const key = fromHex(c.key);
        const padding = fromHex(c.padding);
        expect(
          wrapKeyBlock({
            kbpk: fromHex(c.kbpk),
            header: h.value.header,
            key,
            random: () => padding,
            paddedKeyBytes: key.length + padding.length,
          }),
        ).toBe(c.expect.keyBlock);
      } else {
        const r = unwrapKeyBlock({ kbpk: fromHex(c.kbpk), block: c.keyBlock });
        if (c.expect.error) expect(r.ok).toBe(false);
        else {
          if (!r.ok) throw new Error(r.detail);
          const { key, checkValue, blocks, ...rest } = c.expect;
          expect(toHex(r.value.key)).toBe(key);
          expect(r.value.header).toMatchObject(rest);
          if (blocks) expect(r.value.header.blocks).toEqual(blocks);
        }
      }
    });
  }
});

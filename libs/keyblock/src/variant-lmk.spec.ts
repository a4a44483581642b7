import { readFileSync } from 'node:fs';
import { fromHex, toHex } from '@pinfold/crypto';
import { lmkKeyType, TEST_LMK_PAIRS, unwrapLmkToken, wrapUnderLmk } from './index.js';

const load = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../vectors/${name}.json`, import.meta.url), 'utf8')).cases;

describe('published tokens under the test LMK', () => {
  for (const c of load('lmk-tokens')) {
    it(c.id, () => {
      const { pair, variant } = lmkKeyType(c.type)!;
      const lmk = { pair: fromHex(TEST_LMK_PAIRS[pair]!), variant };
      expect(wrapUnderLmk({ ...lmk, scheme: c.scheme, key: fromHex(c.key) })).toBe(c.expect.token);
      const opened = unwrapLmkToken({ ...lmk, token: c.expect.token });
      expect(opened.ok && toHex(opened.value.key)).toBe(c.key);
      expect(opened.ok && opened.value.scheme).toBe(c.scheme);
    });
  }
});

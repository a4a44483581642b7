/** Bad input of every public function: a typed error with a stable code, never a wrong answer. */
import { fromHex } from '@pinfold/crypto';
import { badInputSuite } from '../../crypto/test/bad-input.js';
import * as library from './index.js';

const kbpk = fromHex('DD7515F2BFC17F85CE48F3CA25CB21F6');
const block = 'B0080P0TE00E000094B420079CC80BA3461F86FE26EFC4A3B8E4FA4C5F5341176EED7B727B8A248E';
const header = {
  version: 'B',
  usage: 'P0',
  algorithm: 'T',
  modeOfUse: 'B',
  exportability: 'E',
} as const;
const random = (length: number) => new Uint8Array(length);
const key = fromHex('0123456789ABCDEFFEDCBA9876543210');
const lmk = { pair: key, variant: 0 };
const INSIDE = 'part of the others, whose input it gets checked';

badInputSuite({
  library,
  calls: [
    ['unwrapKeyBlock', [{ kbpk, block }]],
    [
      'wrapKeyBlock',
      [{ kbpk, header, key, random, paddedKeyBytes: 24 }],
      ['paddedKeyBytes', 'proprietary'],
    ],
    ['parseHeader', [block]],
    ['buildHeader', [header, { bodyLength: 64 }], ['exportability']],
    ['deriveKeyBytes', ['B', kbpk]],
    ['deriveKeyBlockKeys', ['D', kbpk]],
    ['lmkKeyType', ['002']],
    ['lmkVariant', [key, 0]],
    ['wrapUnderLmk', [{ ...lmk, scheme: 'U', key }]],
    ['unwrapLmkToken', [{ ...lmk, token: `U${'0'.repeat(32)}` }]],
    ['versionRow', ['B']],
  ],
  leftOut: {
    buildOptionalBlocks: INSIDE,
    completeHeader: INSIDE,
    isProtectionKey: INSIDE,
    keyUsageRow: INSIDE,
    lmkPartKeys: INSIDE,
    no: 'makes a refusal',
    parseOptionalBlocks: INSIDE,
    wipeKeyBlockKeys: 'takes what deriveKeyBlockKeys gave',
  },
});

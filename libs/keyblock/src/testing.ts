/** Keys and headers of the specs of key blocks: the same bytes each time. */
import { fromHex, type RandomBytes } from '@pinfold/crypto';
import { KEY_BLOCK_VERSIONS, type KeyBlockHeaderInput, type KeyBlockVersion } from './index.js';

export const counted: RandomBytes = (n) => Uint8Array.from({ length: n }, (_, i) => 7 * i + 1);
export const kbpkLengths = (version: KeyBlockVersion) =>
  KEY_BLOCK_VERSIONS[version].cipher === 'des' ? [16, 24] : [16, 24, 32];
export const kbpkOf = (version: KeyBlockVersion) =>
  Uint8Array.from({ length: kbpkLengths(version).at(-1)! }, (_, i) => 31 * i + 5);
export const key16 = fromHex('3F419E1CB7079442AA37474C2EFBF8B8');
export const pinHeader = (version: KeyBlockVersion): KeyBlockHeaderInput => ({
  version,
  usage: 'P0',
  algorithm: 'T',
  modeOfUse: 'E',
  blocks: [['LB', 'ATM 1']],
});

import { inputError } from '../../crypto/src/testing.js';
import {
  buildHeader,
  deriveKeyBlockKeys,
  deriveKeyBytes,
  unwrapKeyBlock,
  wrapKeyBlock,
} from './index.js';
import { counted, kbpkOf, key16, pinHeader } from './testing.js';

const ids = Array.from({ length: 100 }, (_, i) => String(i).padStart(2, '0'));

describe('broken preconditions', () => {
  const kbpk = kbpkOf('D');
  const header = pinHeader('D');
  const wrap = { kbpk, header, key: key16, random: counted };
  const withBlocks = (...own: [string, string][]) => ({
    ...wrap,
    header: { ...header, blocks: own },
  });
  it.each([
    [
      'HEADER_INVALID: key block header: VERSION_UNKNOWN',
      () => wrapKeyBlock({ ...wrap, header: { ...header, version: 'F' as 'A' } }),
    ],
    [
      'HEADER_INVALID: key block header: USAGE_UNKNOWN',
      () => wrapKeyBlock({ ...wrap, header: { ...header, usage: 'ZZ' } }),
    ],
    [
      'HEADER_INVALID: key block header: ALGORITHM_UNKNOWN',
      () => wrapKeyBlock({ ...wrap, header: { ...header, algorithm: 'Z' } }),
    ],
    [
      'HEADER_INVALID: key block header: VERSION_UNKNOWN',
      () => buildHeader({ ...header, version: 'F' as 'A' }, { bodyLength: 64 }),
    ],
    [
      'HEADER_INVALID: key block header: MODE_NOT_FOR_USAGE',
      () => wrapKeyBlock({ ...wrap, header: { ...header, modeOfUse: 'X' } }),
    ],
    [
      'HEADER_INVALID: key block header: ALGORITHM_NOT_FOR_USAGE',
      () => wrapKeyBlock({ ...wrap, header: { ...header, algorithm: 'R' } }),
    ],
    [
      'HEADER_INVALID: key block header: KEY_VERSION_INVALID',
      () => wrapKeyBlock({ ...wrap, header: { ...header, keyVersion: '1' } }),
    ],
    [
      'HEADER_INVALID: key block header: EXPORTABILITY_UNKNOWN',
      () => wrapKeyBlock({ ...wrap, header: { ...header, exportability: 'X' } }),
    ],
    [
      'HEADER_INVALID: key block header: RESERVED_INVALID',
      () => wrapKeyBlock({ ...wrap, header: { ...header, reserved: '?' } }),
    ],
    [
      'KEY_INVALID: key must be 1 to 4096 bytes',
      () => wrapKeyBlock({ ...wrap, key: new Uint8Array(0) }),
    ],
    [
      'KEY_INVALID: key of this algorithm must be 8 or 16 or 24 bytes',
      () => wrapKeyBlock({ ...wrap, key: new Uint8Array(15) }),
    ],
    [
      'KEY_INVALID: key must be 1 to 4096 bytes',
      () => wrapKeyBlock({ ...wrap, key: new Uint8Array(4097) }),
    ],
    [
      'KEY_INVALID: key must be 1 to 4096 bytes',
      () => wrapKeyBlock({ ...wrap, key: 'x' as never }),
    ],
    [
      'KBPK_INVALID: kbpk of this version must be 16 or 24 or 32 bytes',
      () => wrapKeyBlock({ ...wrap, kbpk: new Uint8Array(8) }),
    ],
    [
      'KBPK_INVALID: kbpk must be bytes, or keys derived for the same version',
      () => wrapKeyBlock({ ...wrap, kbpk: undefined as never }),
    ],
    [
      'KBPK_INVALID: kbpk must be bytes, or keys derived for the same version',
      () => wrapKeyBlock({ ...wrap, kbpk: deriveKeyBlockKeys('B', kbpkOf('B')) }),
    ],
    [
      'KBPK_INVALID: kbpk of this version must be 16 or 24 bytes',
      () => deriveKeyBytes('B', new Uint8Array(32)),
    ],
    [
      'KBPK_INVALID: kbpk of this version must be 16 or 24 bytes',
      () => deriveKeyBytes('A', new Uint8Array(8)),
    ],
    [
      'VERSION_UNKNOWN: version must be one of A, B, C, D, E, 0 and 1',
      () => deriveKeyBytes('F' as 'A', kbpk),
    ],
    [
      'PADDING_INVALID: paddedKeyBytes must be an integer from 0 to 4096',
      () => wrapKeyBlock({ ...wrap, paddedKeyBytes: -1 }),
    ],
    [
      'PADDING_INVALID: paddedKeyBytes must be an integer from 0 to 4096',
      () => wrapKeyBlock({ ...wrap, paddedKeyBytes: 4097 }),
    ],
    [
      'PADDING_INVALID: paddedKeyBytes must be an integer from 0 to 4096',
      () => wrapKeyBlock({ ...wrap, paddedKeyBytes: 16.5 }),
    ],
    [
      'RANDOM_SOURCE: the random source must return as many bytes as asked',
      () => wrapKeyBlock({ ...wrap, random: () => new Uint8Array(1) }),
    ],
    [
      'BLOCK_ID: an optional block identifier must be two of 0-9 and A-Z',
      () => wrapKeyBlock(withBlocks(['lb', 'x'])),
    ],
    [
      'BLOCK_ID: an optional block identifier must be two of 0-9 and A-Z',
      () => wrapKeyBlock(withBlocks([1 as unknown as string, 'x'])),
    ],
    [
      'BLOCK_DATA: optional block data must match ^(?:[0-9A-F]{2}){8,10}$',
      () => wrapKeyBlock(withBlocks(['KS', '12'])),
    ],
    [
      'BLOCK_DATA: optional block data must match ^[\\x20-\\x7E]*$',
      () => wrapKeyBlock(withBlocks(['LB', 'line\nbreak'])),
    ],
    [
      'BLOCK_DATA: optional block data must match ^[\\x20-\\x7E]*$',
      () => wrapKeyBlock(withBlocks(['LB', 5 as unknown as string])),
    ],
    [
      'BLOCK_DATA: optional block data must match ^[\\x20-\\x7E]*$',
      () => wrapKeyBlock(withBlocks(['99', '\u00e9'])),
    ],
    [
      'BLOCK_DATA: optional block data must match ^[\\x20-\\x7E]*$',
      () => wrapKeyBlock(withBlocks(['LB', 'x'.repeat(10_000)])),
    ],
    [
      'BLOCK_REPEATED: an optional block may occur once',
      () => wrapKeyBlock(withBlocks(['LB', 'x'], ['LB', 'y'])),
    ],
    [
      'KEY_BLOCK_LENGTH: a key block has at most 9999 characters',
      () => wrapKeyBlock(withBlocks(['LB', 'x'.repeat(9900)])),
    ],
    [
      'BLOCK_COUNT: a header has at most 99 optional blocks',
      () =>
        wrapKeyBlock(
          withBlocks(...Array.from({ length: 100 }, (_, i): [string, string] => [ids[i]!, ''])),
        ),
    ],
  ])('%s', (expected, call) => expect(call).toThrow(inputError(expected)));

  it('ends exactly at its limits: 99 optional blocks, 9999 characters', () => {
    const full = Array.from({ length: 99 }, (_, i): [string, string] => [ids[i]!, '']);
    // 98 blocks of four characters and one of eight: a multiple of 16, so no padding block is added.
    full[0] = [ids[0]!, '1234'];
    const text = wrapKeyBlock({ ...wrap, header: { ...header, blocks: full } });
    expect(text.slice(12, 14)).toBe('99');
    expect(unwrapKeyBlock({ kbpk, block: text }).ok).toBe(true);
    const long = wrapKeyBlock(withBlocks(['LB', 'x'.repeat(9862)]));
    expect(long.length).toBe(9984);
    expect(() => wrapKeyBlock(withBlocks(['LB', 'x'.repeat(9863)]))).toThrow(
      inputError('KEY_BLOCK_LENGTH: a key block has at most 9999 characters'),
    );
    expect(unwrapKeyBlock({ kbpk, block: long }).ok).toBe(true);
  });

  it('keeps a padding block that fits, moves it last, and makes it anew when it does not fit', () => {
    const padded = withBlocks(['PB', '12345678'], ['99', '']);
    const text = wrapKeyBlock(padded);
    expect(text.slice(16, 32)).toBe('9904PB0C12345678');
    const other = wrapKeyBlock(withBlocks(['PB', '123'], ['99', '']));
    expect(other.slice(12, 32)).toBe('02009904PB0C00000000');
    expect(wrapKeyBlock(withBlocks(['99', 'x'.repeat(8)])).slice(28, 32)).toBe('PB04');
  });
});

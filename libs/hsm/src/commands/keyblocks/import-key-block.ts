import { keyCommand } from '../../declare/command.js';
import { optional, token } from '../../declare/field.js';
import { KEY_TYPE_NAMES } from '../../keys/key-types.js';
import { USAGES } from '../../keys/usages.js';
import { checkValue, keyBlock, TRANSPORT_KEY, usageName } from '../fields.js';
import {
  blockUsage,
  exportability,
  headerOf,
  keyVersion,
  modeOfUse,
  optionalBlocks,
  version,
} from './header.js';

export const importKeyBlock = keyCommand({
  name: 'ImportKeyBlock',
  group: 'keyblocks',
  title: 'takes a key out of a key block and tells its authenticated header, optional blocks too',
  source: 'ANSI X9.143; TR-31:2018; ISO 20038; PCI PIN Security Requirements, 18-3',
  roles: ['keyManager', 'production'],
  input: {
    keyBlock: keyBlock(),
    under: token('ZCK or TMK', TRANSPORT_KEY),
    usage: usageName(),
  },
  output: {
    key: token('key', { types: KEY_TYPE_NAMES }),
    checkValue: checkValue(),
    version: optional(version()),
    blockUsage: optional(blockUsage()),
    modeOfUse: optional(modeOfUse()),
    keyVersion: optional(keyVersion()),
    exportability: optional(exportability()),
    blocks: optional(optionalBlocks()),
  },
  errors: [
    'TOKEN_INVALID',
    'IMPORT_REFUSED',
    'KEY_BLOCK_INVALID',
    'KEY_TOO_SHORT',
    'KEY_WEAK',
    'HEADER_REFUSED',
  ],
  rules: [
    'M12.type-bound',
    'M9.one-usage',
    'M13.importable',
    'M8.key-blocks',
    'M13.no-single-length',
    'M13.no-weak-key',
    'M8.block-of-today',
    'M9.block-of-usage',
  ],
  run(t, { keyBlock: text, under, usage }) {
    const wrapping = t.open(under, { ...TRANSPORT_KEY, part: 'key' });
    // X9.143 has one code, K1, for the keys that wrap others: it cannot tell a zone's from a terminal's.
    t.rule('M13.importable', { from: wrapping.header.type, usage });
    const key = t.decrypt(wrapping, text, usage);
    t.rule('M13.no-single-length', { algorithm: t.algorithmOf(key) });
    t.rule('M13.no-weak-key', { weak: t.isWeak(key) });
    const header = headerOf(text);
    if (header !== undefined) {
      t.rule('M8.block-of-today', 'BDE'.includes(header.version));
      // A token cannot say "verify only": what came with fewer uses must not gain any.
      const { mode } = USAGES[usage];
      t.rule('M9.block-of-usage', header.modeOfUse === mode || header.modeOfUse === 'N');
    }
    // What came from another bank goes no further, whatever the block allows.
    const sealed = t.seal(key, { usage, exportability: 'N' });
    const answer = { key: sealed, checkValue: t.checkValue(key) };
    if (header === undefined) return answer;
    const { usage: code, ...facts } = header;
    return { ...answer, ...facts, blockUsage: code };
  },
});

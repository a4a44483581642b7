import { keyCommand } from '../../declare/command.js';
import { optional, token } from '../../declare/field.js';
import { USAGES, type UsageFacts, usageCode } from '../../keys/usages.js';
import type { BlockHeader } from '../../tokens/header.js';
import { checkValue, keyBlock, TRANSPORT_KEY, WORKING_KEY } from '../fields.js';
import {
  blockUsage,
  exportability,
  isForKey,
  isOfToday,
  isOwnUse,
  keyVersion,
  modeOfUse,
  optionalBlocks,
  version,
} from './header.js';

export const exportKeyBlock = keyCommand({
  name: 'ExportKeyBlock',
  group: 'keyblocks',
  title: 'puts a key into a key block with a header of choice, under a ZCK or TMK',
  source: 'ANSI X9.143; TR-31:2018; ISO 20038; PCI PIN Security Requirements, 18-3',
  roles: ['keyManager', 'production'],
  input: {
    key: token('key', WORKING_KEY),
    under: token('ZCK or TMK', TRANSPORT_KEY),
    version: optional(version()),
    usage: optional(blockUsage()),
    modeOfUse: optional(modeOfUse()),
    keyVersion: optional(keyVersion()),
    exportability: optional(exportability()),
    blocks: optional(optionalBlocks()),
  },
  output: { keyBlock: keyBlock(), checkValue: checkValue() },
  errors: [
    'TOKEN_INVALID',
    'EXPORT_REFUSED',
    'WRAPPING_KEY_WEAK',
    'VERSION_REFUSED',
    'HEADER_REFUSED',
  ],
  rules: [
    'M12.type-bound',
    'M9.one-usage',
    'M13.exportable',
    'M13.strong-wrap',
    'M8.block-of-today',
    'M9.block-of-usage',
  ],
  run(t, input) {
    const key = t.open(input.key, { ...WORKING_KEY, part: 'key' });
    const under = t.open(input.under, { ...TRANSPORT_KEY, part: 'key' });
    const { usage } = key.header;
    const facts: UsageFacts = USAGES[usage];
    const goes = facts.transport.includes(under.header.type);
    t.rule('M13.exportable', { exportability: goes ? key.header.exportability : 'N' });
    t.rule('M13.strong-wrap', { wrapping: under.header, wrapped: key.header });
    const block: BlockHeader = {
      version: input.version ?? (under.header.algorithm === 'A' ? 'D' : 'B'),
      usage: input.usage ?? usageCode(usage, key.header.algorithm),
      modeOfUse: input.modeOfUse ?? facts.mode,
      keyVersion: input.keyVersion,
      exportability: input.exportability ?? 'E',
      blocks: (input.blocks ?? []).map(({ id, data }) => [id, data] as const),
    };
    if (!isForKey(block.version, under.header)) t.refuse('VERSION_REFUSED');
    t.rule('M8.block-of-today', isOfToday(block));
    t.rule('M9.block-of-usage', isOwnUse(block, key.header));
    return {
      keyBlock: t.encrypt(under, key.key, { usage, block }),
      checkValue: t.checkValue(key.key),
    };
  },
});

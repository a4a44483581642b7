/** The reference of the algorithms, printed from tables: `docs/reference/cryptography.md`. */
import { KEY_BLOCK_VERSIONS } from '@pinfold/keyblock';
import { AES_DUKPT_KEY_TYPES, AES_DUKPT_USAGES, PIN_BLOCK_FORMATS } from '@pinfold/pin';
import { CARD_CODES } from '../commands/cards/card-codes.js';
import { MAC_VARIANTS } from '../commands/macs/mac-variants.js';
import { RSA_USAGE_NAMES, RSA_USAGES, type RsaUsage } from '../keys/rsa-keys.js';
import { USAGES, type UsageFacts } from '../keys/usages.js';
import { translationAllowed } from '../policy/pin-translation.js';
import { ALGORITHMS_OF_PAYMENT, CHAPTERS, type Chapter } from './algorithms.js';
import { markdownTable } from './markdown.js';

const RSA_COMMANDS: Readonly<Record<RsaUsage, string>> = {
  sign: '`RsaSign`',
  decrypt: '`RsaDecrypt`',
  tr34: '`Tr34SendKey`, `Tr34ReceiveKey`, `Tr34ReleaseReceiver`, `Tr34CertificateRequest`',
  unwrap: '`RsaUnwrapKey`; no ZCK, TMK or KEK (rule M12.no-anonymous-kek)',
};

/** `vectors`: how many cases `vectors/` has, by operation. */
export function cryptographyReference(vectors: ReadonlyMap<string, number>): string {
  return [
    '# Cryptography',
    '',
    'Generated from the tables of the libraries and of the device; a test holds it against them, and',
    'against the vector files. Commands are described in [commands.md](commands.md); vectors in',
    '`vectors/README.md`, run by `npx pinfold vectors vectors/*.json vectors/generated/*.json`; what the',
    'ciphers cost in [benchmarks-crypto.md](benchmarks-crypto.md).',
    ...(Object.keys(CHAPTERS) as Chapter[]).flatMap((chapter) => section(chapter, vectors)),
    '',
    '## Key usages of the device',
    '',
    'One usage per key (rule M9): a key opens only where its usage is asked for.',
    '',
    ...markdownTable(
      ['usage', 'type', 'X9.143', 'mode', 'algorithms', 'travels under', 'for'],
      Object.entries<UsageFacts>(USAGES).map(([name, facts]) => [
        name,
        facts.type,
        facts.aesCode === undefined ? facts.code : `${facts.code}, AES ${facts.aesCode}`,
        facts.mode,
        facts.algorithms.join(' '),
        facts.transport.join(', ') || 'nothing',
        facts.title,
      ]),
    ),
    '',
    'RSA private keys have tokens of their own; the same rule holds them to one usage.',
    '',
    ...markdownTable(
      ['usage of an RSA key', 'X9.143', 'command'],
      RSA_USAGE_NAMES.map((name) => [name, RSA_USAGES[name], RSA_COMMANDS[name]]),
    ),
    '',
  ].join('\n');
}

function section(chapter: Chapter, vectors: ReadonlyMap<string, number>): string[] {
  const rows = ALGORITHMS_OF_PAYMENT.filter((row) => row.chapter === chapter);
  return [
    '',
    `## ${CHAPTERS[chapter]}`,
    '',
    ...markdownTable(
      ['algorithm', 'standard', 'functions', 'commands', 'vectors', 'limits'],
      rows.map((row) => [
        row.name,
        row.standard,
        row.functions,
        row.commands.map((name) => `\`${name}\``).join(', ') || 'none',
        row.operations.map((name) => `\`${name}\` ${vectors.get(name) ?? 0}`).join(', ') || 'none',
        row.limits,
      ]),
    ),
    ...(DETAILS[chapter]?.() ?? []),
  ];
}

/** Tables of a chapter's own facts. */
const DETAILS: Partial<Record<Chapter, () => string[]>> = {
  pinBlocks: () => {
    const names = Object.keys(PIN_BLOCK_FORMATS);
    return [
      '',
      ...markdownTable(
        ['format', 'code', 'name', 'PIN', 'account', 'bytes', 'translates to (hardened)'],
        Object.entries(PIN_BLOCK_FORMATS).map(([from, format]) => [
          `\`${from}\``,
          format.code,
          format.name,
          `${format.minPin} to ${format.maxPin}`,
          format.account,
          String(format.blockBytes),
          names.filter((to) => translationAllowed({ from, to })).join(', ') || 'nothing',
        ]),
      ),
    ];
  },
  cards: () => [
    '',
    ...markdownTable(
      ['code', 'key', 'made of, beside the PAN', 'digits'],
      Object.entries(CARD_CODES).map(([name, code]) => [
        `\`${name}\``,
        code.usage,
        code.needs.join(', '),
        code.length === undefined ? '1 to 5' : String(code.length),
      ]),
    ),
  ],
  macs: () => [
    '',
    ...markdownTable(
      ['algorithm of a command', 'keys', 'shortest', 'whole MAC'],
      Object.entries(MAC_VARIANTS).map(([name, variant]) => [
        `\`${name}\``,
        variant.usages.join(', '),
        `${variant.minBytes} bytes`,
        `${variant.bytes} bytes`,
      ]),
    ),
  ],
  dukpt: () => [
    '',
    `AES key usages: ${Object.entries(AES_DUKPT_USAGES)
      .map(([name, code]) => `\`${name}\` ${code.toString(16).padStart(4, '0')}`)
      .join(', ')}. Key types: ${Object.keys(AES_DUKPT_KEY_TYPES)
      .map((name) => `\`${name}\``)
      .join(', ')}.`,
  ],
  keyBlocks: () => [
    '',
    ...markdownTable(
      ['version', 'standard', 'cipher', 'keys by', 'MAC', 'over'],
      Object.entries(KEY_BLOCK_VERSIONS).map(([name, version]) => [
        name,
        version.standard,
        `${version.cipher.toUpperCase()} ${version.mode.toUpperCase()}`,
        version.derivation,
        `${version.mac}, ${version.macBytes} bytes`,
        `header and ${version.macOver === 'clear' ? 'clear key' : 'ciphertext'}`,
      ]),
    ),
  ],
};

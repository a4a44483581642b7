/** The reference of the host commands, from the same layouts that parse and build them. */
import { HOST_ERRORS, KEY_ROLES, LMK_KEY_TYPES, SECURITY_SETTINGS } from '@pinfold/hsm';
import { HOST_COMMANDS } from '../commands/index.js';
import type { Group, ReadyCommand } from '../declare.js';
import type { FieldLength, FieldNode, KeyNode, Layout, Node } from '../layout/nodes.js';
import { WIRE_LIMITS } from '../wire/connection.js';
import { showSettings } from './settings-shown.js';

const GROUPS: readonly Group[] = ['service', 'keys', 'rsa', 'pins', 'macs and data', 'cards'];

const CHARS = { digits: 'N', hex: 'H', alnum: 'A', text: 'A', binary: 'B' } as const;

/** The whole document. */
export function hostCommandsMarkdown(): string {
  const commands = [...HOST_COMMANDS.values()];
  return [
    '# Host commands',
    '',
    '<!-- Made from the layouts in libs/host-commands; `UPDATE_DOCS=1` with the specs of that library writes it anew. -->',
    '',
    ...INTRODUCTION,
    ...TLS,
    ...limitLines(),
    ...settingLines(),
    ...keyLines(),
    `## Commands (${commands.length})`,
    '',
    'Characters: N decimal digit, H hexadecimal digit (upper case), A printable character, B byte. “Key” is a key token: a scheme letter and its digits, 16 digits without a letter, or S and a key block.',
    '',
    ...GROUPS.flatMap((group) => [
      `### ${group[0]!.toUpperCase()}${group.slice(1)}`,
      '',
      ...commands.filter((command) => command.group === group).flatMap(commandLines),
    ]),
    '## Error codes',
    '',
    '| code | meaning |',
    '|---|---|',
    ...Object.entries(HOST_ERRORS).map(([code, meaning]) => `| ${code} | ${meaning} |`),
    '',
  ].join('\n');
}

const INTRODUCTION = [
  'payShield-style commands over TCP, to an LMK device of its own. It is not an institution’s device: other master keys, no accounts, no ceremonies. It starts with the published TEST LMKs, which protect nothing.',
  '',
  '- Frame: two bytes of length (most significant first), then the message: header (4 characters, or as `PINFOLD_HOST_HEADER` says; sent back as it came), two letters, fields, what may follow them.',
  '- After the fields, each at most once: `%` and two digits of LMK identifier; where a command makes keys, `#` and the header of the key block under the LMK (usage 2; algorithm and length 2 in A0, elsewhere optional; mode of use 1, version 2, exportability 1, optional blocks `00`; for private keys version and optional blocks alone; for public keys mode of use, version, exportability and optional blocks), `&` and the header of the block that leaves (exportability alone, or usage 2, mode of use 1, version 2, exportability 1, `00`), `!` and that block’s version; X’19’ and a trailer of up to 32 characters (sent back).',
  '- Reply: header, first letter, second letter plus one, two characters of error, fields. An unknown command is answered with 67, a disabled one with 68, fields that do not fit with the code that the field names, else 15. Many commands may be in flight on one connection; replies come in the order of the commands. `PINFOLD_LOG_LEVEL=debug` names the field that did not fit, or the setting that refused.',
  '- Where the notes of a command name the HSM 8000 reference, its fields are those of that public document; fields that no public source shows are marked as this program’s own.',
  '- LMKs, `legacy`: 00 variant (default), 01 key block AES, 02 key block triple DES. `hardened`: 01 key block AES alone (default).',
  '- `legacy` starts authorised, with clear PINs in and out. `hardened` is not authorised until two officers say so (PX, over TLS); refusals have code 17. RA ends the authorised state in both.',
  '- PINs under LMK 02-03: a real device’s method is not public. Here the PIN field (5 characters, or as `PINFOLD_HOST_PIN_FIELD` says: a PIN of up to 4 digits and its filling) is enciphered with FF1 (NIST SP 800-38G) under a key derived from the LMK, with the account number as tweak. Five digits are fewer than the million values that the standard’s revision asks for: it is a format, not a vault. Such PINs do not move between devices of different makers.',
  '- Command PJ, whose letters no payShield command has, carries batches of this program’s own device commands between its processes (`PINFOLD_HSM_URLS`). It is served on the port of an HSM process that was started with `--institution`, and there alone: `PJ institution ; identity ; JSON`, answered `PK00 JSON`.',
  '',
];

const TLS = [
  '## TLS and rights',
  '',
  'With `PINFOLD_HOST_TLS` naming a folder, the same device is served on port 1501 (`PINFOLD_HOST_TLS_PORT`) over TLS 1.2 and 1.3, to clients with a certificate:',
  '',
  '| file | what |',
  '|---|---|',
  '| `server.key`, `server.pem` | private key, certificate and its chain (PEM) |',
  '| `clients.pem` | the authorities whose client certificates are taken |',
  '| `clients.json` | what each client may do; without it, everything |',
  '',
  '```json',
  '{ "clients": [',
  '  { "name": "switch", "sha256": "AB:CD:…", "commands": ["pins", "NC"] },',
  '  { "name": "key officer", "sha256": "…", "commands": ["keys", "rsa", "service"] }',
  '] }',
  '```',
  '',
  '`sha256` is the fingerprint that `openssl x509 -fingerprint -sha256` prints; `commands` are codes, groups of this page (`service`, `keys`, `rsa`, `pins`, `macs and data`, `cards`) or `all`. Other commands are answered with 68, chained ones (NK) too; a client that is not in the list is not served. `"officer": true` beside them makes a client one of the two officers who authorise the device by PX. The plain port knows no rights: leave it on the loopback address.',
  '',
];

function limitLines(): string[] {
  const { frameBytes, frameMs, idleMs, connections, connectionsPerAddress } = WIRE_LIMITS;
  const { inFlight, unsentBytes, handshakesPerSecond } = WIRE_LIMITS;
  return [
    '## Limits',
    '',
    '| limit | value | beyond |',
    '|---|---|---|',
    `| message | ${frameBytes} bytes | closed |`,
    `| a message that has begun | ${frameMs / 1000} s | closed |`,
    `| idle | ${idleMs / 1000} s | closed |`,
    `| connections, of one address | ${connections}, ${connectionsPerAddress} | closed at once |`,
    `| messages in flight on a connection | ${inFlight} | not read |`,
    `| replies not taken | ${unsentBytes} bytes | closed |`,
    `| TLS handshakes of one address | ${handshakesPerSecond} a second | closed |`,
    '',
  ];
}

function settingLines(): string[] {
  return [
    '## Security settings',
    '',
    'All on in `hardened`; in `legacy` the need for authorisation alone, and it starts authorised. Each can be switched off by its name (`PINFOLD_HOST_SETTINGS_OFF`).',
    '',
    '| setting | refuses | code | after |',
    '|---|---|---|---|',
    ...Object.entries(SECURITY_SETTINGS).map(
      ([name, { refuses, error, source }]) => `| ${name} | ${refuses} | ${error} | ${source} |`,
    ),
    '',
    'What each holds, asked of two hardened devices that differ in this setting alone:',
    '',
    '| setting | command | on | off |',
    '|---|---|---|---|',
    ...showSettings().map(
      ({ setting, what, on, off }) => `| ${setting} | ${what} | ${on} | ${off} |`,
    ),
    '',
  ];
}

function keyLines(): string[] {
  return [
    '## Keys',
    '',
    '| role | type under a variant LMK | usages in a key block |',
    '|---|---|---|',
    ...Object.values(KEY_ROLES).map(
      ({ name, type, usages }) =>
        `| ${name} | ${type}${LMK_KEY_TYPES[type]?.known === true ? '' : ' (unconfirmed)'} | ${usages.join(' ')} |`,
    ),
    '',
  ];
}

function commandLines(command: ReadyCommand): string[] {
  const own = Object.entries(command.errors ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    `#### ${command.code}: ${command.name}`,
    '',
    ...table('command', command.request),
    ...table(`reply ${command.replyCode}`, command.reply),
    ...(own.length === 0
      ? []
      : [
          `Errors of its own: ${own.map(([code, meaning]) => `${code} ${meaning}`).join('; ')}.`,
          '',
        ]),
    ...(command.notes === undefined ? [] : [command.notes, '']),
  ];
}

function table(what: string, layout: Layout): string[] {
  const rows = rowsOf(layout, '');
  if (rows.length === 0) return [`${what[0]!.toUpperCase()}${what.slice(1)}: no fields.`, ''];
  return [
    `| ${what} | length | what |`,
    '|---|---|---|',
    ...rows.map((row) => `| ${row.join(' | ')} |`),
    '',
  ];
}

function rowsOf(layout: Layout, condition: string): string[][] {
  return (layout as readonly Node[]).flatMap((node) => rowsOfNode(node, condition));
}

function rowsOfNode(node: Node, condition: string): string[][] {
  switch (node.node) {
    case 'field':
      return [[node.name, fieldLength(node), note(fieldNote(node), condition)]];
    case 'key':
      return [[node.name, 'key', note(keyNote(node), condition)]];
    case 'literal':
      return [[shown(node.text), '1', note('delimiter', condition)]];
    case 'when':
      return rowsOf(node.then, and(condition, `if ${node.field} is ${node.is.join(' or ')}`));
    case 'when-usage':
      return rowsOf(
        node.then,
        and(condition, `if ${node.key} is a block of usage ${node.is.join(' or ')}`),
      );
    case 'optional':
      return [
        [
          `\`${node.delimiter}\``,
          '1',
          note('the fields below follow it', and(condition, 'optional')),
        ],
        ...rowsOf(node.then, and(condition, `after \`${node.delimiter}\``)),
      ];
    case 'unless-end':
    case 'unless-next':
      return rowsOf(node.then, and(condition, 'where there is more'));
    case 'repeat':
      return rowsOf(
        node.of,
        and(condition, `${node.count ?? 'as many'} times, at most ${node.max}`),
      );
  }
}

const and = (a: string, b: string): string => (a === '' ? b : `${a}, ${b}`);
const note = (text: string, condition: string): string =>
  [text, condition === '' ? '' : `(${condition})`].filter((part) => part !== '').join(' ');

function fieldNote({ about, choices, error }: FieldNode<string, unknown>): string {
  const values = Object.entries(choices ?? {}).map(([value, meaning]) => `${value} ${meaning}`);
  const parts = [about ?? '', values.join(', '), error === undefined ? '' : `else ${error}`];
  return parts.filter((part) => part !== '').join('; ');
}

function keyNote({ role, plain, about }: KeyNode): string {
  const which =
    typeof role === 'string'
      ? `${KEY_ROLES[role].name}, type ${KEY_ROLES[role].type}`
      : `of the type in ${role.typeFrom}`;
  const digits = plain === 32 ? '32 digits without a letter are a pair' : '';
  return [about ?? which, digits].filter((part) => part !== '').join('; ');
}

function fieldLength({ chars, length }: FieldNode<string, unknown>): string {
  return `${lengthText(length)} ${CHARS[chars]}`;
}

function lengthText(length: FieldLength): string {
  if (typeof length === 'number') return String(length);
  if (length === 'pin') return 'PIN field';
  if ('by' in length) {
    const cases = Object.entries(length.of).map(
      ([value, size]) => `${size} if ${length.by} is ${value}`,
    );
    return [...cases, `${cases.length > 0 ? 'else ' : ''}${length.otherwise}`].join(', ');
  }
  if ('first' in length) {
    const led = Object.entries(length.first).map(([first, size]) => `${size} where ${first} leads`);
    return `${length.otherwise}, ${led.join(', ')};`;
  }
  if ('from' in length)
    return `${(length.times ?? 1) > 1 ? `${length.times} × ` : ''}${length.from}`;
  if ('blockOf' in length) return '16 (32 under an AES key)';
  if ('accountFor' in length) return '12 (18 with format 04; the PAN and `;` with 48)';
  if ('before' in length) return `up to ${length.max}`;
  if ('der' in length) return 'DER';
  if ('keptKey' in length) return 'as it is';
  if ('fromOrBlock' in length) return `${length.fromOrBlock}, or a key block`;
  if ('beforeEnd' in length)
    return length.beforeEnd === 0 ? 'the rest,' : `all but ${length.beforeEnd},`;
  return `${length.min} to ${length.max}, then ${shown(length.until)},`;
}

/** A character; its code where it cannot be printed. */
function shown(character: string): string {
  if (character >= ' ') return `\`${character}\``;
  return `X’${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}’`;
}

/** The reference of the commands, generated from their declarations: `docs/reference/commands.md`. */
import { CEREMONY_LIMIT, LOGIN_LIMIT } from '../administration/administration.js';
import { DEFAULT_CODE_LIMITS } from '../administration/code-limits.js';
import { DEFAULT_PIN_LIMITS } from '../administration/pin-limits.js';
import type { BucketLimit } from '../administration/token-buckets.js';
import { COMMAND_NAMES, commandNamed } from '../commands/index.js';
import type { AnyCommand } from '../declare/command.js';
import { GROUPS, type Group } from '../declare/command.js';
import { COMMON_ERRORS } from '../declare/common-errors.js';
import type { Field, FieldSpec, Shape } from '../declare/field.js';
import { ROLES } from '../policy/roles.js';
import { RULES, type RuleId } from '../policy/rules.js';
import { GUESSABLE_BITS, GUESSES } from './guessing.js';
import { markdownTable } from './markdown.js';

const TITLES: Readonly<Record<Group, string>> = {
  shares: 'Shares and ceremonies',
  keys: 'Keys',
  keyblocks: 'Key blocks',
  pins: 'PINs',
  cards: 'Card codes',
  dukpt: 'DUKPT',
  emv: 'EMV',
  macs: 'MACs',
  data: 'Data keys and the typed API',
  tables: 'Decimalisation tables',
  rsa: 'RSA',
  tr34: 'TR-34 key transport',
  administration: 'Administration',
  plugIns: 'Plug-ins',
};

export function commandReference(): string {
  const commands = COMMAND_NAMES.map((name) => commandNamed(name)!);
  return [
    '# Commands of the device',
    '',
    'Generated from the declarations in `libs/hsm/src/commands`; a test holds it against them.',
    '',
    'A command answers with its output, or with the first error that applies: the common ones in the',
    "order below, then a rule's or the command's own in the order of its row. Rules are in force in",
    'hardened mode and can be switched off one by one; see the table at the end.',
    '',
    '## Errors of every command',
    '',
    ...markdownTable(['code', 'when'], Object.entries(COMMON_ERRORS)),
    '',
    '## Roles',
    '',
    ...markdownTable(['role', 'what for'], Object.entries(ROLES)),
    ...GROUPS.flatMap((group) => chapter(group, commands)),
    '',
    '## Limits',
    '',
    ...limits(),
    '',
    '## Rules',
    '',
    ...markdownTable(
      ['rule', 'refuses', 'error', 'source', 'stops'],
      Object.entries(RULES).map(([id, rule]) => [
        id,
        rule.refuses,
        rule.error,
        rule.source,
        rule.stops.join(', '),
      ]),
    ),
    '',
  ].join('\n');
}

function chapter(group: Group, commands: readonly AnyCommand[]): string[] {
  const own = commands.filter((command) => command.group === group);
  return own.length === 0 ? [] : ['', `## ${TITLES[group]}`, ...own.flatMap(section)];
}

function section(command: AnyCommand): string[] {
  const marks = [
    `Roles: ${command.roles.join(', ')}${command.dual === true ? '; two different people' : ''}.`,
    command.states === undefined ? '' : `Answers in: ${command.states.join(', ')}.`,
    command.demo === true ? 'Demo devices only.' : '',
    command.historical === true ? 'Historical: refused in hardened mode.' : '',
    command.meaning === 'terms' ? 'Key management: analysed symbolically.' : '',
    command.meaning === 'bytes' && command.batch !== undefined ? 'Has a batch form.' : '',
    `Source: ${command.source}.`,
  ].filter((mark) => mark !== '');
  return [
    '',
    `### ${command.name}`,
    '',
    `${sentence(command.title)} ${marks.join(' ')}`,
    '',
    ...markdownTable(
      ['', 'member', 'form', 'what'],
      [...rows('in', command.input), ...rows('out', command.output)],
    ),
    '',
    `Errors: ${list(command.errors)}. Rules: ${list(command.rules as readonly RuleId[])}.`,
  ];
}

function rows(direction: string, shape: Shape): string[][] {
  return Object.entries(shape).map(([name, field]) => [
    direction,
    `\`${name}\`${field.optional ? ' (optional)' : ''}`,
    formOf(field),
    `${field.doc}${field.secret ? ' (secret)' : ''}`,
  ]);
}

function formOf(field: Field<unknown>): string {
  return formOfSpec(field.spec);
}

function formOfSpec(spec: FieldSpec): string {
  switch (spec.kind) {
    case 'bytes':
      return `${range(spec.min, spec.max)} bytes${spec.step === 1 ? '' : `, step ${spec.step}`}`;
    case 'digits':
      return `${range(spec.min, spec.max)} digits`;
    case 'hex':
      return `${range(spec.min, spec.max)} hexadecimal characters`;
    case 'text':
      return `${range(spec.min, spec.max)} characters`;
    case 'integer':
      return `integer ${range(spec.min, spec.max)}`;
    case 'choice':
      return spec.of.map((each) => `\`${each}\``).join(' ');
    case 'flag':
      return 'true or false';
    case 'token': {
      const { types, usages, part } = spec.slot;
      const what = usages === undefined ? '' : ` (${usages.join(', ')})`;
      return `token, ${part} of type ${types.join(', ')}${what}`;
    }
    case 'list':
      return `${range(spec.min, spec.max)} × ${formOf(spec.of)}`;
    case 'object':
      return Object.entries(spec.fields)
        .map(([name, field]) => `\`${name}\`: ${formOf(field)}`)
        .join('; ');
  }
}

function limits(): string[] {
  return [
    'What is counted, in token buckets; at a limit the answer is the error, for what is right too, until',
    'the bucket refills. All of them survive a restart with the sealed state. A clock that is set back',
    'refills nothing and shuts nobody out: the wait begins anew.',
    '',
    ...markdownTable(
      ['counted', 'for each', 'at once', 'then one in', 'error', 'rule'],
      LIMITS.map(({ counted, each, limit, error, rule }) => [
        counted,
        each,
        limit.capacity.toLocaleString('en'),
        period(limit.refillMs),
        `\`${error}\``,
        rule,
      ]),
    ),
    '',
    'Which commands can be guessed at:',
    '',
    ...markdownTable(
      ['command', 'what is guessed', 'guesses', 'limits'],
      Object.entries(GUESSES).map(([name, { what, bits }]) => [
        `\`${name}\``,
        what,
        bits === undefined ? '' : guessesOf(bits),
        bits !== undefined && bits < GUESSABLE_BITS ? 'account, device' : 'none needed',
      ]),
    ),
  ];
}

/** The token buckets of a device. */
const LIMITS: readonly {
  counted: string;
  each: string;
  limit: BucketLimit;
  error: string;
  rule: string;
}[] = [
  ...(['account', 'block', 'device'] as const).map((each) => ({
    counted: 'wrong PINs and bad PIN blocks',
    each: each === 'block' ? 'encrypted PIN block' : each,
    limit: DEFAULT_PIN_LIMITS[each],
    error: 'PIN_LIMIT',
    rule: `M6.${each}-limit`,
  })),
  ...(['account', 'device'] as const).map((each) => ({
    counted: 'wrong card codes and one-time codes',
    each,
    limit: DEFAULT_CODE_LIMITS[each],
    error: 'CODE_LIMIT',
    rule: `M6.${each}-limit`,
  })),
  {
    counted: 'wrong passphrases',
    each: 'device',
    limit: LOGIN_LIMIT,
    error: 'LOGIN_LIMIT',
    rule: '',
  },
  {
    counted: 'ceremonies opened',
    each: 'device',
    limit: CEREMONY_LIMIT,
    error: 'LIMIT_REACHED',
    rule: '',
  },
];

function period(ms: number): string {
  if (ms >= 3_600_000) return `${ms / 3_600_000} h`;
  if (ms >= 60_000) return `${ms / 60_000} min`;
  return ms >= 1000 ? `${ms / 1000} s` : `${ms} ms`;
}

function guessesOf(bits: number): string {
  const power = bits / Math.log2(10);
  return Number.isInteger(power) ? (10 ** power).toLocaleString('en') : `2^${bits}`;
}

function range(min: number, max: number): string {
  return min === max ? String(min) : `${min} to ${max}`;
}

function list(items: readonly string[]): string {
  return items.length === 0 ? 'none' : items.map((item) => `\`${item}\``).join(', ');
}

function sentence(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}.`;
}

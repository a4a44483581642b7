/** The reference of the commands, generated from their declarations: `docs/reference/commands.md`. */
import { COMMAND_NAMES, commandNamed } from '../commands/index.js';
import type { AnyCommand } from '../declare/command.js';
import { GROUPS, type Group } from '../declare/command.js';
import { COMMON_ERRORS } from '../declare/common-errors.js';
import type { Field, FieldSpec, Shape } from '../declare/field.js';
import { ROLES } from '../policy/roles.js';
import { RULES, type RuleId } from '../policy/rules.js';
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
  administration: 'Administration',
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
  return ['', `## ${TITLES[group]}`, ...own.flatMap(section)];
}

function section(command: AnyCommand): string[] {
  const marks = [
    `Roles: ${command.roles.join(', ')}${command.dual === true ? '; two different people' : ''}.`,
    command.states === undefined ? '' : `Answers in: ${command.states.join(', ')}.`,
    command.demo === true ? 'Demo devices only.' : '',
    command.historical === true ? 'Historical: refused in hardened mode.' : '',
    command.meaning === 'terms' ? 'Key management: analysed symbolically.' : '',
    command.meaning === 'bytes' && command.runMany !== undefined ? 'Has a batch form.' : '',
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
    'Counted are failures of PIN verification (a wrong PIN, a bad PIN block); right PINs cost nothing.',
    'At a limit the answer is `PIN_LIMIT`, for right PINs too, until the bucket refills. Logins and',
    'ceremonies have a bucket of their own (`LOGIN_LIMIT`, `LIMIT_REACHED`). All but the latter two',
    'survive a restart with the state of the device.',
  ];
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

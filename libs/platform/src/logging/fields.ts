/**
 * What may stand in a log line beside its message: a table of field names and how each is shown. A field
 * that is not in the table shows only numbers and booleans; text and bytes become `[undeclared]`. So a
 * secret is not found and cut out afterwards: it never gets in.
 */
import { Secret } from '../secret/secret.js';

/**
 * plain: as it is · pan: first six and last four digits · secret: never · error: name, code, message,
 * stack · fields: an object whose members are shown by this same table, one level deep.
 */
export type FieldKind = 'plain' | 'pan' | 'secret' | 'error' | 'fields';
export type FieldTable = Readonly<Record<string, FieldKind>>;

export const LOG_FIELDS: FieldTable = {
  // Who speaks, about what.
  service: 'plain',
  node: 'plain',
  issuer: 'plain',
  acquirer: 'plain',
  terminal: 'plain',
  device: 'plain',
  mode: 'plain',
  name: 'plain',
  version: 'plain',
  state: 'plain',
  step: 'plain',
  signal: 'plain',
  reason: 'plain',
  rule: 'plain',
  setting: 'plain',
  field: 'plain',
  event: 'plain',
  fingerprint: 'plain',
  code: 'plain',
  command: 'plain',
  process: 'plain',
  // Messages.
  mti: 'plain',
  stan: 'plain',
  rrn: 'plain',
  responseCode: 'plain',
  correlation: 'plain',
  currency: 'plain',
  amountMinor: 'plain',
  topic: 'plain',
  group: 'plain',
  partition: 'plain',
  offset: 'plain',
  // Keys: what they are, never what they hold.
  keyType: 'plain',
  keyVersion: 'plain',
  keyId: 'plain',
  checkValue: 'plain',
  // The machine.
  folder: 'plain',
  file: 'plain',
  schema: 'plain',
  migration: 'plain',
  address: 'plain',
  method: 'plain',
  path: 'plain',
  context: 'plain',
  // Cardholder data and secrets.
  pan: 'pan',
  card: 'pan',
  pin: 'secret',
  pinBlock: 'secret',
  record: 'secret',
  track2: 'secret',
  key: 'secret',
  token: 'secret',
  component: 'secret',
  password: 'secret',
  seed: 'secret',
  url: 'secret',
  authorization: 'secret',
  // Nested.
  err: 'error',
  error: 'error',
  cause: 'error',
  fields: 'fields',
};

const NEVER = '[secret]';
const UNDECLARED = '[undeclared]';

/** A log line's fields as they may be shown. */
export function showFields(
  fields: Readonly<Record<string, unknown>>,
  table: FieldTable = LOG_FIELDS,
): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const name of Object.keys(fields))
    shown[name] = show(fields[name], kindOf(name, table), table);
  return shown;
}

function kindOf(name: string, table: FieldTable): FieldKind | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function show(value: unknown, kind: FieldKind | undefined, table: FieldTable): unknown {
  if (value === null || value === undefined) return value;
  if (kind === 'secret' || value instanceof Secret) return NEVER;
  switch (kind) {
    case 'pan':
      return showPan(value);
    case 'error':
      return showError(value);
    case 'fields':
      return typeof value === 'object'
        ? showLeaves(value as Record<string, unknown>, table)
        : UNDECLARED;
    default:
      return showValue(value, kind === 'plain');
  }
}

function showLeaves(value: Readonly<Record<string, unknown>>, table: FieldTable) {
  const flat = Object.fromEntries(Object.entries(table).filter(([, kind]) => kind !== 'fields'));
  return showFields(value, flat);
}

/** Numbers and booleans always; text and lists of text where declared; objects and bytes never. */
function showValue(value: unknown, declared: boolean): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (!declared) return UNDECLARED;
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.slice(0, 50).map((item) => showValue(item, true));
  return UNDECLARED;
}

function showPan(value: unknown): string {
  if (typeof value !== 'string' || !/^[\d*]{12,19}$/.test(value)) return NEVER;
  return `${value.slice(0, 6)}${'*'.repeat(value.length - 10)}${value.slice(-4)}`;
}

/** Of an error: what programs put there on purpose. Details of a driver may hold values and are left out. */
function showError(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return UNDECLARED;
  const { name, message, stack, code, cause } = value as Error & { code?: unknown };
  const shown: Record<string, unknown> = { type: String(name), message: String(message) };
  if (typeof code === 'string' || typeof code === 'number') shown.code = code;
  if (typeof stack === 'string') shown.stack = stack;
  if (typeof cause === 'object' && cause !== null) {
    const inner = cause as Error & { code?: unknown };
    shown.cause = `${inner.name}: ${inner.message}`;
  }
  return shown;
}

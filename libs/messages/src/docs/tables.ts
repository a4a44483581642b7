/** The tables of docs/reference/messages.md, made from the program's own. */
import { z } from 'zod';
import { EVENT_SCHEMAS, EVENTS, type EventType } from '../events.js';
import { RESPONSE_CODES } from '../response-codes.js';
import { REVERSAL_REASON_TABLE } from '../reversal-reasons.js';
import { TOPIC_TABLE } from '../topics.js';

type Row = readonly string[];

const markdown = (head: Row, rows: readonly Row[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const code = (text: string): string => `\`${text}\``;

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
}

/** Members that every event has; the page explains them once. */
const ENVELOPE = new Set(['type', 'version', 'id', 'at']);

function describeMember([name, schema]: [string, JsonSchema]): string {
  const kind = schema.enum ? schema.enum.map((value) => `"${value}"`).join(', ') : schema.type;
  return `${code(name)} (${kind})`;
}

function membersOf(type: EventType): string {
  const { properties = {} } = z.toJSONSchema(EVENT_SCHEMAS[type]) as JsonSchema;
  return Object.entries(properties)
    .filter(([name]) => !ENVELOPE.has(name))
    .map(describeMember)
    .join(', ');
}

export const DOC_TABLES: Readonly<Record<string, () => string>> = {
  topics: () =>
    markdown(
      ['topic', 'key', 'carries', 'written by', 'read by'],
      TOPIC_TABLE.map((t) => [code(t.name), t.key, t.carries, t.writers, t.readers]),
    ),
  'response-codes': () =>
    markdown(
      ['DE 39', 'name', 'meaning'],
      [...RESPONSE_CODES.values()].map((row) => [code(row.code), row.name, row.text]),
    ),
  'reversal-reasons': () =>
    markdown(
      ['DE 39 of 0420', 'reason'],
      REVERSAL_REASON_TABLE.map(([value, name]) => [code(value), name]),
    ),
  events: () =>
    markdown(
      ['event', 'version', 'topic', 'what happened', 'key', 'members beside the envelope'],
      Object.entries(EVENTS).map(([type, facts]) => [
        code(type),
        String(facts.version),
        code(facts.topic),
        facts.what,
        facts.keyedBy.map(code).join('-'),
        membersOf(type as EventType),
      ]),
    ),
};

/** The page with every table between `<!-- table: NAME -->` and `<!-- end -->` made anew. */
export function fillTables(page: string): string {
  return page.replace(/<!-- table: ([\w-]+) -->[\s\S]*?<!-- end -->/g, (_whole, name: string) => {
    const table = DOC_TABLES[name];
    if (!table) throw new Error(`there is no table ${name}`);
    return `<!-- table: ${name} -->\n\n${table()}\n\n<!-- end -->`;
  });
}

/**
 * A message as text for logs and screens: what each field may show is declared in the field table,
 * and a field that the table does not know is hidden.
 */
import type { FieldTable } from './fields-1987.js';
import { FIELDS_1987 } from './fields-1987.js';
import type { FieldValue, IsoMessage } from './message.js';

/** First six and last four digits (PCI DSS 3.4.1); shorter than 13 shows the last four at most. */
export function masked(value: string): string {
  const head = value.length >= 13 ? 6 : 0;
  const tail = value.length >= 8 ? 4 : 0;
  return (
    value.slice(0, head) + '*'.repeat(value.length - head - tail) + value.slice(value.length - tail)
  );
}

export interface LoggableField {
  number: number;
  name: string;
  value: string;
}

export function loggable(
  message: IsoMessage,
  table: FieldTable = FIELDS_1987,
): { mti: string; fields: LoggableField[] } {
  const fields = Object.entries(message.fields).map(([key, value]) => {
    const number = Number(key);
    const definition = table[number];
    const shown = definition === undefined ? 'hidden' : (definition.shown ?? 'plain');
    return { number, name: definition?.name ?? 'unknown', value: show(value, shown) };
  });
  return { mti: message.mti, fields };
}

function show(value: FieldValue, shown: 'plain' | 'masked' | 'hidden'): string {
  if (shown === 'hidden' || typeof value !== 'string') return `[${value.length} hidden]`;
  return shown === 'masked' ? masked(value) : value;
}

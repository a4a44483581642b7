/**
 * ISO 8583 messages as bus records: packed, sealed as a whole, with type, schema, key id, correlation
 * and trace context in the headers.
 */
import { isBytes, ok, type Result, refused } from '@pinfold/crypto';
import { ASCII_1987, type IsoMessage, pack, parse } from '@pinfold/iso8583';
import { type BusRecord, HEADERS, ISO_SCHEMA, isTraceparent } from './record.js';
import { linkOf, type Sealer } from './sealer.js';

export interface RecordToEncode {
  readonly topic: string;
  /** Already hashed (`keyedHash`) where it stands for a card or terminal. */
  readonly key: string;
  /** Whose data key seals: see `Sealer`. */
  readonly link: string;
  /** A message, or the bytes of a packed one (with its MAC in place). */
  readonly message: IsoMessage | Uint8Array;
  readonly correlation: string;
  /** W3C Trace Context; left out when it is not well formed. */
  readonly traceparent?: string | undefined;
}

export interface OpenedRecord {
  /** The packed message as the sender made it: MACs are over these bytes. */
  readonly bytes: Uint8Array;
  /** The link whose key sealed it: who the sender can be. */
  readonly link: string;
  readonly correlation: string;
  readonly traceparent?: string;
}

export interface DecodedRecord extends OpenedRecord {
  readonly message: IsoMessage;
}

export type RecordRefusal =
  | 'RECORD_HEADER_MISSING'
  | 'RECORD_SCHEMA_UNKNOWN'
  | 'RECORD_TYPE_MISMATCH'
  | 'SEAL_KEY_UNKNOWN'
  | 'SEAL_INVALID';

/** The MTI in the first four bytes of a packed message (ASCII). */
function mtiOf(bytes: Uint8Array): string {
  return String.fromCharCode(bytes[0] ?? 0, bytes[1] ?? 0, bytes[2] ?? 0, bytes[3] ?? 0);
}

export function encodeRecord(sealer: Sealer, record: RecordToEncode): BusRecord {
  const { topic, key, link, message, correlation, traceparent } = record;
  const bytes = isBytes(message) ? message : pack(message, ASCII_1987);
  const type = mtiOf(bytes);
  const { value, keyId } = sealer.seal(link, { topic, type, schema: ISO_SCHEMA }, bytes);
  const headers: Record<string, string> = {
    [HEADERS.type]: type,
    [HEADERS.schema]: ISO_SCHEMA,
    [HEADERS.keyId]: keyId,
    [HEADERS.correlation]: correlation,
  };
  if (traceparent !== undefined && isTraceparent(traceparent)) {
    headers[HEADERS.traceparent] = traceparent;
  }
  return { topic, key, value, headers };
}

/** Opens without parsing. The type in the header is the message's own MTI, or the record is refused. */
export function openRecord(sealer: Sealer, record: BusRecord): Result<OpenedRecord, RecordRefusal> {
  const { topic, value, headers } = record;
  const type = headers[HEADERS.type];
  const schema = headers[HEADERS.schema];
  const keyId = headers[HEADERS.keyId];
  const traceparent = headers[HEADERS.traceparent];
  if (type === undefined || schema === undefined || keyId === undefined)
    return refused('RECORD_HEADER_MISSING');
  if (schema !== ISO_SCHEMA) return refused('RECORD_SCHEMA_UNKNOWN');
  const opened = sealer.open(keyId, { topic, type, schema }, value);
  if (!opened.ok) return opened;
  if (mtiOf(opened.value) !== type) return refused('RECORD_TYPE_MISMATCH');
  return ok({
    bytes: opened.value,
    link: linkOf(keyId),
    correlation: headers[HEADERS.correlation] ?? '',
    ...(traceparent !== undefined && isTraceparent(traceparent) ? { traceparent } : {}),
  });
}

/** Opens and parses; what is no ISO 8583 message is refused with the parser's code and path. */
export function decodeRecord(sealer: Sealer, record: BusRecord): Result<DecodedRecord, string> {
  const opened = openRecord(sealer, record);
  if (!opened.ok) return opened;
  const parsed = parse(opened.value.bytes, ASCII_1987);
  if (!parsed.ok) return parsed;
  return ok({ ...opened.value, message: parsed.value });
}

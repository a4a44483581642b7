import { randomBytes } from 'node:crypto';
import type { IsoMessage } from '@pinfold/iso8583';
import { ASCII_1987, pack } from '@pinfold/iso8583';
import { decodeRecord, encodeRecord, openRecord } from './record-codec.js';
import { Sealer } from './sealer.js';
import { RecordWire } from './wire.js';

const PAN = '4000000000000000002';
const MESSAGE: IsoMessage = {
  mti: '0200',
  fields: {
    2: PAN,
    3: '010000',
    4: '000000005000',
    7: '1121210000',
    11: '000001',
    41: 'ATM00001',
    52: new Uint8Array([0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0]),
  },
};
const TRACE = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

function sealer(): Sealer {
  const made = new Sealer((length) => randomBytes(length));
  made.add({ link: 'atm', version: 3, key: new Uint8Array(32).fill(1) });
  made.add({ link: 'bank-a', version: 1, key: new Uint8Array(32).fill(2) });
  made.add({ link: 'bank-b', version: 1, key: new Uint8Array(32).fill(3) });
  return made;
}

const RECORD = { topic: 'atm.requests', key: 'k', link: 'atm', correlation: 'c' };

describe('records', () => {
  it('carry a message there and back, with its bytes and headers', () => {
    const record = encodeRecord(sealer(), { ...RECORD, message: MESSAGE, traceparent: TRACE });
    expect(record.headers).toEqual({
      type: '0200',
      schema: '1',
      kid: 'atm.3',
      correlation: 'c',
      traceparent: TRACE,
    });
    const decoded = decodeRecord(sealer(), record);
    if (!decoded.ok) throw new Error(decoded.code);
    expect(decoded.value.message.fields[2]).toBe(PAN);
    expect(decoded.value.link).toBe('atm');
    expect(Buffer.from(decoded.value.bytes)).toEqual(Buffer.from(pack(MESSAGE, ASCII_1987)));
  });

  it('show no card number and no message text to a reader of the topic', () => {
    const record = encodeRecord(sealer(), { ...RECORD, message: MESSAGE });
    const everything =
      JSON.stringify(record.headers) + Buffer.from(record.value).toString('latin1');
    expect(everything).not.toContain(PAN);
    expect(everything).not.toContain('ATM00001');
  });

  it('are refused when a header is missing, the layout is newer, or a bit was changed', () => {
    const record = encodeRecord(sealer(), { ...RECORD, message: MESSAGE });
    const without = (name: string) => {
      const { [name]: _, ...headers } = record.headers;
      return openRecord(sealer(), { ...record, headers });
    };
    for (const name of ['type', 'schema', 'kid'])
      expect(without(name)).toEqual({ ok: false, code: 'RECORD_HEADER_MISSING' });
    const newer = { ...record, headers: { ...record.headers, schema: '2' } };
    expect(openRecord(sealer(), newer)).toEqual({ ok: false, code: 'RECORD_SCHEMA_UNKNOWN' });
    const value = Uint8Array.from(record.value);
    value[20]! ^= 1;
    expect(openRecord(sealer(), { ...record, value })).toEqual({ ok: false, code: 'SEAL_INVALID' });
  });

  it('are refused when the header names another type than the message itself', () => {
    const context = { topic: 'atm.requests', type: '0420', schema: '1' };
    const { value, keyId } = sealer().seal('atm', context, pack(MESSAGE, ASCII_1987));
    const headers = { type: '0420', schema: '1', kid: keyId };
    expect(openRecord(sealer(), { topic: 'atm.requests', key: 'k', value, headers })).toEqual({
      ok: false,
      code: 'RECORD_TYPE_MISMATCH',
    });
  });

  it('leave out a malformed trace context', () => {
    const record = encodeRecord(sealer(), { ...RECORD, message: MESSAGE, traceparent: '00-0-0-0' });
    expect(record.headers).not.toHaveProperty('traceparent');
  });

  it('give the parser’s refusal for bytes that are no message', () => {
    const record = encodeRecord(sealer(), { ...RECORD, message: new Uint8Array([48, 50, 48, 48]) });
    const decoded = decodeRecord(sealer(), record);
    expect(decoded.ok).toBe(false);
    if (!decoded.ok) expect(decoded.code).toMatch(/^ISO_/);
  });
});

describe('RecordWire', () => {
  const wire = new RecordWire({
    sealer: sealer(),
    indexKey: new Uint8Array(32).fill(9),
    sendsUnder: { 'switch.answers': 'bank-a', 'issuer.bank-a.requests': 'bank-a' },
    takesFrom: { 'switch.answers': ['bank-a'], 'issuer.bank-a.requests': ['bank-a'] },
  });
  const bytes = pack(MESSAGE, ASCII_1987);

  it('hashes the key and opens its own topic', () => {
    const record = wire.seal({ topic: 'switch.answers', keyText: PAN, bytes, correlation: 'c' });
    expect(record.key).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(record.key).toBe(wire.indexOf(PAN));
    expect(wire.open(record).ok).toBe(true);
  });

  it('refuses a record that another link sealed for the topic', () => {
    const foreign = encodeRecord(sealer(), {
      ...RECORD,
      topic: 'switch.answers',
      link: 'bank-b',
      message: bytes,
    });
    expect(wire.open(foreign)).toEqual({ ok: false, code: 'RECORD_LINK_REFUSED' });
    expect(() =>
      wire.seal({ topic: 'atm.answers', keyText: 'x', bytes, correlation: 'c' }),
    ).toThrow(/sends nothing/);
  });

  it('hashes the same after it has forgotten the oldest', () => {
    const before = wire.indexOf('ATM00001');
    for (let i = 0; i < 5000; i += 1) wire.indexOf(`card ${i}`);
    expect(wire.indexOf('ATM00001')).toBe(before);
  });
});

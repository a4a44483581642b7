import { decodeEvent, EVENT_SCHEMAS, EVENTS, type EventType, encodeEvent } from './events.js';

const APPROVED = {
  terminal: 'ATM00001',
  rrn: '632521000001',
  stan: '000001',
  acquirer: '100001',
  issuer: 'bank-a',
  pan: '400000******0002',
  amountMinor: 5000,
  currency: '978',
  authorisation: 'A1B2C3',
};
const EVENT = { type: 'withdrawal.approved', id: 'e1', atMs: 0, data: APPROVED } as const;

describe('business events', () => {
  it('travel as versioned JSON on their own topic, in order per entity', () => {
    const record = encodeEvent(EVENT);
    expect(record.topic).toBe('events.withdrawal');
    expect(record.key).toBe('ATM00001-632521000001');
    expect(record.headers).toEqual({ type: 'withdrawal.approved', schema: '1', correlation: 'e1' });
    expect(JSON.parse(new TextDecoder().decode(record.value))).toEqual({
      type: 'withdrawal.approved',
      version: 1,
      id: 'e1',
      at: '1970-01-01T00:00:00.000Z',
      ...APPROVED,
    });
    expect(decodeEvent(record)).toMatchObject({ ok: true, value: { id: 'e1', amountMinor: 5000 } });
  });

  it('cannot carry a full card number, nor a member that is not in the schema', () => {
    const pan = '4000000000000002';
    const attempt = () => encodeEvent({ ...EVENT, data: { ...APPROVED, pan } });
    expect(attempt).toThrow(/not as its schema says: pan/);
    expect(attempt).not.toThrow(new RegExp(pan));
    const extra = { ...APPROVED, track2: pan } as typeof APPROVED;
    expect(() => encodeEvent({ ...EVENT, data: extra })).toThrow(/extra member/);
  });

  it('are refused when unknown, not JSON, or not as the schema says', () => {
    const record = encodeEvent(EVENT);
    const typed = (type: string) =>
      decodeEvent({ ...record, headers: { ...record.headers, type } });
    expect(typed('toString')).toEqual({ ok: false, code: 'EVENT_TYPE_UNKNOWN' });
    expect(typed('withdrawal.declined')).toEqual({ ok: false, code: 'EVENT_INVALID' });
    const value = new Uint8Array([0x7b, 0xff]);
    expect(decodeEvent({ ...record, value })).toEqual({ ok: false, code: 'EVENT_INVALID' });
  });

  it('have a key of members that exist, and a schema each', () => {
    for (const [type, facts] of Object.entries(EVENTS)) {
      for (const member of facts.keyedBy) expect(Object.keys(facts.data)).toContain(member);
      expect(EVENT_SCHEMAS[type as EventType]).toBeDefined();
    }
  });
});

import { type IsoMessage, macInputOf, macOf, pack } from '@pinfold/iso8583';
import { encodeOriginalData, issuerRequests } from '@pinfold/messages';
import { MemoryIssuerStore } from './memory-store.js';
import { NOON_MS, newCard, OPENING_MINOR } from './testing.js';
import {
  FIRST_KEYS,
  PAN,
  RIGHT_PIN_BLOCK,
  record,
  request,
  type TestNode,
  testMac,
  testNode,
  testWires,
} from './testing-node.js';

let nowMs = NOON_MS;
let store: MemoryIssuerStore;
let under: TestNode;
const WRONG = new Uint8Array(RIGHT_PIN_BLOCK.length);

const open = async (keys = FIRST_KEYS): Promise<void> => {
  store = new MemoryIssuerStore({ now: () => nowMs });
  under = await testNode(store, { now: () => nowMs, keys });
  await store.createCards([{ ...newCard(1), key: under.wire.indexOf(PAN) }]);
};
const balance = async () => (await store.card(under.wire.indexOf(PAN)))!.balanceMinor;

/** Handles messages as one chunk; response codes in order. */
async function codes(...messages: IsoMessage[]): Promise<unknown[]> {
  await under.node.onRequests(messages.map((message) => record(message)));
  return under.taken().answers.map(({ message }) => message.fields[39]);
}

beforeEach(async () => {
  nowMs = NOON_MS;
  await open();
});

describe('a chunk of requests', () => {
  it('answers an approved withdrawal with the fields of the request, DE 38 and a MAC', async () => {
    await under.node.onRequests([record(request(1))]);
    const [answer] = under.taken().answers;
    const { 64: mac, ...fields } = answer!.message.fields;
    expect(answer!.message.mti).toBe('0210');
    expect(Object.keys(fields).map(Number)).toEqual([
      2, 3, 4, 7, 11, 12, 13, 32, 37, 38, 39, 41, 49, 53,
    ]);
    expect(fields).toMatchObject({ 2: PAN, 11: '000001', 38: expect.stringMatching(/^\d{6}$/) });
    expect(mac).toEqual(testMac('ZAK-1', macInputOf(answer!.bytes)!));
    expect(macOf(answer!.bytes)).toEqual(mac);
    expect(await balance()).toBe(OPENING_MINOR - 1_000n);
    expect(under.observed).toContainEqual(
      expect.objectContaining({ what: 'withdrawal-approved', responseCode: '00', at: 'bank-a' }),
    );
  });

  it('asks about a PIN once for two copies in a chunk, and not again for a repeat', async () => {
    expect(await codes(request(1), request(1))).toEqual(['00', '00']);
    expect(await codes(request(1))).toEqual(['00']);
    expect(under.hsm.asked.filter((command) => command === 'VerifyPin')).toHaveLength(1);
    expect(await balance()).toBe(OPENING_MINOR - 1_000n);
  });

  it('55, 55, 75, and then 75 without asking the device; one event', async () => {
    const wrong = (n: number) => request(n, { 52: WRONG });
    expect(await codes(wrong(1))).toEqual(['55']);
    expect(await codes(wrong(2))).toEqual(['55']);
    await under.node.onRequests([record(wrong(3))]);
    const { answers, events } = under.taken();
    expect(answers[0]!.message.fields[39]).toBe('75');
    expect(events.map(({ headers }) => headers.type)).toEqual(['card.pin-blocked']);
    expect(new TextDecoder().decode(events[0]!.value)).not.toContain(PAN);
    expect(await codes(request(4))).toEqual(['75']);
    expect(under.hsm.asked.filter((command) => command === 'VerifyPin')).toHaveLength(3);
  });

  it('verifies no PIN and posts nothing under a bad MAC', async () => {
    await under.node.onRequests([record(request(1, { 52: WRONG }), { spoil: true })]);
    const [answer] = under.taken().answers;
    expect(answer!.message.fields[39]).toBe('88');
    expect(under.hsm.asked).not.toContain('VerifyPin');
    // Not remembered: the genuine message is still heard.
    expect(await codes(request(1))).toEqual(['00']);
  });

  it('answers 88 under the newest key when DE 53 names a version that is not held', async () => {
    await under.node.onRequests([record(request(1, { 53: '0100010009000000' }))]);
    const [answer] = under.taken().answers;
    expect(answer!.message.fields).toMatchObject({ 39: '88', 53: '0000000001000000' });
    expect(answer!.message.fields[64]).toEqual(testMac('ZAK-1', macInputOf(answer!.bytes)!));
  });

  it('answers 96 without a MAC while no device answers, and writes nothing down', async () => {
    under.hsm.silent = true;
    await under.node.onRequests([record(request(1))]);
    const [answer] = under.taken().answers;
    expect(answer!.message.fields[39]).toBe('96');
    expect(answer!.message.fields[64]).toBeUndefined();
    under.hsm.silent = false;
    expect(await codes(request(1))).toEqual(['00']);
    expect(await codes(request(2))).toEqual(['00']);
  });

  it('answers what it cannot do, and drops what wants no answer', async () => {
    const other = { ...request(1), mti: '0100' };
    const stray = { ...request(2), mti: '0210' };
    const malformed = request(3);
    delete malformed.fields[37];
    expect(await codes(other, stray, malformed)).toEqual(['12', '30']);
    expect(under.observed).toContainEqual(expect.objectContaining({ what: 'message-unexpected' }));
  });

  it('leaves out a record that does not open', async () => {
    const good = record(request(1));
    const bad = { ...good, value: good.value.map((byte, i) => (i === 20 ? byte ^ 1 : byte)) };
    await under.node.onRequests([bad, good]);
    expect(under.taken().answers).toHaveLength(1);
    expect(under.observed).toContainEqual(expect.objectContaining({ what: 'record-unreadable' }));
  });

  it('reverses, and answers 0430 with DE 90', async () => {
    expect(await codes(request(1))).toEqual(['00']);
    const original = {
      mti: '0200',
      stan: '000001',
      transmittedAt: '1121120000',
      acquirer: '100001',
    };
    const reversal = { 90: encodeOriginalData(original), 39: '68', 11: '000002' };
    await under.node.onRequests([record(request(1, reversal, '0420'))]);
    const [answer] = under.taken().answers;
    expect(answer!.message).toMatchObject({ mti: '0430', fields: { 39: '00', 11: '000002' } });
    expect(answer!.message.fields[128]).toBeDefined();
    expect(await balance()).toBe(OPENING_MINOR);
  });

  it('sends nothing when the store fails, and answers when the chunk comes again', async () => {
    const { transact } = store;
    store.transact = async () => {
      throw new Error('no database');
    };
    await expect(codes(request(1))).rejects.toThrow('no database');
    expect(under.taken().answers).toEqual([]);
    store.transact = transact.bind(store) as typeof store.transact;
    expect(await codes(request(1))).toEqual(['00']);
  });
});

describe('planted faults', () => {
  it('send-before-commit: the answer is out although nothing was committed', async () => {
    under = await testNode(store, { now: () => nowMs, bugs: new Set(['send-before-commit']) });
    const { transact } = store;
    let calls = 0;
    store.transact = async (...args: Parameters<typeof transact>) => {
      calls += 1;
      if (calls === 2) throw new Error('killed');
      return (await transact.apply(store, args)) as never;
    };
    await expect(codes(request(1))).rejects.toThrow('killed');
    expect(under.taken().answers).toHaveLength(1);
    expect(await balance()).toBe(OPENING_MINOR);
  });
});

describe('events', () => {
  it('go out with a tick when the chunk could not send them', async () => {
    for (const n of [1, 2]) await codes(request(n, { 52: WRONG }));
    under = await testNode(store, {
      now: () => nowMs,
      send: async () => {
        throw new Error('no bus');
      },
    });
    await expect(codes(request(3, { 52: WRONG }))).rejects.toThrow('no bus');
    under = await testNode(store, { now: () => nowMs });
    await under.node.onTick();
    expect(under.taken().events).toEqual([]);
    nowMs += 2_001;
    await under.node.onTick();
    expect(under.taken().events).toHaveLength(1);
    await under.node.onTick();
    expect(under.taken().events).toEqual([]);
  });
});

describe('network management', () => {
  const network = (code: string, change: IsoMessage['fields'] = {}): IsoMessage => ({
    mti: '0800',
    fields: {
      7: '1121120000',
      11: '000077',
      32: '100001',
      53: '0000000001000000',
      70: code,
      ...change,
    },
  });
  const offer = (usage: string, version: number, block = 'D0112P0TE00E0000AABB') =>
    `${usage}|${version}|${block}|AABBCC`;

  it.each(['001', '002', '301'])('answers %s with 00', async (code) => {
    expect(await codes(network(code))).toEqual(['00']);
  });

  it('refuses codes and keys that it does not take', async () => {
    expect(await codes(network('999'))).toEqual(['12']);
    expect(await codes(network('101', { 48: 'ZPK|1|x' }))).toEqual(['30']);
    expect(await codes(network('101', { 48: offer('TPK', 2) }))).toEqual(['30']);
    expect(await codes(network('101', { 48: offer('DEK', 2) }))).toEqual(['30']);
    const bad = 'BADD0112P0TE00E0000AABB';
    expect(await codes(network('101', { 48: offer('ZPK', 2, bad) }))).toEqual(['88']);
  });

  it('takes new keys beside the old ones, also within the chunk, and once', async () => {
    const change = network('101', { 48: `${offer('ZAK', 2)};${offer('ZPK', 2)}` });
    const oldKeys = request(1);
    const newKeys = request(2, { 53: '0100020002000000' });
    const token = 'token-of-D0112P0TE00E0000AABB';
    await under.node.onRequests([
      record(oldKeys),
      record(change),
      record(newKeys, { key: token }),
      record(change),
    ]);
    const { answers } = under.taken();
    expect(answers.map(({ message }) => message.fields[39])).toEqual(['00', '00', '00', '00']);
    expect(under.hsm.asked.filter((command) => command === 'ImportKey')).toHaveLength(2);
    // Another process of the issuer finds them in the store.
    const other = await testNode(store, { now: () => nowMs, keys: [] });
    await other.node.onRequests([record(request(3, { 53: '0100020002000000' }), { key: token })]);
    expect(other.taken().answers[0]!.message.fields[39]).toBe('00');
  });

  it('believes an 0800 without a MAC only while it has no MAC key', async () => {
    const plain = (message: IsoMessage) =>
      testWires().acquirer.seal({
        topic: issuerRequests('bank-a'),
        keyText: 'link',
        bytes: pack(message),
        correlation: '',
      });
    const change = network('101', { 48: offer('ZAK', 2) });
    await under.node.onRequests([plain(change)]);
    expect(under.taken().answers[0]!.message.fields[39]).toBe('88');
    await open([]);
    await under.node.onRequests([plain(change)]);
    expect(under.taken().answers[0]!.message.fields[39]).toBe('00');
    await under.node.onRequests([plain(network('101', { 48: offer('ZAK', 3) }))]);
    expect(under.taken().answers[0]!.message.fields[39]).toBe('88');
    // The same first offer again: the switch did not hear the answer.
    await under.node.onRequests([plain(change)]);
    expect(under.taken().answers[0]!.message.fields[39]).toBe('00');
    // A process of the issuer that was up before the keys came: they are in its store.
    const shared = new MemoryIssuerStore({ now: () => nowMs });
    const stale = await testNode(shared, { now: () => nowMs, keys: [] });
    await shared.saveKeys(FIRST_KEYS);
    await stale.node.onRequests([plain(change)]);
    expect(stale.taken().answers[0]!.message.fields[39]).toBe('88');
  });
});

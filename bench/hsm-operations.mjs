/**
 * What the HSM benchmark measures: device commands over a number of different key tokens, by a
 * number of users, and what a Node user writes today for the same blocks. A module without types, so
 * that the benchmark runs it without a compiler and a test runs it small.
 */
import { createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto';

const TABLE = '0123456789012345';
const PIN = '8341';

/** Commands with the triple-DES blocks that each one needs. */
export const COMMANDS = { PIN_V: 2, VerifyPin: 2, TranslatePinBlock: 2, VerifyMac: 15 };
const MAC_BYTES = 100;
const NO_LIMIT = { capacity: 1e12, refillMs: 1 };

/** Outcome of an operation that must not be refused. */
const value = (outcome) => {
  if (!outcome.ok) throw new Error(outcome.code);
  return outcome.value;
};

/** Account i. */
const panOf = (i) => `40000000${String(10 + 10 * i).padStart(8, '0')}`;

/**
 * A device with `keys` different PIN and MAC keys and `accounts` cards with records of their own; one
 * job for each of whichever are more, and for each command.
 */
export function prepare({ hsm, crypto, pin }, { mode, keys, accounts = 1, cachedKeys, random }) {
  const clear = new Map();
  const device = hsm.Device.create({
    mode,
    demo: true,
    cachedKeys,
    random,
    clock: { now: () => Date.now() },
    limits: { account: NO_LIMIT, block: NO_LIMIT, device: NO_LIMIT },
    laboratory: { keyMade: ({ token, key }) => clear.set(token, key) },
  });
  const as = (role, name = role) => device.session({ name, role });
  const derivation = (usage) => {
    const plan = { type: 'P', usage, shares: 2 };
    const { shares } = value(device.execute(as('keyManager'), 'GenerateKeyShares', plan));
    return value(device.execute(as('custodian'), 'CombineKeyShares', { ...plan, shares })).key;
  };
  const pvk = derivation('PVK');
  const pgk = derivation('PGK');
  const tables = value(
    device.execute(as('keyManager'), 'RegisterDecimalisationTable', { table: TABLE }),
  );
  value(device.execute(as('officer'), 'ActivateDecimalisationTable', tables));
  const working = (usage) =>
    value(device.execute(as('production'), 'GenerateWorkingKey', { usage, algorithm: 'T' })).key;
  const zpk = working('ZPK');
  const blockUnder = (key, pan) =>
    pin.encryptPinBlock({ format: 'iso0', key: crypto.DesKey.of(key), pin: PIN, pan });
  const record = (method, key, pan) =>
    value(
      device.execute(as('pinIssuance'), 'CreateVerificationRecord', {
        pan,
        method,
        pvk: key,
        pvki: '1',
        ...tables,
        pinBlock: blockUnder(clear.get(zpk), pan),
        key: zpk,
        format: 'iso0',
      }),
    ).record;
  const cards = Array.from({ length: accounts }, (_, i) => {
    const pan = panOf(i);
    return { pan, pvv: record('visa-pvv', pvk, pan), offset: record('ibm3624', pgk, pan) };
  });
  const pinKeys = Array.from({ length: keys }, () => working('TPK'));
  const macKeys = Array.from({ length: keys }, () => working('TAK'));
  const data = Uint8Array.from({ length: MAC_BYTES }, (_, i) => i);
  const jobs = { PIN_V: [], VerifyPin: [], TranslatePinBlock: [], VerifyMac: [] };
  for (let i = 0; i < Math.max(keys, accounts); i++) {
    const key = pinKeys[i % keys];
    const { pan, pvv, offset } = cards[i % accounts];
    const pinBlock = blockUnder(clear.get(key), pan);
    const format = 'iso0';
    const mac = macKeys[i % keys];
    const to = { key: zpk, format: 'iso0' };
    // Members written out: V8 gives an object made by a spread a hidden class of its own.
    const inputs = {
      PIN_V: {
        pinBlock,
        pan,
        key,
        format,
        pvk: pgk,
        validationData: pan,
        length: 4,
        table: tables.tableId,
        // In hardened mode the record's own counts: nobody but the device reads it.
        offset: mode === 'legacy' ? offset.split('.')[4] : '0000',
        record: offset,
      },
      VerifyPin: { pinBlock, pan, key, format, pvk, record: pvv },
      TranslatePinBlock: { pinBlock, pan, from: { key, format: 'iso0' }, to },
      VerifyMac: {
        key: mac,
        data,
        mac: value(device.execute(as('production'), 'GenerateMac', { key: mac, data })).mac,
      },
    };
    for (const [command, input] of Object.entries(inputs)) jobs[command].push({ command, input });
  }
  const [sample] = jobs.VerifyPin;
  const cipher = crypto.DesKey.of(clear.get(sample.input.key));
  const block = (hex) => {
    const account = crypto.fromHex('0000000000000001');
    const field = crypto.xorBytes(crypto.fromHex(hex), account);
    return { ...sample.input, pinBlock: crypto.encryptEcb(cipher, field) };
  };
  const reasons = {
    'right PIN': sample.input,
    'wrong PIN': block('041234FFFFFFFFFF'),
    'wrong control nibble': block('141234FFFFFFFFFF'),
    'wrong length': block('0F1234FFFFFFFFFF'),
    'digit that is none': block('0412C4FFFFFFFFFF'),
    'wrong fill': block('0412340000000000'),
    nonsense: { ...sample.input, pinBlock: Uint8Array.from(random(8)) },
  };
  const digit = () => random(1)[0] % 10;
  const four = () => `${digit()}${digit()}${digit()}${digit()}`;
  /** So many blocks for each reason, so that a reason is not one block with its own habits of time. */
  const badBlocks = (count) => {
    const field = {
      'wrong PIN': () => `04${four()}FFFFFFFFFF`,
      'wrong control nibble': () => `14${four()}FFFFFFFFFF`,
      'wrong length': () => `0F${four()}FFFFFFFFFF`,
      'digit that is none': () => `04${digit()}${digit()}C${digit()}FFFFFFFFFF`,
      'wrong fill': () => `04${four()}${four()}${four()}00`,
      'PIN of another length': () => `05${four()}${digit()}FFFFFFFFF`,
    };
    const all = Object.entries(field).map(([name, make]) => [
      name,
      Array.from({ length: count }, () => block(make())),
    ]);
    const nonsense = () => ({ ...sample.input, pinBlock: Uint8Array.from(random(8)) });
    return Object.fromEntries([...all, ['nonsense', Array.from({ length: count }, nonsense)]]);
  };
  clear.clear();
  return { device, jobs, reasons, badBlocks };
}

/** One command after the other, by `users` sessions in turn. */
export function oneByOne({ device, jobs }, command, users = 1) {
  const inputs = jobs[command].map((job) => job.input);
  const sessions = Array.from({ length: users }, (_, i) =>
    device.session({ name: `user-${i}`, role: 'production' }),
  );
  let key = 0;
  let user = 0;
  return () => {
    if (++key >= inputs.length) key = 0;
    if (++user >= users) user = 0;
    const outcome = device.execute(sessions[user], command, inputs[key]);
    if (!outcome.ok) throw new Error(outcome.code);
  };
}

/**
 * What the memory of the benchmark's own jobs costs: reads of each input what the device must read of
 * it, a character from each line of the processor's cache, and does nothing with it.
 */
export function plainRead({ jobs }, command) {
  const inputs = jobs[command].map((job) => job.input);
  let next = 0;
  let sum = 0;
  return () => {
    if (++next >= inputs.length) next = 0;
    const { pinBlock, pan, key, format, pvk, record } = inputs[next];
    for (let at = 0; at < key.length; at += 48) sum += key.charCodeAt(at);
    sum += pinBlock[0] + pan.charCodeAt(0) + format.length + pvk.length + record.length;
    return sum;
  };
}

/** Batches of `size`, walking through all tokens. */
export function batches({ device, jobs }, command, size) {
  const list = jobs[command];
  const session = device.session({ name: 'user', role: 'production' });
  const parts = [];
  for (let at = 0; at < Math.max(list.length, size); at += size) {
    parts.push(Array.from({ length: size }, (_, i) => list[(at + i) % list.length]));
  }
  let next = 0;
  return () => {
    const outcomes = device.executeMany(session, parts[next++ % parts.length]);
    if (!outcomes[size - 1].ok) throw new Error(outcomes[size - 1].code);
  };
}

/** Calls with each reason a PIN block can be bad, to compare answers and times. */
export function answersOf({ device, reasons }) {
  const session = device.session({ name: 'user', role: 'production' });
  return Object.entries(reasons).map(([name, input]) => ({
    name,
    run: () => device.execute(session, 'VerifyPin', input),
  }));
}

/** The same blocks as one writes them with node:crypto: a cipher object per operation. */
export function nodeToday(blocks) {
  const key = createSecretKey(Buffer.from(Array.from({ length: 24 }, (_, i) => i * 7 + 3)));
  const block = Buffer.alloc(8, 7);
  const data = Buffer.alloc(8 * Math.max(1, blocks - 1), 7);
  return () => {
    const decipher = createDecipheriv('des-ede3-ecb', key, null).setAutoPadding(false);
    decipher.update(block);
    const cipher = createCipheriv('des-ede3-ecb', key, null).setAutoPadding(false);
    cipher.update(data);
  };
}

/**
 * What the cipher benchmark measures. Each operation: name, the reference slice it is compared
 * with, how many reference operations one of its own stands for, and functions that run it.
 */

import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  randomBytes,
  randomInt,
} from 'node:crypto';

const KEYS = 16;
const BATCH = 128;

/** `crypto`: the built library. */
export function operations(crypto) {
  const rawKeys = Array.from({ length: BATCH }, () => randomBytes(16));
  const keys = rawKeys.map((raw) => crypto.DesKey.of(raw));
  const batch = new crypto.DesBatch();
  const handles = Int32Array.from(keys, (key) => batch.add(key));
  const blocks = Int32Array.from({ length: 2 * BATCH }, () => randomBytes(4).readInt32BE());
  const out = new Int32Array(2);
  const native = rawKeys.map((raw) => createSecretKey(Buffer.concat([raw, raw.subarray(0, 8)])));
  const block = randomBytes(8);
  const aesRaw = randomBytes(16);
  const aesKey = crypto.AesKey.of(aesRaw);
  const aesNative = createSecretKey(aesRaw);
  const aesBlock = new Uint8Array(randomBytes(16));
  const hmacKey = crypto.HmacKey.of(aesRaw);
  const message = new Uint8Array(randomBytes(250));
  const messages = Array.from({ length: BATCH }, () => new Uint8Array(randomBytes(250)));
  const macParameters = { algorithm: 3, padding: 1, key: keys[0], data: message };
  const pins = pinRequests(crypto, { keys, native, handles, batch });

  const many = (count) => () => batch.encryptMany(handles, blocks, count);
  const nodeBlock = () => oneShot('des-ede3-ecb', native[0], block);
  return [
    {
      name: 'one TDES block',
      reference: 'tdes',
      goal: 1,
      run: () => {
        crypto.desEncryptBlock(keys[0], out[0], out[1], out);
      },
      node: nodeBlock,
    },
    {
      name: 'verify PIN core, one at a time',
      reference: 'two-tdes',
      goal: 0.95,
      run: pins.one,
      node: pins.node,
    },
    ...[128, 64, 32].map((count) => ({
      name: `batch of ${count}, own keys, per block`,
      reference: 'tdes',
      goal: { 128: 8, 32: 2.5 }[count] ?? null,
      per: count,
      run: many(count),
      node: nodeBlock,
    })),
    {
      name: 'batch of 128 over key objects, per block',
      reference: 'tdes',
      goal: null,
      per: BATCH,
      run: () => crypto.encryptMany(keys, blocks, BATCH),
      node: nodeBlock,
    },
    {
      name: 'verify PIN core in batches of 128',
      reference: 'two-tdes',
      goal: 7,
      per: BATCH,
      run: pins.many,
      node: pins.node,
    },
    {
      name: 'retail MAC over 250 bytes',
      reference: 'retail-mac',
      goal: null,
      run: () => {
        message[0] = crypto.iso9797Mac(macParameters)[0];
      },
      node: () => retailMacByCiphers(rawKeys[0], message),
    },
    ...(crypto.iso9797MacMany
      ? [
          {
            name: 'retail MAC over 250 bytes in batches of 128',
            reference: 'retail-mac',
            goal: null,
            per: BATCH,
            run: () => crypto.iso9797MacMany({ algorithm: 3, padding: 1, keys, messages }),
            node: () => retailMacByCiphers(rawKeys[0], message),
          },
        ]
      : []),
    {
      name: 'one AES-128 block',
      reference: 'aes',
      goal: null,
      goalNs: 140,
      run: () => crypto.aesEncryptBlock(aesKey, aesBlock, aesBlock),
      node: () => oneShot('aes-128-ecb', aesNative, aesBlock),
    },
    {
      name: 'AES-CMAC over 250 bytes',
      reference: null,
      goal: null,
      run: () => {
        message[0] = crypto.cmac(aesKey, message)[0];
      },
      node: null,
    },
    {
      name: 'HMAC-SHA-256 over 250 bytes',
      reference: null,
      goal: null,
      run: () => crypto.hmac('sha256', hmacKey, message),
      node: () => createHmac('sha256', aesNative).update(message).digest(),
    },
    {
      name: 'fresh two-key TDES schedule',
      reference: 'schedule',
      goal: null,
      goalNs: 800,
      run: () => {
        const key = crypto.DesKey.of(rawKeys[1]);
        out[0] ^= key.encryptionSchedule();
      },
      node: null,
    },
  ];
}

function oneShot(name, key, data) {
  const cipher = createCipheriv(name, key, null).setAutoPadding(false);
  return cipher.update(data);
}

/** What one writes with node:crypto: CBC under K1, then decrypt K2 and encrypt K1. */
function retailMacByCiphers(raw, message) {
  const single = (part) => createSecretKey(Buffer.concat([part, part, part]));
  const [k1, k2] = [single(raw.subarray(0, 8)), single(raw.subarray(8))];
  const padded = Buffer.alloc(256);
  padded.set(message);
  const cbc = createCipheriv('des-ede3-cbc', k1, Buffer.alloc(8)).setAutoPadding(false);
  const last = cbc.update(padded).subarray(-8);
  const back = createDecipheriv('des-ede3-ecb', k2, null).setAutoPadding(false).update(last);
  return oneShot('des-ede3-ecb', k1, back);
}

/** ISO format 0 blocks under one of 16 ZPKs, to be verified by PVV under one of 16 PVKs. */
function pinRequests(crypto, { keys, native, handles, batch }) {
  const out = new Int32Array(2);
  const word = (hex) => Number.parseInt(hex, 16) | 0;
  const requests = Array.from({ length: BATCH }, (_, i) => {
    const digits = (n) => Array.from({ length: n }, () => randomInt(10)).join('');
    const [pan, pin] = [digits(16), digits(4)];
    const account = `0000${pan.slice(3, 15)}`;
    const clear = `04${pin}FFFFFFFFFF`;
    const validation = `${pan.slice(4, 15)}1${pin}`;
    const [zpk, pvk] = [i % KEYS, KEYS + ((i * 7) % KEYS)];
    const at = (hex, half) => word(hex.slice(8 * half, 8 * half + 8));
    crypto.desEncryptBlock(
      keys[zpk],
      at(clear, 0) ^ at(account, 0),
      at(clear, 1) ^ at(account, 1),
      out,
    );
    const [hi, lo] = out;
    crypto.desEncryptBlock(keys[pvk], at(validation, 0), at(validation, 1), out);
    return {
      zpk,
      pvk,
      hi,
      lo,
      accountHi: at(account, 0),
      accountLo: at(account, 1),
      validationHi: at(validation, 0),
      validationLo: word(`${validation.slice(8, 12)}0000`),
      pvv: decimalise(out[0], out[1]),
    };
  });
  const finish = (request, hi, lo) => {
    if (decimalise(hi, lo) !== request.pvv) throw new Error('the PIN must verify');
  };
  let next = 0;
  const zpkHandles = Int32Array.from(requests, ({ zpk }) => handles[zpk]);
  const pvkHandles = Int32Array.from(requests, ({ pvk }) => handles[pvk]);
  const work = new Int32Array(2 * BATCH);
  return {
    one() {
      const request = requests[next];
      next = (next + 1) % BATCH;
      crypto.desDecryptBlock(keys[request.zpk], request.hi, request.lo, out);
      const hi = out[0] ^ request.accountHi;
      if (!isFormat0(hi, out[1] ^ request.accountLo))
        throw new Error('the block must be well formed');
      const lo = request.validationLo | ((hi >>> 8) & 0xffff);
      crypto.desEncryptBlock(keys[request.pvk], request.validationHi, lo, out);
      finish(request, out[0], out[1]);
    },
    many() {
      for (let i = 0; i < BATCH; i++) {
        work[2 * i] = requests[i].hi;
        work[2 * i + 1] = requests[i].lo;
      }
      batch.decryptMany(zpkHandles, work);
      for (let i = 0; i < BATCH; i++) {
        const request = requests[i];
        const hi = work[2 * i] ^ request.accountHi;
        if (!isFormat0(hi, work[2 * i + 1] ^ request.accountLo)) throw new Error('malformed block');
        work[2 * i] = request.validationHi;
        work[2 * i + 1] = request.validationLo | ((hi >>> 8) & 0xffff);
      }
      batch.encryptMany(pvkHandles, work);
      for (let i = 0; i < BATCH; i++) finish(requests[i], work[2 * i], work[2 * i + 1]);
    },
    node() {
      const request = requests[next];
      next = (next + 1) % BATCH;
      const data = Buffer.alloc(8);
      data.writeInt32BE(request.hi, 0);
      data.writeInt32BE(request.lo, 4);
      const decipher = createDecipheriv('des-ede3-ecb', native[request.zpk], null);
      const clear = decipher.setAutoPadding(false).update(data);
      const hi = clear.readInt32BE(0) ^ request.accountHi;
      if (!isFormat0(hi, clear.readInt32BE(4) ^ request.accountLo))
        throw new Error('malformed block');
      data.writeInt32BE(request.validationHi, 0);
      data.writeInt32BE(request.validationLo | ((hi >>> 8) & 0xffff), 4);
      const result = oneShot('des-ede3-ecb', native[request.pvk], data);
      finish(request, result.readInt32BE(0), result.readInt32BE(4));
    },
  };
}

const ONES = 0x11111111;
/** A one in each nibble that must be a digit, and in each that must be F; two words by PIN length. */
const DIGITS = nibblesByLength((i, pin) => i >= 2 && i < 2 + pin);
const FILL = nibblesByLength((i, pin) => i >= 2 + pin);

function nibblesByLength(chosen) {
  const words = new Int32Array(2 * 13);
  for (let pin = 4; pin <= 12; pin++) {
    for (let i = 0; i < 16; i++) {
      if (chosen(i, pin)) words[2 * pin + (i >> 3)] |= 1 << (28 - 4 * (i & 7));
    }
  }
  return words;
}

/** Whether a clear block is ISO format 0 with a PIN of 4 to 12 digits. */
function isFormat0(hi, lo) {
  const length = hi >>> 24;
  if (length < 4 || length > 12) return false;
  const at = 2 * length;
  const wrong = (lettersOf(hi) & DIGITS[at]) | (lettersOf(lo) & DIGITS[at + 1]);
  return (wrong | (~fullOf(hi) & FILL[at]) | (~fullOf(lo) & FILL[at + 1])) === 0;
}

/** A one in each nibble above 9. */
function lettersOf(word) {
  return (word >>> 3) & ((word >>> 2) | (word >>> 1)) & ONES;
}

/** A one in each nibble that is F. */
function fullOf(word) {
  return word & (word >>> 1) & (word >>> 2) & (word >>> 3) & ONES;
}

/** The four digits of a PVV, packed: decimal digits from the left, then letters less ten. */
function decimalise(hi, lo) {
  let digits = 0;
  let count = 0;
  for (let shift = 28; shift >= 0 && count < 4; shift -= 4) {
    const nibble = (hi >>> shift) & 15;
    if (nibble > 9) continue;
    digits = (digits << 4) | nibble;
    count++;
  }
  return count === 4 ? digits : decimaliseRest(hi, lo, digits, count);
}

/** Goes on where the first half had fewer than four digits, about one time in seven. */
function decimaliseRest(hi, lo, found, already) {
  let digits = found;
  let count = already;
  for (let i = 8; i < 32 && count < 4; i++) {
    const nibble = (i & 8 ? lo >>> (28 - 4 * (i & 7)) : hi >>> (28 - 4 * (i & 7))) & 15;
    if (nibble > 9 !== i > 15) continue;
    digits = (digits << 4) | (nibble > 9 ? nibble - 10 : nibble);
    count++;
  }
  return digits;
}

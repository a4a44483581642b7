/**
 * Times by reason: `npm run bench:hsm -- --timing [--json] [--rounds N]`. For each place where a device
 * says no, the time of single calls by the reason, measured in turn in an order that is shuffled each
 * round; median, 95th percentile, and how each reason differs from all others of its group:
 *
 *   Welch's t over the values below the 95th percentile (dudect's crop; Reparaz, Balasch, Verbauwhede 2017)
 *   Kolmogorov-Smirnov's D: the largest distance of the two distributions, 0 to 1
 *
 * `t` grows with the root of the number of calls: with enough of them a nanosecond is significant. What
 * an attacker can use is the distance of the medians, and D: below 0.1 a single call tells nothing.
 * A group is what one caller cannot tell apart beforehand: a text that is no token at all, or a header
 * that says another type, is known to whoever wrote it, and is a group of its own.
 */
import { prepare } from './hsm-operations.mjs';

/** Changes one hexadecimal character, so that it stays one. */
const flipped = (text, at) => {
  const place = at < 0 ? text.length + at : at;
  const other = text[place] === 'A' ? 'B' : 'A';
  return text.slice(0, place) + other + text.slice(place + 1);
};

/** Blocks for each reason. */
const VARIANTS = 256;

function inTurn(calls) {
  let next = 0;
  return () => calls[next++ % calls.length]();
}

/** Where a record of Visa PVV has the first character of its value. */
const VALUE_AT = 9;

/** Groups of calls: place, and reason by reason the input. */
export function groups(libraries, { random }) {
  const { device, reasons, jobs, badBlocks } = prepare(libraries, {
    mode: 'hardened',
    keys: 1,
    random,
  });
  const stranger = prepare(libraries, { mode: 'hardened', keys: 1, random });
  const right = reasons['right PIN'];
  const { key, record, pvk } = right;
  const session = device.session({ name: 'user', role: 'production' });
  const verify = (input) => () => device.execute(session, 'VerifyPin', input);
  const translate = (input) => {
    const { from, to } = jobs.TranslatePinBlock[0].input;
    const asked = { pinBlock: input.pinBlock, pan: input.pan, from, to };
    return () => device.execute(session, 'TranslatePinBlock', asked);
  };
  const pinBlocks = Object.entries(badBlocks(VARIANTS));
  const bad = pinBlocks.filter(([name]) => /wrong control|wrong length/.test(name));
  const withKey = (token) => verify({ ...right, key: token });
  const withRecord = (text) => verify({ ...right, record: text });
  return {
    'VerifyPin: a PIN or PIN block that is not right': pinBlocks.map(([name, inputs]) => [
      name,
      inTurn(inputs.map(verify)),
    ]),
    'TranslatePinBlock: a bad PIN block': bad.map(([name, inputs]) => [
      name,
      inTurn(inputs.map(translate)),
    ]),
    'VerifyPin: a forged token': [
      ['check value changed', withKey(flipped(key, 21))],
      ['first byte of the key changed', withKey(flipped(key, 33))],
      ['last byte of the key changed', withKey(flipped(key, -34))],
      ['first byte of the tag changed', withKey(flipped(key, -32))],
      ['last byte of the tag changed', withKey(flipped(key, -1))],
      ["another device's", withKey(stranger.reasons['right PIN'].key)],
    ],
    'VerifyPin: a token for another place': [
      ['another type', withKey(pvk)],
      ['another usage', withKey(macKeyOf(device))],
    ],
    'VerifyPin: a record that is not right': [
      ['value changed', withRecord(flipped(record, VALUE_AT))],
      ['PVKI changed', withRecord(record.replace('.V.1.', '.V.2.'))],
      ['first digit of the MAC changed', withRecord(flipped(record, -16))],
      ['last digit of the MAC changed', withRecord(flipped(record, -1))],
      ['of another account', verify({ ...right, pan: '4000000000000036' })],
    ],
  };
}

function macKeyOf(device) {
  const session = device.session({ name: 'user', role: 'production' });
  return device.execute(session, 'GenerateWorkingKey', { usage: 'TAK' }).value.key;
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const variance = (values, middle) =>
  values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1);
const at = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];

/** Welch's t of two samples. */
export function welch(a, b) {
  const [ma, mb] = [mean(a), mean(b)];
  const spread = variance(a, ma) / a.length + variance(b, mb) / b.length;
  return spread === 0 ? 0 : (ma - mb) / Math.sqrt(spread);
}

/** Largest distance of two distributions; both sorted. */
export function kolmogorov(a, b) {
  let [i, j, distance] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i], b[j]);
    while (i < a.length && a[i] <= value) i++;
    while (j < b.length && b[j] <= value) j++;
    distance = Math.max(distance, Math.abs(i / a.length - j / b.length));
  }
  return distance;
}

function shuffle(order) {
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
}

/** Times of each call, measured in turn; the first quarter warms up and is left out. */
function timesOf(calls, rounds) {
  const times = calls.map(() => []);
  const order = calls.map((_, i) => i);
  for (let round = 0; round < rounds; round++) {
    shuffle(order);
    for (const which of order) {
      const start = process.hrtime.bigint();
      calls[which][1]();
      const ns = Number(process.hrtime.bigint() - start);
      if (round >= rounds >> 2) times[which].push(ns);
    }
  }
  return times;
}

export function measureGroups(all, rounds) {
  return Object.entries(all).map(([group, calls]) => {
    const times = timesOf(calls, rounds);
    const cut = at(
      times.flat().sort((a, b) => a - b),
      0.95,
    );
    const rows = calls.map(([reason, run], i) => {
      const own = times[i].toSorted((a, b) => a - b);
      const others = times
        .filter((_, j) => j !== i)
        .flat()
        .sort((a, b) => a - b);
      const below = (values) => values.filter((value) => value <= cut);
      return {
        reason,
        answer: run().code ?? 'ok',
        median: at(own, 0.5),
        p95: at(own, 0.95),
        t: Number(welch(below(own), below(others)).toFixed(1)),
        d: Number(kolmogorov(own, others).toFixed(3)),
      };
    });
    const answers = new Set(rows.map(({ answer }) => answer));
    return { group, calls: times[0].length, answers: [...answers], rows };
  });
}

export function printTiming(found) {
  for (const { group, calls, rows } of found) {
    console.log(`\n${group} (${calls} calls each)\n`);
    console.log(
      '| reason | answer | median ns | p95 ns | Welch t | KS D |\n|---|---|---|---|---|---|',
    );
    for (const { reason, answer, median, p95, t, d } of rows) {
      console.log(`| ${reason} | ${answer} | ${median} | ${p95} | ${t} | ${d} |`);
    }
  }
}

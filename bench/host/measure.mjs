/**
 * Measurements on a machine that does other things too: short slices of the command and of the echo in
 * turn, so that what disturbs one disturbs its neighbour. Per row the best slice and the median are
 * given, the ratio of neighbours as their median, and the processor time that the server took.
 */
import { Client, cycleOf, Tally } from './client.mjs';

/** Commands in one write at most. */
const BURST = 256;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

async function slice(server, frames, o) {
  const tally = new Tally();
  const cycle = cycleOf(frames, o.inFlight);
  const clients = [];
  for (let i = 0; i < o.connections; i++) {
    clients.push(
      await Client.open(server.port, cycle, { inFlight: o.inFlight, tally, loop: true }),
    );
  }
  for (const client of clients) client.send(o.inFlight);
  await pause(o.settleMs);
  const before = await server.ask('cpu');
  const own = process.cpuUsage();
  const from = performance.now();
  tally.counting = true;
  await pause(o.sliceMs);
  tally.counting = false;
  const seconds = (performance.now() - from) / 1000;
  const ownUsed = process.cpuUsage(own);
  const after = await server.ask('cpu');
  for (const client of clients) client.stopped = true;
  for (const client of clients) client.close();
  if (tally.wrong > 0) throw new Error(`${tally.wrong} commands were refused`);
  const cpuMicros = after.user + after.system - before.user - before.system;
  return {
    perSecond: tally.done / seconds,
    cpuMicros: tally.done === 0 ? 0 : cpuMicros / tally.done,
    clientBusy: (ownUsed.user + ownUsed.system) / 1e6 / seconds,
    p50: tally.at(0.5),
    p99: tally.at(0.99),
  };
}

function summary(slices) {
  const rates = slices.map(({ perSecond }) => perSecond);
  return {
    best: Math.max(...rates),
    median: median(rates),
    cpuMicros: Math.min(...slices.map(({ cpuMicros }) => cpuMicros).filter((each) => each > 0)),
    clientBusy: median(slices.map(({ clientBusy }) => clientBusy)),
    p50: Math.min(...slices.map(({ p50 }) => p50)),
    p99: median(slices.map(({ p99 }) => p99)),
  };
}

/**
 * Slices of `frames` at `host` and `echoes` at `echo` in turn, after one of each that does not count.
 * `ratio`: median of what neighbours have to each other.
 */
export async function compare({ host, echo, frames, echoes, ...o }) {
  const own = [];
  const base = [];
  for (let round = 0; round <= o.rounds; round++) {
    const b = await slice(echo, echoes, o);
    const a = await slice(host, frames, o);
    if (round === 0) continue;
    base.push(b);
    own.push(a);
  }
  const ratios = own.map(({ perSecond }, i) => perSecond / base[i].perSecond);
  return { own: summary(own), base: summary(base), ratio: median(ratios) };
}

/**
 * Open loop: commands are due at a steady rate whether or not the ones before are answered, and a
 * latency counts from when its command was due. So a pause of the server is seen by all that were due
 * in it.
 */
export async function pace(server, frames, { connections, perSecond, settleMs, sliceMs }) {
  const tally = new Tally();
  const cycle = cycleOf(frames, BURST);
  const clients = [];
  for (let i = 0; i < connections; i++) {
    const slots = 65_536;
    clients.push(await Client.open(server.port, cycle, { inFlight: BURST, slots, tally }));
  }
  const stepMs = 1000 / perSecond;
  let due = performance.now();
  let turn = 0;
  let going = true;
  let late = 0;
  const tick = () => {
    const now = performance.now();
    // Beyond this the client itself was not running: its own pause is not the server's.
    if (tally.counting) late = Math.max(late, now - due);
    // What is due goes out in a write per connection: the n-th command is the n-th connection's.
    const many = Math.floor((now - due) / stepMs) + 1;
    for (let i = 0; i < clients.length && many > 0; i++) {
      const count = Math.ceil((many - i) / clients.length);
      const client = clients[(turn + i) % clients.length];
      if (count > 0) client.sendDue(count, due + i * stepMs, stepMs * clients.length);
    }
    if (many > 0) {
      due += many * stepMs;
      turn = (turn + many) % clients.length;
    }
    if (going) setImmediate(tick);
  };
  tick();
  await pause(settleMs);
  tally.counting = true;
  const from = performance.now();
  await pause(sliceMs);
  tally.counting = false;
  going = false;
  const seconds = (performance.now() - from) / 1000;
  for (const client of clients) client.close();
  return {
    answered: tally.done,
    perSecond: tally.done / seconds,
    p50: tally.at(0.5),
    p99: tally.at(0.99),
    p999: tally.at(0.999),
    clientLateMs: late,
  };
}

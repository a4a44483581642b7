/**
 * Host commands through TCP on the loopback address: `npm run bench:host -- [--json] [--small]`.
 *
 * Server and client are processes of their own. The baseline is a server on the same framing that sends
 * every message back (`echo`), measured in the same run with messages of the same size; a row's ratio is
 * its commands per second over the echo's. p50 and p99 are of single commands, at the load of the row;
 * rows `half load` send at half of the rate that the row above reached.
 */
import { fork } from 'node:child_process';
import { connect } from 'node:net';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { load } from './host-load.mjs';

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean' },
    small: { type: 'boolean' },
    markdown: { type: 'boolean' },
    serve: { type: 'string' },
  },
});
const SELF = fileURLToPath(import.meta.url);
const SECONDS = options.small ? 0.3 : 2;
const WARM_UP_SECONDS = options.small ? 0.2 : 1;
const COMMANDS = ['NC', 'CC', 'DC', 'EC', 'M8', 'A0'];
const LOADS = options.small
  ? [[1, 64]]
  : [
      [1, 1],
      [1, 64],
      [16, 1],
      [16, 64],
      [256, 1],
      [256, 64],
    ];
const HEADER = 4;

/** The server process: host commands, or the echo. */
async function serve(kind) {
  const { hostCommands, startHostPort } = await load();
  if (kind === 'echo') {
    const { listenWire } = hostCommands;
    const port = await listenWire({
      port: 0,
      minBytes: 6,
      answer: ({ text, at, end }) => at.map((from, i) => text.slice(from, end[i])),
    });
    return process.send({ port: port.port });
  }
  const silent = () => undefined;
  const logger = { debug: silent, info: silent, warn: silent, error: silent };
  const host = await startHostPort({ port: 0, device: { mode: 'legacy' }, logger });
  process.on('message', (message) => {
    const before = process.memoryUsage().rss;
    process.send({ rss: before, connections: host.connections, asked: message });
  });
  return process.send({ port: host.port });
}

if (options.serve !== undefined) await serve(options.serve);
else await main();

function start(kind) {
  return new Promise((resolve) => {
    const child = fork(SELF, ['--serve', kind], {
      env: { ...process.env, PINFOLD_BENCH_BUILT: '1' },
    });
    child.once('message', ({ port }) => resolve({ child, port }));
  });
}

/** One connection: `ask` gives the reply; many in flight. */
function open(port, FrameReader) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const reader = new FrameReader(HEADER + 2, 65_535);
  const waiting = [];
  socket.on('data', (chunk) => {
    reader.push(chunk, (buffer, from, to) => waiting.shift()(buffer, from, to));
    socket.emit('replies');
  });
  return new Promise((resolve) => socket.once('connect', () => resolve({ socket, waiting })));
}

async function askOnce(port, hostCommands, command) {
  const { socket, waiting } = await open(port, hostCommands.FrameReader);
  const reply = await new Promise((resolve) => {
    waiting.push((buffer, from, to) => resolve(buffer.toString('latin1', from + HEADER, to)));
    socket.write(hostCommands.framesOf([`0000${command}`]));
  });
  socket.destroy();
  return reply;
}

/** Good commands of each kind, made by the server itself. */
async function commandsFor(port, hostCommands) {
  const ask = (command) => askOnce(port, hostCommands, command);
  const key = async (type) => (await ask(`A00${type}U`)).slice(4, -6);
  const account = '000012345678';
  const [zpk, other, tpk, pvk, zak] = [
    await key('001'),
    await key('001'),
    await key('002'),
    await key('002'),
    await key('008'),
  ];
  const pin = (await ask(`BA1234F${account}`)).slice(4);
  const block = (await ask(`JG${zpk}01${account}${pin}`)).slice(4);
  const pvv = (await ask(`DG${pvk}${pin}${account}1`)).slice(4);
  const zmk = await key('000');
  // The same PIN under the TPK: the ZPK's value, imported as a TPK.
  const exported = (await ask(`A8001${zmk}${zpk}X`)).slice(4, -6);
  const asTpk = (await ask(`A6002${zmk}${exported}U`)).slice(4, -6) || tpk;
  const message = 'x'.repeat(96);
  const head = `00131008${zak}`;
  const mac = (await ask(`M6${head}0060${message}`)).slice(4);
  return {
    NC: 'NC',
    CC: `CC${zpk}${other}12${block}0101${account}`,
    DC: `DC${asTpk}${pvk}${block}01${account}1${pvv}`,
    EC: `EC${zpk}${pvk}${block}01${account}1${pvv}`,
    M8: `M8${head}0060${message}${mac}`,
    A0: 'A00001U',
  };
}

/** Commands per second and latencies, `inFlight` at any time on each connection. */
async function measure(port, hostCommands, { command, connections, inFlight, perSecond }) {
  const { FrameReader, framesOf } = hostCommands;
  const clients = [];
  for (let i = 0; i < connections; i++) clients.push(await open(port, FrameReader));
  const frame = framesOf([`0000${command}`]);
  const latencies = [];
  let done = 0;
  let wrong = 0;
  let counting = false;
  const state = { stop: false };
  const loops = clients.map(({ socket, waiting }) => {
    const begun = [];
    const take = (buffer, from) => {
      const at = begun.shift();
      if (buffer[from + HEADER + 2] !== 48 || buffer[from + HEADER + 3] !== 48) wrong++;
      if (!counting) return;
      done++;
      if (done % 16 === 0) latencies.push(performance.now() - at);
    };
    const send = (count) => {
      if (count === 0) return;
      const now = performance.now();
      for (let i = 0; i < count; i++) {
        begun.push(now);
        waiting.push(take);
      }
      socket.write(count === 1 ? frame : Buffer.concat(Array(count).fill(frame)));
    };
    if (perSecond === undefined) {
      socket.on('replies', () => !state.stop && send(inFlight - waiting.length));
      send(inFlight);
      return () => undefined;
    }
    const each = perSecond / connections;
    let owed = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      const now = performance.now();
      owed += (each * (now - last)) / 1000;
      last = now;
      const count = Math.floor(owed);
      owed -= count;
      send(count);
    }, 1);
    return () => clearInterval(timer);
  });
  const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  await pause(WARM_UP_SECONDS);
  counting = true;
  const from = performance.now();
  await pause(SECONDS);
  const seconds = (performance.now() - from) / 1000;
  counting = false;
  state.stop = true;
  for (const stop of loops) stop();
  for (const { socket } of clients) socket.destroy();
  latencies.sort((a, b) => a - b);
  const at = (share) => latencies[Math.floor(latencies.length * share)] ?? 0;
  return { perSecond: done / seconds, p50: at(0.5), p99: at(0.99), wrong };
}

async function main() {
  const { hostCommands } = await load();
  const echo = await start('echo');
  const host = await start('host');
  const commands = await commandsFor(host.port, hostCommands);
  const rows = [];
  const round = (value) => Number(value.toPrecision(4));
  for (const [connections, inFlight] of LOADS) {
    const where = `${connections} connections, ${inFlight} in flight`;
    for (const code of COMMANDS) {
      const load = { command: commands[code], connections, inFlight };
      // An echo's message has "00" where a reply has its code.
      const same = { ...load, command: `EC00${'0'.repeat(Math.max(0, load.command.length - 4))}` };
      const baseline = await measure(echo.port, hostCommands, same);
      const own = await measure(host.port, hostCommands, load);
      if (own.wrong > 0) throw new Error(`${code} was refused ${own.wrong} times`);
      const row = (name, value, unit, ratio = null) =>
        rows.push({
          name: `${name}, ${where}`,
          value: round(value),
          unit,
          baseline: ratio === null ? null : `echo of ${same.command.length} characters, ${where}`,
          ratio: ratio === null ? null : round(ratio),
        });
      row(code, own.perSecond, 'commands/s', own.perSecond / baseline.perSecond);
      row(`${code} p50`, own.p50, 'ms', own.p50 / baseline.p50);
      row(`${code} p99`, own.p99, 'ms', own.p99 / baseline.p99);
      row(`echo for ${code}`, baseline.perSecond, 'commands/s');
      if (inFlight === 64 && connections === 16 && (code === 'CC' || code === 'EC')) {
        const half = await measure(host.port, hostCommands, {
          ...load,
          perSecond: own.perSecond / 2,
        });
        row(`${code} at half load p99`, half.p99, 'ms');
      }
    }
  }
  if (!options.small) rows.push(await idle(host, hostCommands));
  echo.child.kill();
  host.child.kill();
  const document = {
    machine: `${cpus()[0]?.model.trim() ?? 'unknown'}, ${cpus().length} cores, Node ${process.version}`,
    date: new Date().toISOString().slice(0, 10),
    rows,
  };
  if (options.json) console.log(JSON.stringify(document, null, 2));
  else {
    console.log(`${document.machine}; ${document.date}\n`);
    if (options.markdown) console.log('| what | value | unit | ratio to echo |\n|---|---|---|---|');
    for (const { name, value, unit, ratio } of rows) {
      const cells = [name, value, unit, ratio ?? ''];
      console.log(options.markdown ? `| ${cells.join(' | ')} |` : cells.join('  '));
    }
  }
}

/** What 256 connections that do nothing cost the server. */
async function idle({ child, port }, hostCommands) {
  const ask = () =>
    new Promise((resolve) => {
      child.once('message', resolve);
      child.send('memory');
    });
  const before = await ask();
  const clients = [];
  for (let i = 0; i < 256; i++) clients.push(await open(port, hostCommands.FrameReader));
  const after = await ask();
  for (const { socket } of clients) socket.destroy();
  const value = Math.max(0, Math.round((after.rss - before.rss) / 1024));
  return { name: '256 idle connections', value, unit: 'KiB', baseline: null, ratio: null };
}

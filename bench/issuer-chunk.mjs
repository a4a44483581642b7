/**
 * Benchmark of the issuer's hop: `node bench/issuer-chunk.mjs [--json] [--cards N] [--seconds S]`.
 *
 * Sealed requests in, sealed answers out, against the embedded PostgreSQL with fsync on. The device
 * is a stand-in that hashes instead of enciphering, so what is measured is everything else. One chunk
 * is under way at a time; requests are made before the clock starts.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean' },
    cards: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '3' },
    chunks: { type: 'string', default: '1,16,128,512' },
  },
});
const CARDS = Number(options.cards);
const SECONDS = Number(options.seconds);
const CHUNKS = options.chunks.split(',').map(Number);
/** Requests made ahead of one measurement, at most. */
const MADE_AHEAD = 40_000;

const library = (path) => import(new URL(`../dist/libs/${path}`, import.meta.url).href);
const { Database, migrate, startEmbeddedPostgres } = await library('storage/src/postgres/index.js');
const { PostgresIssuerStore, issuerMigrations } = await library('storage/src/issuer/index.js');
const { demoCardNumber, ISSUERS } = await library('flows/src/network/demo-network.js');
const { record, request, testNode, testWires } = await library('flows/src/issuer/testing-node.js');
const { SETTINGS } = await library('flows/src/issuer/testing.js');

const { acquirer } = testWires();
const clock = { now: () => Date.now() };
const settings = {
  ...SETTINGS,
  limits: { amountPerDayMinor: 10n ** 15n, countPerDay: 1_000_000, pinTries: 3 },
};
const panOf = (index) => demoCardNumber(ISSUERS[0], index + 1);

let made = 0;
function makeRequests(count) {
  return Array.from({ length: count }, () => {
    made += 1;
    // A stride that is prime to the number of cards spreads a chunk over all of them.
    const pan = panOf((made * 7_919) % CARDS);
    return record(request(made, { 2: pan, 4: '000000000100' }), { wire: acquirer });
  });
}

async function provision(store, wire) {
  const cards = Array.from({ length: CARDS }, (_, i) => ({
    key: wire.indexOf(panOf(i)),
    sealedPan: new Uint8Array(44),
    maskedPan: '400000******0000',
    expiry: '3012',
    status: 'active',
    record: 'r'.repeat(120),
    accountId: i + 1,
    openingMinor: 10n ** 12n,
  }));
  const start = performance.now();
  await store.createCards(cards);
  return (performance.now() - start) / 1000;
}

/** CPU of the server's connections since they were opened, µs; Linux only. */
async function serverCpuUs(database) {
  const rows = await database.query(
    "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'",
  );
  let ticks = 0;
  for (const { pid } of rows) {
    const path = `/proc/${pid}/stat`;
    if (!existsSync(path)) continue;
    const fields = readFileSync(path, 'utf8').split(') ')[1].split(' ');
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks * 10_000;
}

async function measure(under, size, database) {
  const count = Math.min(MADE_AHEAD, size === 1 ? 3_000 : MADE_AHEAD);
  const records = makeRequests(count);
  const chunks = [];
  for (let i = 0; i + size <= count; i += size) chunks.push(records.slice(i, i + size));
  const warm = Math.min(20, chunks.length >> 2);
  for (const chunk of chunks.splice(0, warm)) await under.node.onRequests(chunk);
  under.taken();
  const serverCpu = await serverCpuUs(database);
  const cpu = process.cpuUsage();
  const start = performance.now();
  let handled = 0;
  for (const chunk of chunks) {
    await under.node.onRequests(chunk);
    handled += chunk.length;
    if (performance.now() - start > SECONDS * 1000) break;
  }
  const wallUs = (performance.now() - start) * 1000;
  const { user, system } = process.cpuUsage(cpu);
  const serverUs = (await serverCpuUs(database)) - serverCpu;
  const approved = under.observed.filter(({ responseCode }) => responseCode === '00').length;
  if (approved !== under.observed.length) throw new Error('a request was not approved');
  under.observed.length = 0;
  under.reset();
  return {
    wallUs: wallUs / handled,
    cpuUs: (user + system) / handled,
    serverUs: serverUs / handled,
  };
}

const folder = mkdtempSync(join(tmpdir(), 'pinfold-bench-'));
const server = await startEmbeddedPostgres({ dataDir: join(folder, 'data'), log: () => undefined });
const rows = [];
const add = (name, value, unit) => {
  rows.push({ name, value, unit, baseline: null, ratio: null });
  if (!options.json) console.log(`${name.padEnd(44)} ${value.toFixed(1).padStart(10)} ${unit}`);
};
try {
  const schema = 'issuer_bank_a';
  await migrate({ url: server.url, schema, migrations: issuerMigrations });
  const database = await Database.open({ url: server.url, schema, poolSize: 4 });
  const store = new PostgresIssuerStore(database, clock);
  const under = await testNode(store, { now: clock.now, settings });
  add(`${CARDS} cards created`, await provision(store, under.wire), 's');
  for (const size of CHUNKS) {
    const { wallUs, cpuUs, serverUs } = await measure(under, size, database);
    add(`chunk of ${size}: one withdrawal, wall`, wallUs, 'µs');
    add(`chunk of ${size}: one withdrawal, JavaScript CPU`, cpuUs, 'µs');
    if (serverUs > 0) add(`chunk of ${size}: one withdrawal, PostgreSQL CPU`, serverUs, 'µs');
  }
  const { sound } = await store.ledgerSummary();
  if (!sound) throw new Error('the ledger is not sound');
  await database.close();
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
if (options.json) {
  const machine = `${cpus().length} x ${cpus()[0].model.trim()}, Node ${process.versions.node}`;
  const date = new Date().toISOString().slice(0, 10);
  console.log(JSON.stringify({ machine, date, rows }));
}

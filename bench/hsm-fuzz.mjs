/**
 * Fuzzes the device from its declarations: `npm run fuzz:hsm -- --count N [--seed S] [--json]`.
 * Half of the commands go to a hardened device, half to a legacy one; the seed replays a run.
 */
import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: {
    count: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    json: { type: 'boolean' },
  },
});
const CHUNK = 20_000;
const count = Number(options.count);
const seed = Number(options.seed);
if (!Number.isInteger(count) || count < 1 || !Number.isInteger(seed)) {
  console.error('fuzz:hsm: --count and --seed take whole numbers');
  process.exit(2);
}
const folder = new URL('..', import.meta.url).pathname;
for (const lib of ['crypto', 'pin', 'keyblock', 'emv', 'hsm']) {
  execFileSync('npx', ['nest', 'build', lib], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}
const { fuzz } = await import(new URL('../dist/libs/hsm/src/fuzz/fuzz.js', import.meta.url).href);

console.error(`fuzz:hsm: seed ${seed}, ${count} commands`);
const started = performance.now();
const totals = { seed, commands: 0, accepted: 0, refused: {}, faults: [] };
for (let done = 0, part = 0; done < count; done += CHUNK, part++) {
  const mode = part % 2 === 0 ? 'hardened' : 'legacy';
  const report = fuzz({ mode, seed: seed + part, count: Math.min(CHUNK, count - done) });
  totals.commands += report.commands;
  totals.accepted += report.accepted;
  for (const [code, times] of Object.entries(report.refused)) {
    totals.refused[code] = (totals.refused[code] ?? 0) + times;
  }
  totals.faults.push(...report.faults);
}
const seconds = Number(((performance.now() - started) / 1000).toFixed(1));
if (options.json) console.log(JSON.stringify({ ...totals, seconds }, null, 2));
else {
  const { commands, accepted, faults, refused } = totals;
  console.log(
    `${commands} commands in ${seconds} s: ${accepted} accepted, ${faults.length} faults`,
  );
  for (const [code, times] of Object.entries(refused).sort((a, b) => b[1] - a[1])) {
    console.log(`${String(times).padStart(9)} ${code}`);
  }
  for (const fault of faults) console.log(fault);
}
process.exit(totals.faults.length === 0 ? 0 : 1);

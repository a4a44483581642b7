/** Memory of the all-in-one program at half load over minutes: does it stay flat? */
import { measure } from './measure.mjs';

const MINUTE_SECONDS = 60;

/** A load of a minute each, memory after each; growth by least squares over the second half. */
export async function flatMemory(program, { minutes, seconds, say }) {
  const { half } = await measure(program, { seconds, say });
  const ratePerSecond = half.perSecond;
  const seen = [];
  let p99Ms = 0;
  for (let minute = 1; minute <= minutes; minute += 1) {
    const load = await program.load({ ratePerSecond, seconds: MINUTE_SECONDS, warmUpSeconds: 1 });
    p99Ms = Math.max(p99Ms, load.p99Ms);
    seen.push(load.memory);
    const { Node, PostgreSQL } = load.memory;
    const rate = Math.round(load.perSecond);
    say(
      `  minute ${minute}: ${rate}/s, p99 ${Math.round(load.p99Ms)} ms, Node ${Math.round(Node)} MiB, PostgreSQL ${Math.round(PostgreSQL)} MiB`,
    );
  }
  const names = Object.keys(seen[0]);
  const each = (of) => Object.fromEntries(names.map((name) => [name, of(name)]));
  const later = seen.slice(Math.floor(seen.length / 2));
  return {
    ratePerSecond,
    minutes,
    p99Ms,
    first: seen[0],
    last: seen.at(-1),
    peak: each((name) => Math.max(...seen.map((memory) => memory[name]))),
    perHour: each((name) => slope(later.map((memory) => memory[name])) * 60),
  };
}

/** Per step, of values at equal steps. */
function slope(values) {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let above = 0;
  let below = 0;
  for (const [i, value] of values.entries()) {
    above += (i - middle) * (value - mean);
    below += (i - middle) ** 2;
  }
  return below === 0 ? 0 : above / below;
}

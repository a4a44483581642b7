/** The line per second that a running system shows: what happened at the terminals. */
import { responseOf } from '@pinfold/messages';
import type { TrafficReport } from '../../../atm/src/index.js';

const MOST_REASONS = 4;

/** `approved 24/s  declined 1 (55 wrong PIN 1)  reversed 0  p50 9 ms  p99 21 ms`. */
export function liveLine(report: TrafficReport): string {
  const { dispensed, partlyDispensed, reversed, declined, p50Ms, p99Ms } = report;
  const reasons = Object.entries(declined).sort(([, a], [, b]) => b - a);
  const all = reasons.reduce((sum, [, n]) => sum + n, 0);
  const shown = reasons
    .filter(([code]) => /^\d\d$/.test(code))
    .slice(0, MOST_REASONS)
    .map(([code, n]) => `${code} ${responseOf(code).name} ${n}`)
    .join(', ');
  const why = shown === '' ? '' : ` (${shown})`;
  const parts = [
    `approved ${String(dispensed + partlyDispensed).padStart(4)}`,
    `declined ${String(all).padStart(3)}${why}`,
    `reversed ${reversed}`,
    `p50 ${p50Ms.toFixed(0)} ms`,
    `p99 ${p99Ms.toFixed(0)} ms`,
  ];
  if (report.turnedAway > 0) parts.push(`turned away ${report.turnedAway}`);
  return parts.join('   ');
}

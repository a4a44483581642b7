/** A bus as metrics and as a health check: read when asked for, nothing per record. */
import type { Check, Metrics } from '@pinfold/platform';
import type { Bus } from './bus.js';

/** A group that has records and handles none for so long stands still. */
const STANDSTILL_MS = 60_000;

const READINGS: readonly { name: string; help: string; read: (bus: Bus) => number }[] = [
  { name: 'sent_total', help: 'records accepted', read: (bus) => bus.counts().sent },
  { name: 'delivered_total', help: 'records handled', read: (bus) => bus.counts().delivered },
  { name: 'retried_total', help: 'tries that failed', read: (bus) => bus.counts().retried },
  {
    name: 'dead_letters_total',
    help: 'records put aside',
    read: (bus) => bus.counts().deadLettered,
  },
  { name: 'dropped_total', help: 'records dropped', read: (bus) => bus.counts().dropped },
  {
    name: 'queued_count',
    help: 'records that wait in this process',
    read: (bus) => bus.depth().queued,
  },
  { name: 'waiting_count', help: 'senders that wait for room', read: (bus) => bus.depth().waiting },
  { name: 'lag_count', help: 'records that arrived and are not handled', read: lagOf },
];

/** Adds `pinfold_bus_…` to the metrics; once per bus and process. */
export function exportBusMetrics(bus: Bus, metrics: Metrics, now: () => number = Date.now): void {
  for (const { name, help, read } of READINGS)
    metrics.observed({ name: `pinfold_bus_${name}`, help, read: () => read(bus) });
  metrics.observed({
    name: 'pinfold_bus_standstill_seconds',
    help: 'longest time without progress of a group that has records',
    read: () => standstill(bus, now()).ms / 1_000,
  });
}

/** Down, with the group's name, while a group has records and handles none. */
export function busProgressCheck(
  bus: Bus,
  { limitMs = STANDSTILL_MS, now = Date.now }: { limitMs?: number; now?: () => number } = {},
): Check {
  return () => {
    const { ms, group } = standstill(bus, now());
    return ms > limitMs
      ? `group ${group} has handled nothing for ${Math.round(ms / 1_000)} s`
      : undefined;
  };
}

function lagOf(bus: Bus): number {
  return bus.lag().reduce((sum, { records }) => sum + records, 0);
}

function standstill(bus: Bus, nowMs: number): { ms: number; group: string } {
  let worst = { ms: 0, group: '' };
  for (const { group, records, lastProgressMs } of bus.lag()) {
    const ms = nowMs - lastProgressMs;
    if (records > 0 && ms > worst.ms) worst = { ms, group };
  }
  return worst;
}

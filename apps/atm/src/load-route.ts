/**
 * `POST /load`: customers at a fixed rate for a while, for load tests and benchmarks. Open loop: waiting
 * times count from the moment a customer meant to start.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ProblemError, type Route, route } from '@pinfold/platform';
import { z } from 'zod';
import type { TrafficGenerator } from './traffic/traffic-generator.js';
import type { TrafficMix } from './traffic/traffic-mix.js';
import type { TrafficReport } from './traffic/traffic-report.js';

const MOST_PER_SECOND = 50_000;
/** A request is answered within the five minutes that HTTP clients wait. */
const MOST_SECONDS = 240;
const DRAIN_MS = 20_000;
const LOOK_MS = 20;

const counts = z.record(z.string(), z.number());
const answerSchema = z.object({
  seconds: z.number(),
  dispensed: z.number(),
  partlyDispensed: z.number(),
  reversed: z.number(),
  declined: counts,
  refused: counts,
  turnedAway: z.number(),
  inside: z.number(),
  perSecond: z.number(),
  p50Ms: z.number(),
  p99Ms: z.number(),
  p999Ms: z.number(),
  maxMs: z.number(),
  cpuMsPerWithdrawal: z.number(),
  memoryMiB: z.number(),
});

/** Customers of a load test: everybody knows the PIN and asks for what there is. */
export const PLAIN_MIX: TrafficMix = {
  amounts: [{ amountMinor: 1_000n, weight: 1 }],
  wrongPinShare: 0,
  overLimitShare: 0,
  overLimitMinor: 200_000n,
};

export type CreateTraffic = (ratePerSecond: number, plain: boolean) => TrafficGenerator;

export function loadRoute(createTraffic: CreateTraffic): Route {
  let running = false;
  return route({
    method: 'POST',
    path: '/load',
    summary: 'Customers at a fixed rate for a while; the answer comes at the end',
    body: z.strictObject({
      ratePerSecond: z.number().min(0.1).max(MOST_PER_SECOND),
      seconds: z.number().min(1).max(MOST_SECONDS),
      /** Not counted. */
      warmUpSeconds: z.number().min(0).max(60).default(0),
      /** No mistyped PINs, no amounts beyond any limit. */
      plain: z.boolean().default(true),
    }),
    answer: answerSchema,
    problems: ['bad-request', 'conflict'],
    handle: async ({ body }) => {
      if (running) throw new ProblemError('conflict', 'a load is under way; wait for its end');
      running = true;
      try {
        return await runLoad(createTraffic(body.ratePerSecond, body.plain), body);
      } finally {
        running = false;
      }
    },
  });
}

async function runLoad(
  traffic: TrafficGenerator,
  o: { seconds: number; warmUpSeconds: number },
): Promise<z.input<typeof answerSchema>> {
  traffic.start();
  try {
    await sleep(o.warmUpSeconds * 1_000);
    traffic.take();
    const cpu = process.cpuUsage();
    const started = performance.now();
    await sleep(o.seconds * 1_000);
    const seconds = (performance.now() - started) / 1_000;
    const used = process.cpuUsage(cpu);
    const report = traffic.take();
    const done = finished(report);
    return {
      ...report,
      declined: { ...report.declined },
      refused: { ...report.refused },
      seconds,
      perSecond: done / seconds,
      cpuMsPerWithdrawal: done === 0 ? 0 : (used.user + used.system) / 1_000 / done,
      memoryMiB: Math.round(process.memoryUsage.rss() / 2 ** 20),
    };
  } finally {
    traffic.stop();
    await drained(traffic);
  }
}

function finished({ dispensed, partlyDispensed, reversed, declined }: TrafficReport): number {
  const refusals = Object.values(declined).reduce((sum, n) => sum + n, 0);
  return dispensed + partlyDispensed + reversed + refusals;
}

/** Customers at terminals finish before the next load begins. */
async function drained(traffic: TrafficGenerator): Promise<void> {
  const untilMs = Date.now() + DRAIN_MS;
  while (traffic.take().inside > 0 && Date.now() < untilMs) await sleep(LOOK_MS);
}

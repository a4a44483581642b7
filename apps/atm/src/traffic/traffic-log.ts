/** A line of the log for every second of traffic. */
import type { Logger } from '@pinfold/platform';
import type { TrafficGenerator } from './traffic-generator.js';

const EVERY_MS = 1_000;

export function logTraffic(traffic: TrafficGenerator, logger: Logger): { stop(): void } {
  const timer = setInterval(() => {
    const { dispensed, partlyDispensed, reversed, declined, refused, ...rest } = traffic.take();
    const sum = (counts: Readonly<Record<string, number>>) =>
      Object.values(counts).reduce((total, n) => total + n, 0);
    logger.info('traffic', {
      dispensed,
      partlyDispensed,
      reversed,
      declined: sum(declined),
      refused: sum(refused),
      ...rest,
    });
  }, EVERY_MS);
  return { stop: () => clearInterval(timer) };
}

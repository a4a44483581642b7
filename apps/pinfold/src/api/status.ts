/** `GET /status`: what runs, where, with which settings; secrets masked. */
import { describeConfiguration, type Route, route } from '@pinfold/platform';
import { z } from 'zod';

export interface StatusFacts {
  readonly mode: string;
  readonly dataDir: string;
  readonly bus: string;
  readonly database: { readonly kind: string; readonly psql: string };
  readonly ports: () => Readonly<Record<string, number>>;
  readonly devices: () => readonly {
    readonly institution: string;
    readonly state: string;
    readonly demo: string;
  }[];
  readonly terminals: () => { readonly all: number; readonly inService: number };
  readonly withdrawals: () => Readonly<Record<string, number>>;
}

const answerSchema = z.object({
  pid: z.number(),
  uptimeSeconds: z.number(),
  mode: z.string(),
  dataDir: z.string(),
  bus: z.string(),
  database: z.object({ kind: z.string(), psql: z.string() }),
  ports: z.record(z.string(), z.number()),
  devices: z.array(z.object({ institution: z.string(), state: z.string(), demo: z.string() })),
  terminals: z.object({ all: z.number(), inService: z.number() }),
  withdrawals: z.record(z.string(), z.number()),
  memoryMiB: z.number(),
  settings: z.record(z.string(), z.string()),
});

export function statusRoute(facts: StatusFacts): Route {
  return route({
    method: 'GET',
    path: '/status',
    summary: 'What runs, where, and with which settings',
    answer: answerSchema,
    handle: () => ({
      pid: process.pid,
      uptimeSeconds: Math.round(process.uptime()),
      mode: facts.mode,
      dataDir: facts.dataDir,
      bus: facts.bus,
      database: facts.database,
      ports: facts.ports(),
      devices: [...facts.devices()],
      terminals: facts.terminals(),
      withdrawals: facts.withdrawals(),
      memoryMiB: Math.round(process.memoryUsage.rss() / 2 ** 20),
      settings: Object.fromEntries(describeConfiguration().map(({ name, value }) => [name, value])),
    }),
  });
}

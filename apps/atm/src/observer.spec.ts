import { readdirSync, readFileSync } from 'node:fs';
import { WITHDRAWAL_STATES } from '@pinfold/flows';
import { createLogger, Metrics, SILENT_LOGGER } from '@pinfold/platform';
import { fleetObserver, OBSERVATIONS } from './observer.js';

/** Names that the fleet's sources observe. */
function observed(): Set<string> {
  const folder = 'libs/flows/src/atm';
  const sources = readdirSync(folder)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
    .map((file) => readFileSync(`${folder}/${file}`, 'utf8'));
  const names = [...sources.join('\n').matchAll(/observe\(\s*'([a-z-]+)'/g)].map((m) => m[1]!);
  const states = WITHDRAWAL_STATES.map((state) => `withdrawal-${state}`);
  return new Set([...names, ...states]);
}

it('the table has every observation that the fleet makes', () => {
  const names = observed();
  expect(names.size).toBeGreaterThan(10);
  expect([...names].filter((name) => !Object.hasOwn(OBSERVATIONS, name))).toEqual([]);
});

it('counts and logs by the table, and tells whoever else listens', async () => {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const logger = createLogger({ service: 't', form: 'json', level: 'info', destination });
  const metrics = new Metrics({ service: 't', process: false });
  const heard: string[] = [];
  const observe = fleetObserver({ logger, metrics, also: ({ what }) => heard.push(what) });
  observe({ at: 'atm', what: 'withdrawal-dispensed', terminal: 'ATM00001', rrn: '1' });
  observe({ at: 'atm', what: 'mac-invalid', terminal: 'ATM00001' });
  observe({ at: 'atm', what: 'never-heard-of' });
  expect(heard).toHaveLength(3);
  expect(lines.map((line) => [JSON.parse(line).level, JSON.parse(line).msg])).toEqual([
    ['warn', 'mac-invalid'],
    ['warn', 'never-heard-of'],
  ]);
  const { body } = await metrics.text();
  expect(body).toContain('what="mac-invalid"');
  expect(body).toContain('what="other"');
  expect(body).not.toContain('ATM00001');
  expect(() =>
    fleetObserver({
      logger: SILENT_LOGGER,
      metrics: new Metrics({ service: 'u', process: false }),
    }),
  ).not.toThrow();
});

import { setTimeout as sleep } from 'node:timers/promises';
import { Ticker } from './ticker.js';

it('calls again and again, never twice at once, and goes on after a failure', async () => {
  let under = 0;
  let most = 0;
  let calls = 0;
  const errors: unknown[] = [];
  const ticker = new Ticker({
    everyMs: 1,
    firstMs: 0,
    run: async () => {
      calls += 1;
      under += 1;
      most = Math.max(most, under);
      await sleep(5);
      under -= 1;
      if (calls === 2) throw new Error('once');
    },
    onError: (error) => errors.push(error),
  });
  ticker.start();
  ticker.start();
  while (calls < 4) await sleep(2);
  await ticker.stop();
  const atStop = calls;
  expect(under).toBe(0);
  await sleep(20);
  expect(calls).toBe(atStop);
  expect(most).toBe(1);
  expect(errors).toEqual([new Error('once')]);
});

import { SlowWork } from './slow-work.js';

/** A piece that ends when it is told to. */
function piece() {
  let end: (value: string) => void = () => undefined;
  let begun = false;
  const done = new Promise<string>((resolve) => {
    end = resolve;
  });
  const run = (): Promise<string> => {
    begun = true;
    return done;
  };
  return { run, end: (value: string) => end(value), begun: () => begun };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('does a few pieces at once, the others in order, and refuses those beyond its limit', async () => {
  const work = new SlowWork({ atOnce: 1, waiting: 2 });
  const pieces = [piece(), piece(), piece(), piece()];
  const outcomes = pieces.map(({ run }) => work.run(run));
  expect(outcomes[3]).toBeUndefined();
  expect(pieces.map(({ begun }) => begun())).toEqual([true, false, false, false]);
  pieces[1]!.end('two');
  pieces[0]!.end('one');
  expect(await outcomes[0]).toBe('one');
  expect(await outcomes[1]).toBe('two');
  await turn();
  expect(pieces[2]!.begun()).toBe(true);
  pieces[2]!.end('three');
  expect(await outcomes[2]).toBe('three');
});

it('goes on after a piece that failed', async () => {
  const work = new SlowWork({ atOnce: 1, waiting: 2 });
  const failed = work.run(() => Promise.reject(new Error('no primes')));
  const next = work.run(() => Promise.resolve('next'));
  await expect(failed).rejects.toThrow('no primes');
  expect(await next).toBe('next');
});

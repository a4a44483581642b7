import { WaitingRoom } from './waiting-room.js';

it('lets in as many as there are places, in order, and each once', async () => {
  const room = new WaitingRoom<number>(10);
  let free = 0;
  const take = () => (free > 0 ? free-- : undefined);
  const done: string[] = [];
  for (const name of ['a', 'b', 'c']) void room.enter(take, 1_000).then(() => done.push(name));
  room.admit();
  await Promise.resolve();
  expect(done).toEqual([]);
  free = 2;
  room.admit();
  await new Promise(setImmediate);
  expect(done).toEqual(['a', 'b']);
  expect(room.size).toBe(1);
  free = 5;
  room.admit();
  await new Promise(setImmediate);
  expect(done).toEqual(['a', 'b', 'c']);
  expect(free).toBe(4);
});

it('turns away after the time, and at once when full', async () => {
  const room = new WaitingRoom<number>(1);
  const late = room.enter(() => undefined, 20);
  await expect(room.enter(() => 1, 1_000)).resolves.toBeUndefined();
  await expect(late).resolves.toBeUndefined();
  expect(room.size).toBe(0);
  await expect(room.enter(() => 1, 0)).resolves.toBeUndefined();
  const dismissed = room.enter(() => undefined, 60_000);
  room.dismiss();
  await expect(dismissed).resolves.toBeUndefined();
});

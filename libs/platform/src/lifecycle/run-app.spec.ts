import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChildProgram } from '../testing/child-program.js';

/** A program around `start`, with a word on standard output at each turn. */
const program = (start: string, options = '') => `
  import { runApp, startHttp, lockFolder, Secret, writeReadyFile, readyDocument } from '@pinfold/platform';
  await runApp({ name: 'sample', ${options} start: async (app) => {
    const { config, logger, metrics, health, shutdown, signal, end } = app;
    const say = (line) => process.stdout.write(line + '\\n');
    for (const phase of ['servers', 'release', 'intake', 'drain']) {
      shutdown.add({ phase, name: phase, stop: () => say('stop ' + phase) });
    }
    ${start}
    say('up');
    setInterval(() => {}, 1000);
  } });
  process.stdout.write('ready\\n');
`;
const JSON_LOG = { PINFOLD_LOG: 'json' };
const run = (start: string, env: Record<string, string> = JSON_LOG, options = '') =>
  runChildProgram(program(start, options), { env });
const stops = (text: string) => text.split('\n').filter((line) => line.startsWith('stop '));
/** Lines of standard error that are for a person, not of the log. */
const said = (text: string) => text.split('\n').filter((line) => line.startsWith('sample: '));

it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'stops in order on %s, with code 0',
  async (signal) => {
    const child = run('');
    await child.line('ready');
    child.process.kill(signal);
    expect(await child.ended).toEqual({ code: 0, signal: null });
    const { stdout, stderr } = child.output();
    expect(stops(stdout)).toEqual(['stop intake', 'stop drain', 'stop release', 'stop servers']);
    expect(stderr).toContain('"clean":true,"msg":"stopped"');
  },
);

it.each([
  [
    'a bad variable',
    { PINFOLD_MODE: 'soft' },
    '',
    2,
    'sample: PINFOLD_MODE is "soft"; allowed is hardened or legacy',
  ],
  [
    'an unknown variable',
    { PINFOLD_MOD: 'legacy' },
    '',
    2,
    'sample: PINFOLD_MOD is not known; did you mean PINFOLD_MODE?',
  ],
  ['a failed start', JSON_LOG, "throw new Error('two\\nlines')", 1, 'sample: two lines'],
  [
    'a server out of reach',
    JSON_LOG,
    "await import('node:net').then(({ default: n }) => new Promise((_, no) => n.connect(1, '127.0.0.1').on('error', no)))",
    3,
    'sample: connect ECONNREFUSED 127.0.0.1:1',
  ],
  [
    'an error nobody caught',
    JSON_LOG,
    "setTimeout(() => { throw new Error('a bug') }, 20)",
    1,
    'sample: a bug',
  ],
  [
    'a rejection nobody caught',
    JSON_LOG,
    "setTimeout(() => Promise.reject(new Error('a bug')), 20)",
    1,
    'sample: a bug',
  ],
  [
    'an end with an error',
    JSON_LOG,
    "setTimeout(() => end(new Error('the database is lost')), 20)",
    1,
    'sample: the database is lost',
  ],
] as const)('ends %s with one line and its code', async (_, env, start, code, line) => {
  const child = run(start, env);
  expect((await child.ended).code).toBe(code);
  const { stdout, stderr } = child.output();
  expect(said(stderr)).toEqual([line]);
  // Whatever had begun is stopped all the same.
  expect(stops(stdout)).toHaveLength(code === 2 ? 0 : 4);
});

it('ends with code 1 and says why when a step fails or hangs', async () => {
  const child = run(`
    shutdown.add({ phase: 'drain', name: 'bus', stop: () => { throw new Error('broker gone'); } });
    shutdown.add({ phase: 'release', name: 'pool', stop: () => new Promise(() => {}), timeoutMs: 50 });
  `);
  await child.line('ready');
  child.process.kill('SIGTERM');
  expect((await child.ended).code).toBe(1);
  const { stdout, stderr } = child.output();
  expect(stderr).toMatch(/"step":"drain: bus","state":"failed","reason":"broker gone"/);
  expect(stderr).toMatch(/"step":"release: pool","state":"late","reason":"not done in 50 ms"/);
  expect(stops(stdout)).toHaveLength(4);
});

it('ends at once on a second signal', async () => {
  const child = run(
    "shutdown.add({ phase: 'intake', name: 'slow', stop: () => new Promise(() => {}), timeoutMs: 20000 });",
  );
  await child.line('ready');
  child.process.kill('SIGINT');
  await new Promise((resolve) => setTimeout(resolve, 100));
  child.process.kill('SIGINT');
  expect((await child.ended).code).toBe(1);
  expect(said(child.output().stderr)).toEqual([
    'sample: SIGINT again: ended at once; the next start recovers',
  ]);
});

it('lets a signal end a start, and stops what that start had begun', async () => {
  const child = run(`
    say('starting');
    const work = setInterval(() => {}, 1000);
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    shutdown.add({ phase: 'release', name: 'late', stop: () => say('stop late') });
  `);
  await child.line('starting');
  child.process.kill('SIGTERM');
  expect((await child.ended).code).toBe(0);
  expect(stops(child.output().stdout)).toContain('stop late');
});

it('is not ready before its start is done, nor when it stops', async () => {
  const child = run(`
    const report = async (when) => say(when + ' ' + JSON.stringify((await health.ready()).checks.program));
    await report('before');
    setTimeout(() => report('after').then(() => process.kill(process.pid, 'SIGTERM')), 50);
    shutdown.add({ phase: 'intake', name: 'look', stop: () => report('stopping') });
  `);
  expect(await child.line('before ')).toBe('{"status":"down","reason":"starting"}');
  expect(await child.line('after ')).toBe('{"status":"up"}');
  expect(await child.line('stopping ')).toBe('{"status":"down","reason":"stopping"}');
  await child.ended;
});

it('ends quietly when nobody reads its output any more', async () => {
  const child = run("setInterval(() => say('tick'), 5);");
  await child.line('tick');
  child.process.stdout?.destroy();
  expect((await child.ended).code).toBe(0);
});

it('names the process that holds the port or the data folder, with code 3', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pinfold-app-'));
  const blocker = net.createServer();
  await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
  const { port } = blocker.address() as net.AddressInfo;
  const env = { ...JSON_LOG, PINFOLD_DATA_DIR: folder, PINFOLD_HTTP_PORT: String(port) };
  const holder = run('await lockFolder(config.dataDir);', env);
  try {
    await holder.line('ready');
    const second = run('await lockFolder(config.dataDir);', env);
    expect((await second.ended).code).toBe(3);
    expect(said(second.output().stderr)[0]).toMatch(
      new RegExp(`^sample: data folder ${folder} is in use by process ${holder.pid} \\(`),
    );
    const third = run(
      "await startHttp({ port: config.httpPort, portVariable: 'PINFOLD_HTTP_PORT', logger, health, metrics, info: { title: 't', version: '1' }, token: null });",
      env,
    );
    expect((await third.ended).code).toBe(3);
    expect(said(third.output().stderr)[0]).toMatch(
      `sample: port ${port} is taken by process ${process.pid} (`,
    );
  } finally {
    holder.process.kill('SIGKILL');
    blocker.close();
    await holder.ended;
    await rm(folder, { recursive: true, force: true });
  }
});

import type { HsmJob } from '@pinfold/hsm';
import { answersReply, jobsCommands, parseAnswers, parseJobs } from './frames.js';

const macJob = (data: Uint8Array): HsmJob => ({
  command: 'GenerateMac',
  input: { key: 'token', data },
});
const request = (jobs: readonly HsmJob[]) => ({
  institution: 'acq1',
  identity: 'production',
  jobs,
});

it.each([
  ['an array', Uint8Array.of(0, 127, 255)],
  ['a Buffer, which has a JSON form of its own', Buffer.from([0, 127, 255])],
  ['a part of a larger one', Buffer.from([9, 0, 127, 255, 9]).subarray(1, 4)],
])('carries bytes there and back: %s', (_, bytes) => {
  const [frame] = jobsCommands(request([macJob(bytes)]));
  const read = parseJobs(frame!.command);
  expect(read).toMatchObject({ institution: 'acq1', identity: 'production' });
  expect(read!.jobs[0]!.input).toEqual({ key: 'token', data: Uint8Array.of(0, 127, 255) });
  const reply = answersReply([{ ok: true, value: { mac: bytes } }]);
  expect(parseAnswers(reply, 1)).toEqual([
    { ok: true, value: { mac: Uint8Array.of(0, 127, 255) } },
  ]);
});

it('divides a large batch, in order', () => {
  const jobs = Array.from({ length: 150 }, (_, i) => macJob(Uint8Array.of(i)));
  const frames = jobsCommands(request(jobs));
  expect(frames.length).toBeGreaterThan(1);
  const read = frames.flatMap(({ command }) => parseJobs(command)!.jobs);
  expect(read).toEqual(jobs);
});

it.each([
  'PJ',
  'PJacq1;production;',
  'PJacq1;production;{}',
  'PJacq1;production;[1]',
  'PKacq1;a;[]',
])('reads %s as no batch', (text) => expect(parseJobs(text)).toBeUndefined());

it.each([
  ['PK41', 1, '41'],
  ['PK00[', 1, '41'],
  ['PK00[]', 1, '41'],
  ['XX00[]', 0, '41'],
  ['PK17', 1, '17'],
])('reads the reply %s for %i jobs as %s', (reply, count, code) => {
  expect(parseAnswers(reply, count)).toBe(code);
});

/**
 * The device's own commands over the framing of the host port: command `PJ`, whose letters no
 * payShield command has. It carries a batch of jobs to a device of this kind (libs/hsm), not host
 * commands.
 *
 *   PJ institution ; identity ; jobs        reply   PK 00 answers
 *
 * Jobs and answers are JSON in ASCII, bytes written as {"$bytes": base64}. Codes: 15 not readable, 17
 * institution or identity not served here, 41 the device does not answer.
 */
import type { HsmJob } from '@pinfold/hsm';
import type { HsmAnswer } from '../port.js';
import { REPEATABLE } from './retry-safety.js';

export const JOBS_COMMAND = 'PJ';
export const JOBS_REPLY = 'PK';
/** Frames of this port; the length field holds no more. */
export const JOBS_FRAME_BYTES = 65_535;
/** Jobs in one frame, and characters of their JSON. */
export const JOBS_PER_FRAME = 64;
const CHARACTERS_PER_FRAME = 48_000;

export interface JobsRequest {
  readonly institution: string;
  readonly identity: string;
  readonly jobs: readonly HsmJob[];
}

/** A command (without header), and where the answers to its jobs belong. */
export interface JobsFrame {
  readonly command: string;
  readonly places: readonly number[];
  /** Whether another device may get it when no answer came. */
  readonly repeatable: boolean;
}

/**
 * As few frames as limits allow, each in the order of its jobs. What must not be repeated goes in frames
 * of its own, so that the rest can go to another device.
 */
export function jobsCommands(request: JobsRequest): JobsFrame[] {
  const { jobs } = request;
  const places = [...jobs.keys()];
  return [true, false].flatMap((repeatable) =>
    framesOf(
      request,
      places.filter((place) => REPEATABLE.has(jobs[place]!.command) === repeatable),
      repeatable,
    ),
  );
}

function framesOf(
  { institution, identity, jobs }: JobsRequest,
  places: readonly number[],
  repeatable: boolean,
): JobsFrame[] {
  const head = `${JOBS_COMMAND}${institution};${identity};`;
  const frames: JobsFrame[] = [];
  let texts: string[] = [];
  let inside: number[] = [];
  let size = 0;
  const flush = () => {
    if (inside.length === 0) return;
    frames.push({ command: `${head}[${texts.join(',')}]`, places: inside, repeatable });
    texts = [];
    inside = [];
    size = 0;
  };
  for (const place of places) {
    const text = toJson(jobs[place]);
    if (inside.length >= JOBS_PER_FRAME || size + text.length > CHARACTERS_PER_FRAME) flush();
    texts.push(text);
    inside.push(place);
    size += text.length + 1;
  }
  flush();
  return frames;
}

/** Reads a command without header; undefined for what is not one. */
export function parseJobs(command: string): JobsRequest | undefined {
  const match = /^PJ([a-z0-9-]{1,32});([a-z0-9-]{1,32});(\[.*\])$/s.exec(command);
  const jobs = match === null ? undefined : fromJson(match[3]!);
  if (match === null || !Array.isArray(jobs) || jobs.length > JOBS_PER_FRAME) return undefined;
  const sound = jobs.every(
    (job) => typeof job === 'object' && job !== null && typeof job.command === 'string',
  );
  return sound ? { institution: match[1]!, identity: match[2]!, jobs } : undefined;
}

export const answersReply = (answers: readonly HsmAnswer[]): string =>
  `${JOBS_REPLY}00[${answers.map(toJson).join(',')}]`;

/** The answers of a reply, or its error code. */
export function parseAnswers(reply: string, count: number): HsmAnswer[] | string {
  const code = reply.slice(2, 4);
  if (!reply.startsWith(JOBS_REPLY) || code !== '00') return code === '00' ? '41' : code;
  const answers = fromJson(reply.slice(4));
  return Array.isArray(answers) && answers.length === count ? (answers as HsmAnswer[]) : '41';
}

/** Looks at the member itself: a Buffer has become something else by the time `each` is handed over. */
function bytesAsBase64(this: Record<string, unknown>, name: string, each: unknown): unknown {
  const member = this[name];
  return member instanceof Uint8Array ? { $bytes: Buffer.from(member).toString('base64') } : each;
}

function toJson(value: unknown): string {
  const json = JSON.stringify(value, bytesAsBase64);
  return json.replace(/[^\x20-\x7e]/g, escaped);
}

const escaped = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text, (name, each) => {
      if (name === '__proto__') return undefined;
      const isBytes = typeof each === 'object' && each !== null && typeof each.$bytes === 'string';
      return isBytes ? new Uint8Array(Buffer.from(each.$bytes, 'base64')) : each;
    });
  } catch {
    return undefined;
  }
}

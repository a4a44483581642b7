/**
 * A port to the devices of institutions, for a pool of HSM processes: NC and the jobs command, nothing
 * else. Sessions are of the identities that the port is opened with; who may connect is decided by the
 * loopback address or by client certificates.
 */
import {
  framesOf,
  HOST_COMMANDS,
  listenWire,
  type Messages,
  replyCodeOf,
  type WireOptions,
} from '@pinfold/host-commands';
import {
  answersReply,
  type HsmAnswer,
  type HsmClient,
  HsmUnavailable,
  JOBS_COMMAND,
  JOBS_FRAME_BYTES,
  JOBS_REPLY,
  parseJobs,
} from '@pinfold/hsm-client';
import type { Logger, Metrics } from '@pinfold/platform';

export interface DevicePortOptions {
  readonly port: number;
  readonly listen?: string;
  /** The device of an institution as one identity sees it; undefined for those that are not served. */
  readonly client: (institution: string, identity: string) => HsmClient | undefined;
  readonly tls?: WireOptions['tls'];
  readonly logger: Logger;
  readonly metrics?: Metrics;
}

export interface DevicePort {
  readonly port: number;
  readonly connections: number;
  close(): Promise<void>;
}

const HEADER = 4;
/** What NC answers: there is no LMK to check here, so the check value is zeros. */
const DIAGNOSTICS = `ND00${'0'.repeat(16)}0001-0001`;

export async function startDevicePort(options: DevicePortOptions): Promise<DevicePort> {
  const jobs = options.metrics?.counter({
    name: 'pinfold_hsm_jobs_total',
    help: 'jobs of the device answered over TCP',
  });
  return listenWire({
    port: options.port,
    listen: options.listen,
    minBytes: HEADER + 2,
    limits: { frameBytes: JOBS_FRAME_BYTES },
    tls: options.tls,
    answerLater: (messages) => answerAll(messages, options, (many) => jobs?.add({}, many)),
    report: (event) => {
      if (event !== 'connected' && event !== 'closed')
        options.logger.warn('device port', { event });
    },
  });
}

async function answerAll(
  { buffers, from, end, count: messages }: Messages,
  options: DevicePortOptions,
  count: (many: number) => void,
): Promise<Buffer> {
  const texts = from.slice(0, messages).map((at, i) => buffers[i]!.toString('latin1', at, end[i]!));
  return framesOf(
    await Promise.all(
      texts.map(async (text) => {
        const reply = await answer(text.slice(HEADER), options, count);
        return text.slice(0, HEADER) + reply;
      }),
    ),
  );
}

async function answer(
  command: string,
  options: DevicePortOptions,
  count: (many: number) => void,
): Promise<string> {
  if (command === 'NC') return DIAGNOSTICS;
  const code = command.slice(0, 2);
  if (code !== JOBS_COMMAND) return replyCodeOf(code) + (HOST_COMMANDS.has(code) ? '68' : '67');
  const request = parseJobs(command);
  if (request === undefined) return `${JOBS_REPLY}15`;
  const client = options.client(request.institution, request.identity);
  if (client === undefined) return `${JOBS_REPLY}17`;
  const answers = await answersOf(client, request.jobs, options.logger);
  if (answers === undefined) return `${JOBS_REPLY}41`;
  count(answers.length);
  const reply = answersReply(answers);
  return reply.length + HEADER > JOBS_FRAME_BYTES ? `${JOBS_REPLY}80` : reply;
}

async function answersOf(
  client: HsmClient,
  jobs: Parameters<HsmClient['execute']>[0],
  logger: Logger,
): Promise<HsmAnswer[] | undefined> {
  try {
    return await client.execute(jobs);
  } catch (error) {
    if (!(error instanceof HsmUnavailable))
      logger.error('a bug in a device command', { err: error });
    return undefined;
  }
}

/**
 * The life of a program, the same for every main: configuration, log, metrics, health; start; then signals
 * or a failure; shutdown in order; one clear line and an exit code.
 *
 *   await runApp({ name: 'switch', start: async ({ config, logger, shutdown }) => { … } });
 */
import { type Configuration, loadConfiguration } from '../config/configuration.js';
import { Health } from '../health/health.js';
import { createLogger, type Logger } from '../logging/logger.js';
import { Metrics } from '../metrics/metrics.js';
import { EXIT_CODES, exitCodeOf, oneLine } from '../process/exit-codes.js';
import { keepHeapSmall } from '../process/small-heap.js';
import { Shutdown } from './shutdown.js';

export interface AppContext {
  readonly config: Configuration;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly health: Health;
  /** Steps that end what `start` began, added as it begins. */
  readonly shutdown: Shutdown;
  /** Aborted when the end has begun: a long start should look at it. */
  readonly signal: AbortSignal;
  /** Ends the program in order, as a signal would; with an error its line and exit code are the program's. */
  end(error?: unknown): void;
}

export interface AppOptions {
  /** Before every error line: `pinfold`, `switch`. */
  readonly name: string;
  /** Resolves when everything is up; then the program is ready (check `program`). */
  readonly start: (context: AppContext) => Promise<void>;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** For the whole shutdown; default 30 s. */
  readonly shutdownLimitMs?: number;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** A start that a signal interrupts gets this long to notice. */
const START_GRACE_MS = 10_000;

/** Runs a program to its end; the process exits with its code, so the promise only ever rejects in tests. */
export async function runApp(options: AppOptions): Promise<void> {
  // The parent that started us is gone already (false; without such a parent it is undefined).
  if (process.connected === false) process.exit(EXIT_CODES.done.code);
  keepHeapSmall();
  const say = (line: string) => process.stderr.write(`${options.name}: ${line}\n`);
  let config: Configuration;
  try {
    config = loadConfiguration(options.env);
  } catch (error) {
    say(oneLine(error));
    process.exit(exitCodeOf(error));
  }
  const logger = createLogger({ service: options.name, form: config.log, level: config.logLevel });
  const metrics = new Metrics({ service: options.name });
  const health = new Health();
  const shutdown = new Shutdown(options.shutdownLimitMs);
  const abort = new AbortController();
  const program = health.gate('program');
  let started: Promise<void> = Promise.resolve();

  let ending = false;
  const end = (error?: unknown) => {
    if (ending) {
      if (error !== undefined) logger.error('failed while stopping', { err: error });
      return;
    }
    ending = true;
    program.down('stopping');
    abort.abort();
    if (error !== undefined) {
      logger.debug('ended by an error', { err: error });
      say(oneLine(error));
    }
    void finish({ started, shutdown, logger, error });
  };

  handleSignals({ end, say, isEnding: () => ending, logger });
  process.on('uncaughtException', (error) => {
    logger.fatal('a bug: an error that nobody caught', { err: error });
    end(error);
  });
  process.on('unhandledRejection', (reason) => {
    logger.fatal('a bug: a rejection that nobody caught', { err: reason });
    end(reason ?? new Error('a rejection that nobody caught'));
  });

  started = options.start({ config, logger, metrics, health, shutdown, signal: abort.signal, end });
  try {
    await started;
    if (!ending) program.up();
  } catch (error) {
    // A start that a signal interrupted may fail for that; the signal decides the code.
    if (!ending) end(error);
    else logger.debug('start was interrupted', { err: error });
  }
}

function handleSignals(o: {
  end: () => void;
  say: (line: string) => void;
  isEnding: () => boolean;
  logger: Logger;
}): void {
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (o.isEnding()) {
        o.say(`${signal} again: ended at once; the next start recovers`);
        process.exit(EXIT_CODES.failed.code);
      }
      o.logger.info('stopping', { signal });
      o.end();
    });
  }
  // Started by a parent that watches us: without it nobody would ever stop us.
  if (process.connected === true) {
    process.channel?.unref();
    process.once('disconnect', () => {
      o.logger.info('stopping', { signal: 'the parent process is gone' });
      o.end();
    });
  }
  // The reader of our output is gone (`| head`): nothing to say and nobody to tell.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') o.end();
    });
  }
}

async function finish(o: {
  started: Promise<void>;
  shutdown: Shutdown;
  logger: Logger;
  error: unknown;
}): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const grace = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, START_GRACE_MS);
  });
  await Promise.race([o.started.catch(() => undefined), grace]);
  clearTimeout(timer);
  const outcomes = await o.shutdown.run();
  const bad = outcomes.filter(({ outcome }) => outcome !== 'done');
  for (const { phase, name, outcome, tookMs, reason } of bad) {
    o.logger.error('a step of the shutdown was not done', {
      step: `${phase}: ${name}`,
      state: outcome,
      reason,
      tookMs,
    });
  }
  o.logger.info('stopped', { clean: bad.length === 0 });
  o.logger.flush();
  if (o.error !== undefined) process.exit(exitCodeOf(o.error));
  process.exit(bad.length === 0 ? EXIT_CODES.done.code : EXIT_CODES.failed.code);
}

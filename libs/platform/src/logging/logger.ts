/**
 * The log: pino, as JSON lines or for people, on standard error, so that standard output stays a
 * command's own. What a line may show is declared per field (`fields.ts`); messages are constant texts.
 */
import pino, { type DestinationStream, type Logger as PinoLogger } from 'pino';
import { prettyFactory } from 'pino-pretty';
import { type FieldTable, LOG_FIELDS, showFields } from './fields.js';

export type LogFields = Readonly<Record<string, unknown>>;
type Write = (message: string, fields?: LogFields) => void;

export interface Logger {
  readonly trace: Write;
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
  readonly fatal: Write;
  /** The same log with fields on every line. */
  child(fields: LogFields): Logger;
  /** Whether a level is written: to spare the making of a costly field. */
  enabled(level: LogLevel): boolean;
  /** Writes out what is buffered. */
  flush(): void;
}
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

export interface LoggerOptions {
  readonly service: string;
  readonly form: 'pretty' | 'json';
  readonly level: LogLevel | 'silent';
  /** Fields beside `LOG_FIELDS`; a field declared secret there stays so. */
  readonly fields?: FieldTable;
  /** Default: standard error. */
  readonly destination?: DestinationStream;
}

/** Second net under the table of fields, should a formatter ever be bypassed. */
function redactedPaths(table: FieldTable): string[] {
  return Object.keys(table)
    .filter((name) => table[name] === 'secret')
    .flatMap((name) => [name, `*.${name}`]);
}

export function createLogger(options: LoggerOptions): Logger {
  const secrets = Object.entries(LOG_FIELDS).filter(
    ([, kind]) => kind === 'secret' || kind === 'pan',
  );
  const table: FieldTable = { ...LOG_FIELDS, ...options.fields, ...Object.fromEntries(secrets) };
  const sink = options.destination ?? pino.destination({ fd: 2, sync: true });
  const colour = options.destination === undefined && process.stderr.isTTY === true;
  const destination = options.form === 'pretty' ? prettyStream(sink, colour) : sink;
  const logger = pino(
    {
      level: options.level,
      base: { service: options.service, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: (shown: unknown) => shown },
      redact: { paths: redactedPaths(table), censor: '[secret]' },
    },
    destination,
  );
  return wrap(logger, table);
}

/** Lines for people, written at once: nothing is lost when the process ends. */
function prettyStream(sink: DestinationStream, colorize: boolean): DestinationStream {
  const prettify = prettyFactory({
    colorize,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid,hostname,service',
    singleLine: true,
    errorLikeObjectKeys: [],
  });
  return { write: (line: string) => void sink.write(prettify(line) ?? line) };
}

function wrap(logger: PinoLogger, table: FieldTable): Logger {
  const write =
    (level: LogLevel): Write =>
    (message, fields) => {
      if (!logger.isLevelEnabled(level)) return;
      if (fields === undefined) logger[level](message);
      else logger[level](showFields(fields, table), message);
    };
  return {
    trace: write('trace'),
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    fatal: write('fatal'),
    child: (fields) => wrap(logger.child(showFields(fields, table)), table),
    enabled: (level) => logger.isLevelEnabled(level),
    flush: () => logger.flush(),
  };
}

/** A log that goes nowhere, for specs and tools. */
export const SILENT_LOGGER: Logger = createLogger({
  service: 'none',
  form: 'json',
  level: 'silent',
});

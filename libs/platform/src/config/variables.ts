/**
 * Every variable of the environment, once: its name, what is allowed, its default, what it means.
 * The configuration, the error lines, the docs and `doctor` read this table.
 */
import { resolve } from 'node:path';
import { z } from 'zod';
import { Secret } from '../secret/secret.js';

export interface Variable<T = unknown, D extends string | null = string | null> {
  readonly name: string;
  readonly about: string;
  /** Words for the error line and the docs. */
  readonly allowed: string;
  /** As it would be written in the environment; null: absent means something, told by `absent`. */
  readonly default: D;
  readonly absent?: string;
  /** The value is never printed. */
  readonly secret?: boolean;
  /** Parses the text of the environment. */
  readonly schema: z.ZodType<T, string>;
}

const variable = <T, const D extends string | null>(row: Variable<T, D>): Variable<T, D> => row;

const port = (name: string, fallback: number, about: string) =>
  variable({
    name,
    about,
    allowed: 'a whole number from 0 to 65535 (0: any free port)',
    default: String(fallback),
    schema: z
      .string()
      .regex(/^\d{1,5}$/)
      .transform(Number)
      .pipe(z.number().max(65_535)),
  });

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

const HOST_PORT = /^([A-Za-z0-9._-]+|\[[0-9a-fA-F:]+\]):(\d{1,5})$/;

/** `host:port,host:port`, each after `prefix`. */
const hostPorts = (prefix: string) =>
  z
    .string()
    .transform((text) => text.split(',').map((item) => item.trim()))
    .pipe(
      z.array(
        z
          .string()
          .startsWith(prefix)
          .transform((item, context): HostPort => {
            const [, host, digits] = HOST_PORT.exec(item.slice(prefix.length)) ?? [];
            const number = Number(digits);
            if (host === undefined || !(number >= 1 && number <= 65_535)) {
              context.addIssue({ code: 'custom', message: 'not host:port' });
              return z.NEVER;
            }
            return { host: host.replace(/^\[|\]$/g, ''), port: number };
          }),
      ),
    );

/** Security modules, all reached in the same way: `tcp` batches of device commands, `payshield` host commands. */
export interface HsmUrls {
  readonly protocol: 'tcp' | 'payshield';
  readonly addresses: readonly HostPort[];
}

const hsmUrls = z.string().transform((text, context): HsmUrls => {
  const protocol = text.startsWith('payshield://') ? 'payshield' : 'tcp';
  const parsed = hostPorts(`${protocol}://`).safeParse(text);
  if (parsed.success) return { protocol, addresses: parsed.data };
  context.addIssue({ code: 'custom', message: 'not URLs of one kind' });
  return z.NEVER;
});

const path = (o: { name: string; about: string; absent: string }) =>
  variable({
    ...o,
    allowed: 'a path',
    default: null,
    schema: z
      .string()
      .refine((text) => !text.includes('\0'))
      .transform((text) => resolve(text)),
  });

const wholeNumber = (o: {
  name: string;
  about: string;
  min: number;
  max: number;
  default: string;
}) =>
  variable({
    name: o.name,
    about: o.about,
    allowed: `a whole number from ${o.min} to ${o.max}`,
    default: o.default,
    schema: z
      .string()
      .regex(/^\d{1,5}$/)
      .transform(Number)
      .pipe(z.number().min(o.min).max(o.max)),
  });

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

function isPostgresUrl(text: string): boolean {
  try {
    const { protocol, hostname, searchParams } = new URL(text);
    return /^postgres(ql)?:$/.test(protocol) && (hostname !== '' || searchParams.has('host'));
  } catch {
    return false;
  }
}

export const VARIABLES = {
  dataDir: variable({
    name: 'PINFOLD_DATA_DIR',
    about: 'folder of everything that is kept: embedded database, sealed device state, API token',
    allowed: 'a path',
    default: '.pinfold',
    schema: z
      .string()
      .refine((path) => !path.includes('\0'))
      .transform((path) => resolve(path)),
  }),
  databaseUrl: variable({
    name: 'DATABASE_URL',
    about: 'PostgreSQL to use',
    allowed: 'postgres://user:password@host:port/database',
    default: null,
    absent: 'the program starts a PostgreSQL of its own in the data folder',
    secret: true,
    schema: z
      .string()
      .refine(isPostgresUrl)
      .transform((url) => Secret.of(url)),
  }),
  kafkaBrokers: variable({
    name: 'KAFKA_BROKERS',
    about: 'Kafka to use',
    allowed: 'host:port, several separated by commas',
    default: null,
    absent: 'the bus is in the process',
    schema: hostPorts(''),
  }),
  mode: variable({
    name: 'PINFOLD_MODE',
    about: 'rules of the security modules; legacy has the historical flaws, for study',
    allowed: 'hardened or legacy',
    default: 'hardened',
    schema: z.enum(['hardened', 'legacy']),
  }),
  hsmUrls: variable({
    name: 'PINFOLD_HSM_URLS',
    about:
      'security modules to use: HSM processes of this program (tcp), or payShields (payshield)',
    allowed: 'tcp://host:port or payshield://host:port, several of one kind separated by commas',
    default: null,
    absent: 'a device in the process',
    schema: hsmUrls,
  }),
  hsmTls: path({
    name: 'PINFOLD_HSM_TLS',
    about:
      'TLS to the security modules of PINFOLD_HSM_URLS: folder with client.key, client.pem and devices.pem (authorities of their certificates)',
    absent: 'no TLS',
  }),
  payshieldLmk: variable({
    name: 'PINFOLD_PAYSHIELD_LMK',
    about: 'payShields: identifier of the LMK under which the keys are',
    allowed: 'two digits',
    default: null,
    absent: 'the default LMK of the device',
    schema: z.string().regex(/^\d{2}$/),
  }),
  selfTestMinutes: variable({
    name: 'PINFOLD_SELF_TEST_MINUTES',
    about: 'how often devices test themselves while they run; PCI HSM asks for once a day',
    allowed: 'a whole number from 1 to 1440',
    default: '1440',
    schema: z
      .string()
      .regex(/^\d{1,4}$/)
      .transform(Number)
      .pipe(z.number().min(1).max(1440)),
  }),
  httpPort: port('PINFOLD_HTTP_PORT', 8080, 'health, metrics, REST with OpenAPI at /docs'),
  hostPort: port('PINFOLD_HOST_PORT', 1500, 'payShield-style host commands over TCP'),
  hostHeader: wholeNumber({
    name: 'PINFOLD_HOST_HEADER',
    about: 'host commands: characters before the command, sent back as they came',
    min: 0,
    max: 255,
    default: '4',
  }),
  hostPinField: wholeNumber({
    name: 'PINFOLD_HOST_PIN_FIELD',
    about: 'host commands: length of clear PINs and of PINs under the LMK',
    min: 5,
    max: 13,
    default: '5',
  }),
  hostSettingsOff: variable({
    name: 'PINFOLD_HOST_SETTINGS_OFF',
    about: 'host commands: security settings that do not hold, see the reference of host commands',
    allowed: 'names of settings, separated by commas',
    default: null,
    absent: 'all settings of the mode hold',
    schema: z
      .string()
      .regex(/^[a-z0-9-]+(,[a-z0-9-]+)*$/)
      .transform((text) => text.split(',')),
  }),
  hostTls: path({
    name: 'PINFOLD_HOST_TLS',
    about:
      'host commands over TLS: folder with server.key, server.pem, clients.pem (authorities of client certificates) and clients.json (what each client may do; optional)',
    absent: 'not served over TLS',
  }),
  hostTlsPort: port(
    'PINFOLD_HOST_TLS_PORT',
    1501,
    'host commands over TLS with client certificates, where PINFOLD_HOST_TLS is given',
  ),
  isoPort: port('PINFOLD_ISO_PORT', 8583, 'ISO 8583 over TCP'),
  awsPort: port('PINFOLD_AWS_PORT', 4600, 'AWS Payment Cryptography API'),
  log: variable({
    name: 'PINFOLD_LOG',
    about: 'form of the log on standard error',
    allowed: 'pretty or json',
    default: 'pretty',
    schema: z.enum(['pretty', 'json']),
  }),
  logLevel: variable({
    name: 'PINFOLD_LOG_LEVEL',
    about: 'least level that is logged',
    allowed: LOG_LEVELS.join(', '),
    default: 'info',
    schema: z.enum(LOG_LEVELS),
  }),
  seed: variable({
    name: 'PINFOLD_SEED',
    about: 'seed of demo data and tests; never of keys outside a demo',
    allowed: '1 to 64 printable characters without spaces',
    default: 'pinfold',
    secret: true,
    schema: z.string().regex(/^[!-~]{1,64}$/),
  }),
  requireServers: variable({
    name: 'PINFOLD_REQUIRE_SERVERS',
    about: 'tests that need Kafka or PostgreSQL fail instead of being skipped',
    allowed: '0 or 1',
    default: '0',
    schema: z.enum(['0', '1']).transform((text) => text === '1'),
  }),
} as const;

export type VariableKey = keyof typeof VARIABLES;

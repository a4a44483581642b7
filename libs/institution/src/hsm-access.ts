/**
 * How a program reaches its institutions' devices in production: the device in its own process, or the
 * pool that `PINFOLD_HSM_URLS` names, of this program's own devices or of payShields. One pool serves
 * all institutions of a process.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  type HsmClient,
  type HsmPool,
  jobsClient,
  measuredPool,
  payshieldClient,
  UNAVAILABLE_REASONS,
} from '@pinfold/hsm-client';
import { type AppContext, ConfigurationError, EnvironmentError } from '@pinfold/platform';
import type { OpenedKeys } from './data-keys.js';
import { hsmTlsOptions } from './hsm-tls.js';
import { IDENTITIES, type Institution } from './institution.js';
import { requireWorld } from './key-world.js';
import type { ConsolePerson } from './payshield/hand-console.js';
import type { KeyConsole } from './payshield/key-console.js';
import { lmkOf, PAYSHIELD_NAMED } from './payshield/lmk-facts.js';
import { openConsole, requireSameLmk } from './payshield/open-console.js';
import { Payshields } from './payshield/payshields.js';
import { toldClient } from './payshield/told-client.js';

export interface HsmAccess {
  /** The institution's device as its production identity sees it. */
  of(institution: Institution, keys: OpenedKeys): HsmClient;
  /** Undefined where devices are in the process. */
  readonly pool: HsmPool | undefined;
  readonly payshields: Payshields | undefined;
  /** @throws EnvironmentError where the institution's keys are not where this leads to */
  require(institution: Institution): Promise<void>;
  /**
   * The console of the payShields, for new keys of an institution; undefined where there are none.
   * @throws EnvironmentError when no payShield answers, or nobody can be asked
   */
  console(institution: Institution): Promise<KeyConsole | undefined>;
}

export interface HsmAccessOptions {
  /** Who stands at the console of payShields; without, only a test LMK gets new keys. */
  readonly person?: ConsolePerson;
}

const OPEN = new WeakMap<AppContext, HsmAccess>();
const ENVELOPES = 'payshield-envelopes';

/** The pool of a process that has opened one: for its `GET /hsm`, which is there before the pool is. */
export function poolOf(context: AppContext): HsmPool | undefined {
  return OPEN.get(context)?.pool;
}

/** Opened once for a process. */
export function openHsmAccess(context: AppContext, options: HsmAccessOptions = {}): HsmAccess {
  const known = OPEN.get(context);
  if (known !== undefined) return known;
  const access = accessOf(context, options);
  OPEN.set(context, access);
  return access;
}

function accessOf(context: AppContext, options: HsmAccessOptions): HsmAccess {
  const { config } = context;
  const { production } = IDENTITIES;
  const { hsmUrls } = config;
  const common = {
    require: async (institution: Institution) => requireWorld(institution, hsmUrls),
    console: async () => undefined,
    payshields: undefined,
  };
  if (hsmUrls?.protocol !== 'payshield' && config.payshieldLmk !== null) {
    throw new ConfigurationError(
      'PINFOLD_PAYSHIELD_LMK',
      'is for payShields: PINFOLD_HSM_URLS names none',
    );
  }
  if (hsmUrls === null && config.hsmTls !== null) {
    throw new ConfigurationError(
      'PINFOLD_HSM_TLS',
      'is for security modules: PINFOLD_HSM_URLS names none',
    );
  }
  if (hsmUrls === null) {
    return { ...common, pool: undefined, of: (institution) => institution.as(production) };
  }
  const pool = openPool(context);
  if (hsmUrls.protocol === 'payshield') return payshieldAccess(context, pool, options);
  return { ...common, pool, of: ({ id }) => jobsClient(pool, id, production.name) };
}

function openPool({ config, logger, metrics, health, shutdown }: AppContext): HsmPool {
  const { protocol: scheme, addresses } = config.hsmUrls!;
  const pool = measuredPool(metrics, {
    urls: addresses.map((address) => ({ ...address, scheme })),
    tls: hsmTlsOptions(config.hsmTls),
    observe: ({ device, event, code }) => {
      if (event === 'up' || event === 'down') {
        const reason = code === undefined ? undefined : UNAVAILABLE_REASONS[code];
        const level = event === 'up' ? 'info' : 'warn';
        logger[level](`HSM ${event}`, { address: device, code, reason });
      }
    },
  });
  health.add('ready', 'hsm pool', () => {
    const down = pool.status().every(({ state }) => state !== 'up');
    return down ? 'no device of PINFOLD_HSM_URLS answers' : undefined;
  });
  shutdown.add({ phase: 'release', name: 'hsm pool', stop: () => pool.close() });
  return pool;
}

function payshieldAccess(
  { config, logger, shutdown }: AppContext,
  pool: HsmPool,
  { person }: HsmAccessOptions,
): HsmAccess {
  const payshields = new Payshields({ pool, lmk: config.payshieldLmk });
  const folder = join(config.dataDir, ENVELOPES);
  let console: Promise<KeyConsole> | undefined;
  let found: Promise<string | undefined> | undefined;
  return {
    pool,
    payshields,
    of: (institution, keys) =>
      toldClient(clientOf(institution, { keys, pool, config }), (refusal) =>
        logger.warn('a payShield refuses', { ...refusal, name: institution.id }),
      ),
    require: async (institution) => {
      requireWorld(institution, config.hsmUrls);
      const known = institution.tokens && lmkOf(institution.tokens);
      if (known === undefined) return;
      found ??= payshields.lmkCheckValueNow();
      const checkValue = await found;
      // A pool that is down is told by readiness.
      if (checkValue !== undefined) requireSameLmk(known, checkValue);
    },
    console: ({ tokens }) => {
      if (console !== undefined) return console;
      // A person who leaves amid a key leaves envelopes.
      const burn = async () => rmSync(folder, { recursive: true, force: true });
      shutdown.add({ phase: 'release', name: 'envelopes', stop: burn });
      console = openConsole({ payshields, known: tokens && lmkOf(tokens), person, folder });
      return console;
    },
  };
}

function clientOf(
  institution: Institution,
  { keys, pool, config }: { keys: OpenedKeys; pool: HsmPool; config: AppContext['config'] },
): HsmClient {
  const { provisioned } = institution;
  const lmk = lmkOf(provisioned);
  if (lmk === undefined || keys.records === undefined) {
    throw new EnvironmentError(`the institution ${institution.id} has no keys for payShields`);
  }
  const { payshieldLmk } = config;
  return payshieldClient({
    pool,
    scheme: lmk.scheme,
    pinLength: config.hostPinField,
    local: institution.as(IDENTITIES.production),
    records: keys.records,
    ...(payshieldLmk === null ? {} : { lmk: payshieldLmk }),
    decimalisationTable: provisioned.named[PAYSHIELD_NAMED.table],
  });
}

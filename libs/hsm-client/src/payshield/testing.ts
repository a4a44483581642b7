/**
 * For the specs of the payShield client: host ports over real TCP with the published test LMKs, keys of
 * known value under them, and an institution's device at the other end that shares a zone master key.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { adjustOddParity } from '@pinfold/crypto';
import { HOST_COMMANDS, HostDevice, listenWire, type WirePort } from '@pinfold/host-commands';
import {
  fromHex,
  KEY_ROLES,
  type KeyRole,
  type LmkDevice,
  type SettingName,
  toHex,
} from '@pinfold/hsm';
import { type Bench, benchDevice } from '../../../hsm/src/testing.js';
import { until } from '../../../platform/src/testing/until.js';
import { inProcessClient } from '../in-process.js';
import { HsmPool, type PoolEvent } from '../pool/pool.js';
import type { HsmClient } from '../port.js';
import { payshieldClient } from './client.js';
import type { PayshieldOptions, RecordSeal } from './options.js';
import { type PayshieldRole, payshieldToken } from './tokens.js';

export type TestMode = 'legacy' | 'hardened';
export const TEST_MODES = ['legacy', 'hardened'] as const;

/** The LMK of a mode, and the scheme that it has. */
export const LMK_OF = {
  legacy: { lmk: '00', scheme: 'variant' },
  hardened: { lmk: '01', scheme: 'key-block' },
} as const satisfies Record<TestMode, Pick<PayshieldOptions, 'lmk' | 'scheme'>>;

const BLOCK_ROLE: Readonly<Record<PayshieldRole, { role: KeyRole; usage: string; mode: string }>> =
  {
    TPK: { role: 'tpk', usage: '71', mode: 'B' },
    TAK: { role: 'tak', usage: 'M3', mode: 'C' },
    ZPK: { role: 'zpk', usage: '72', mode: 'B' },
    ZAK: { role: 'zak', usage: 'M3', mode: 'C' },
    TMK: { role: 'tmk', usage: 'K1', mode: 'B' },
    ZMK: { role: 'zmk', usage: 'K1', mode: 'B' },
    PVK: { role: 'pvk', usage: 'V2', mode: 'C' },
  };

/** A port of one device; `host` counts what it was asked. */
export interface TestPort {
  readonly port: number;
  readonly module: LmkDevice;
  readonly host: HostDevice;
  close(): Promise<void>;
}

export interface PortOptions {
  readonly without?: readonly SettingName[];
  readonly disabled?: readonly string[];
  readonly port?: number;
  readonly pinLength?: number;
}

/** A payShield of a mode on a port of its own; those of one mode have the same LMKs. */
export async function openPort(mode: TestMode, options: PortOptions = {}): Promise<TestPort> {
  const { without, disabled, port = 0, pinLength } = options;
  const { device } = benchDevice({ mode }, `payshield ${randomBytes(8).toString('hex')}`);
  const module = device.lmk({ mode, without, pinLength });
  const host = new HostDevice({
    commands: HOST_COMMANDS,
    module,
    disabled,
    report: ({ error }) => {
      if (error !== undefined) throw error;
    },
  });
  const wire: WirePort = await listenWire({
    port,
    minBytes: 6,
    answer: (messages, replies) => host.answerMany(messages, replies),
  });
  return { port: wire.port, module, host, close: () => wire.close() };
}

/** The token of a key of known value under the default LMK of a device. */
export function knownKey(
  module: LmkDevice,
  role: PayshieldRole,
  value: Uint8Array,
  algorithm: 'T' | 'A' = 'T',
): string {
  const { defaultLmk, keys } = module;
  const { role: name, usage, mode } = BLOCK_ROLE[role];
  const attributes = { usage, algorithm, modeOfUse: mode, keyVersion: '00', exportability: 'E' };
  const scheme = defaultLmk.kind === 'key-block' ? 'S' : 'U';
  const key = keys.opened(algorithm === 'T' ? adjustOddParity(value) : value, algorithm);
  return payshieldToken(
    role,
    keys.seal(defaultLmk, key, { row: KEY_ROLES[name], scheme, attributes }),
  );
}

/** AES-256-GCM with the account number as additional data. */
export function testRecords(): RecordSeal {
  const key = randomBytes(32);
  return {
    seal: (pan, text) => {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(pan));
      const body = Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]);
      return `${toHex(iv)}.${toHex(body)}`;
    },
    open: (pan, sealed) => {
      try {
        const [iv = '', body = ''] = sealed.split('.');
        const bytes = fromHex(body);
        const decipher = createDecipheriv('aes-256-gcm', key, fromHex(iv));
        decipher.setAAD(Buffer.from(pan)).setAuthTag(bytes.subarray(-16));
        return decipher.update(bytes.subarray(0, -16), undefined, 'utf8') + decipher.final('utf8');
      } catch {
        return undefined;
      }
    },
  };
}

export interface TestWorld {
  readonly mode: TestMode;
  readonly ports: TestPort[];
  readonly pool: HsmPool;
  readonly client: HsmClient;
  readonly events: PoolEvent[];
  readonly options: PayshieldOptions;
  /** The institution's own device, which keeps the data keys. */
  readonly local: Bench;
  /** The institution at the other end. */
  readonly other: Bench;
  readonly otherClient: HsmClient;
  /** The zone master key that both ends share. */
  readonly zmk: string;
  readonly zck: string;
  token(role: PayshieldRole, value: Uint8Array, algorithm?: 'T' | 'A'): string;
  close(): Promise<void>;
}

export interface WorldOptions extends PortOptions {
  readonly ports?: number;
  readonly decimalisationTable?: string;
}

export const ATTEMPT_MS = 2_000;

/** Both ends of a zone. */
export async function openWorld(mode: TestMode, o: WorldOptions = {}): Promise<TestWorld> {
  const count = o.ports ?? 1;
  const ports = await Promise.all(Array.from({ length: count }, () => openPort(mode, o)));
  const events: PoolEvent[] = [];
  const pool = new HsmPool({
    urls: ports.map(({ port }) => ({ scheme: 'payshield', host: '127.0.0.1', port })),
    healthMs: 50,
    backOffMs: [20, 100],
    attemptMs: ATTEMPT_MS,
    observe: (event) => events.push(event),
  });
  await until(() => pool.status().every(({ state }) => state === 'up'));
  const local = benchDevice({ mode }, 'local');
  const other = benchDevice({ mode }, 'other');
  const zck = other.key('ZCK');
  const [first, second] = other.envelopes.slice(-2).map(({ component }) => component);
  const shared = first!.map((byte, i) => byte ^ second![i]!);
  const { module } = ports[0]!;
  const token: TestWorld['token'] = (role, value, algorithm) =>
    knownKey(module, role, value, algorithm);
  const options: PayshieldOptions = {
    ...LMK_OF[mode],
    pool,
    pinLength: o.pinLength,
    local: inProcessClient(local.device, local.as('production')),
    records: testRecords(),
    decimalisationTable: o.decimalisationTable,
  };
  return {
    mode,
    ports,
    pool,
    client: payshieldClient(options),
    events,
    options,
    local,
    other,
    otherClient: inProcessClient(other.device, other.as('production')),
    zck,
    zmk: token('ZMK', shared, mode === 'hardened' ? 'A' : 'T'),
    token,
    close: async () => {
      await pool.close();
      await Promise.all(ports.map((port) => port.close()));
    },
  };
}

export const random = (length: number): Uint8Array => Uint8Array.from(randomBytes(length));

/** `ok`, or the code of a refusal. */
export const codeOf = (answer: { ok: true } | { ok: false; code: string }): string =>
  answer.ok ? 'ok' : answer.code;

/** The value of the only answer. */
export async function only<T>(answers: Promise<readonly { ok: boolean }[]>): Promise<T> {
  const [answer] = (await answers) as readonly (
    | { ok: true; value: T }
    | { ok: false; code: string }
  )[];
  if (answer === undefined || !answer.ok) throw new Error(`refused: ${answer?.code}`);
  return answer.value;
}

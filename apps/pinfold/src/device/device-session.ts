/**
 * A device folder opened for one command, and the people at it. People log in with `--as`; a demo
 * device, or one that is being set up, also lets the host's own door in.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromHex, type RandomBytes, toHex } from '@pinfold/crypto';
import {
  type CommandName,
  type Device,
  type Envelope,
  type Input,
  type Mode,
  type Outcome,
  type Output,
  type Role,
  type Session,
} from '@pinfold/hsm';
import { DeviceFolder } from '@pinfold/institution';
import { EnvironmentError, FolderInUseError, type FolderLock, lockFolder } from '@pinfold/platform';
import { z } from 'zod';
import { CommandFailure, EXIT, environmentFailure, usageFailure } from '../cli/exit.js';
import { refusalLine } from './refusals.js';
import { askSecret, endSecrets } from './secrets.js';

export const random: RandomBytes = (length) => Uint8Array.from(randomBytes(length));
const KEY_FILE = 'device.key';
/** Of a device; the key first, without which the others are none. */
const FILES = [KEY_FILE, 'device.state', 'device.state.previous', 'audit.log'];

export interface FolderFlags {
  readonly folder: string;
  readonly as?: readonly string[];
  readonly envelopes?: string;
}

export interface AtDevice {
  readonly device: Device;
  readonly store: DeviceFolder;
  readonly flags: FolderFlags;
}

/** Opens the device of a folder, does the work, and keeps the state whatever happens. */
export async function atDevice<T>(
  flags: FolderFlags,
  work: (at: AtDevice) => Promise<T>,
): Promise<T> {
  if (!existsSync(join(flags.folder, KEY_FILE))) {
    throw environmentFailure(
      'NO_DEVICE',
      `${flags.folder} holds no device; 'pinfold hsm init' makes one`,
    );
  }
  const lock = await locked(flags.folder);
  try {
    const store = openFolder(flags.folder);
    try {
      return await work({ device: store.device, store, flags });
    } finally {
      store.close();
    }
  } finally {
    endSecrets();
    await lock.release();
  }
}

/** One process for one device: two would write over each other's state. */
async function locked(folder: string): Promise<FolderLock> {
  try {
    return await lockFolder(folder, 'device');
  } catch (error) {
    if (!(error instanceof FolderInUseError)) throw error;
    throw environmentFailure('DEVICE_IN_USE', error.message);
  }
}

function openFolder(folder: string): DeviceFolder {
  for (const mode of ['hardened', 'legacy'] as const) {
    try {
      return DeviceFolder.open({ folder, mode, random, log: tell });
    } catch (error) {
      const other = error instanceof EnvironmentError && error.message.includes('was made in');
      if (!other || mode === 'legacy') {
        if (error instanceof Error) throw environmentFailure('DEVICE_DAMAGED', error.message);
        throw error;
      }
    }
  }
  throw environmentFailure('DEVICE_DAMAGED', `the device in ${folder} cannot be opened`);
}

/**
 * Works at a new device as it leaves the factory: no master keys, no people. Where the work fails the
 * device is taken away again, so that it can be begun anew; a device that has keys is never touched.
 */
export async function atNewDevice<T>(
  flags: FolderFlags & { readonly mode: Mode },
  work: (at: AtDevice) => Promise<T>,
): Promise<T> {
  const { folder, mode } = flags;
  if (existsSync(join(folder, KEY_FILE))) {
    throw environmentFailure('DEVICE_EXISTS', `${folder} holds a device already`);
  }
  const lock = await locked(folder);
  const store = DeviceFolder.open({ folder, mode, random, factory: true, log: tell });
  try {
    return await work({ device: store.device, store, flags });
  } finally {
    endSecrets();
    const { masterKeyVersion } = statusOf(store.device);
    store.close();
    if (masterKeyVersion === 0) {
      for (const name of FILES) rmSync(join(folder, name), { force: true });
    }
    await lock.release();
  }
}

const tell = (line: string): void => {
  process.stderr.write(`pinfold: ${line}\n`);
};

/** A session with that role: of the people named by `--as`, or of the host's own door. */
export async function sessionOf(at: AtDevice, role: Role, dual = false): Promise<Session> {
  const { device, flags } = at;
  const people = flags.as ?? [];
  if (people.length > 0) {
    const [first, second] = await loggedIn(device, people);
    return second === undefined ? first! : device.joint(first!, second);
  }
  if (!hasOwnDoor(at)) {
    throw usageFailure(
      'LOGIN_NEEDED',
      dual ? 'name two people with --as' : `name a person with the role ${role} by --as`,
    );
  }
  const names = dual ? ['host-1', 'host-2'] : ['host-1'];
  return device.session(names.map((name) => ({ name: `${name}-${role}`, role })));
}

function hasOwnDoor({ device }: AtDevice): boolean {
  const status = statusOf(device);
  return status.demo || status.life === 'factory' || status.life === 'initialised';
}

/** A named identity at the host's own door: a custodian of a device that is being set up. */
export async function sessionAs(at: AtDevice, name: string, role: Role): Promise<Session> {
  if (hasOwnDoor(at)) return at.device.session({ name, role });
  const [session] = await loggedIn(at.device, [name]);
  return session!;
}

async function loggedIn(device: Device, people: readonly string[]): Promise<Session[]> {
  const sessions: Session[] = [];
  for (const name of people.slice(0, 2)) {
    const passphrase = await askSecret(`Passphrase of ${name}`);
    sessions.push(must('login', device.login(name, passphrase)));
  }
  return sessions;
}

export function statusOf(device: Device): Output<'Status'> {
  return must(
    'Status',
    device.execute(device.session({ name: 'status', role: 'auditor' }), 'Status', {}),
  );
}

export function run<N extends CommandName>(
  device: Device,
  session: Session,
  command: N,
  input: Input<N>,
): Output<N> {
  return must(command, device.execute(session, command, input));
}

/** The value, or the refusal as a failure of the command line. */
export function must<T>(what: string, outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw new CommandFailure(outcome.code, refusalLine(what, outcome), EXIT.refused);
}

const envelopeSchema = z.object({
  custodian: z.string(),
  ceremony: z.string(),
  index: z.number(),
  component: z.string().regex(/^([0-9A-F]{2})+$/),
});

/** Runs work whose sealed envelopes go to files, one for each custodian, readable by the owner alone. */
export async function withEnvelopeFiles<T>(
  { store, flags }: AtDevice,
  work: () => Promise<T>,
): Promise<{ value: T; files: string[] }> {
  const folder = flags.envelopes ?? 'envelopes';
  const files: string[] = [];
  const take = (envelope: Envelope): void => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { custodian, ceremony, index, component, checkValue } = envelope;
    const name = `${ceremony}-${index}-${custodian}`.replace(/[^A-Za-z0-9-]/g, '_');
    const path = join(folder, `${name}.json`);
    const content = { custodian, ceremony, index, component: toHex(component), checkValue };
    writeFileSync(path, `${JSON.stringify(content, null, 1)}\n`, { mode: 0o600 });
    files.push(path);
  };
  const value = await store.withEnvelopes(take, work);
  return { value, files };
}

/** The component in an envelope's file. */
export function readEnvelope(file: string): Uint8Array {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw environmentFailure('FILE_UNREADABLE', `${file} cannot be read`);
  }
  try {
    return fromHex(envelopeSchema.parse(JSON.parse(text)).component);
  } catch {
    throw usageFailure('ENVELOPE_INVALID', `${file} is not an envelope`);
  }
}

/** Names with commas between them. */
export function nameList(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

export function collected(text: string, before: readonly string[] = []): string[] {
  return [...before, ...nameList(text)];
}

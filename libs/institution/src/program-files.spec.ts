/** A build, signed and then spoilt: what the measurement says, and what a device in a folder does. */
import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { DeviceFolder } from './device-folder.js';
import { builtFolder, measureProgram } from './program-files.js';

let root: string;
let dist: string;
const said: string[] = [];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'pinfold-program-'));
  dist = join(root, 'dist');
  said.length = 0;
  for (const folder of ['dist/libs/hsm', 'node_modules/lru-cache']) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  writeFileSync(join(dist, 'libs/hsm/device.js'), 'export class Device {}\n');
  writeFileSync(join(dist, 'main.js'), 'start();\n');
  writeFileSync(join(root, 'node_modules/lru-cache/index.js'), 'export class LRUCache {}\n');
  sign('first');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** As the build does it. */
const { signManifest } = (await import(
  new URL('../../../scripts/manifest.mjs', import.meta.url).href
)) as { signManifest(folder: string, key: KeyObject): string };
const keys = {
  first: generateKeyPairSync('ed25519').privateKey,
  second: generateKeyPairSync('ed25519').privateKey,
};
const sign = (by: keyof typeof keys): string => signManifest(dist, keys[by]);
const open = (o: { factory?: boolean; minutes?: number } = {}) =>
  DeviceFolder.open({
    folder: join(root, 'device'),
    mode: 'hardened',
    random: (length) => Uint8Array.from(randomBytes(length)),
    integrity: () => measureProgram(dist),
    factory: o.factory,
    selfTestMinutes: o.minutes,
    log: (line) => said.push(line),
  });
const manifest = () => join(dist, 'manifest.json');

const SPOILT: [string, string, () => void][] = [
  [
    'a flipped byte',
    'changed libs/hsm/device.js',
    () => writeFileSync(join(dist, 'libs/hsm/device.js'), 'export class Devicf {}\n'),
  ],
  ['a missing file', 'missing main.js', () => rmSync(join(dist, 'main.js'))],
  [
    'a file more',
    'not of the build: libs/hsm/spy.js',
    () => writeFileSync(join(dist, 'libs/hsm/spy.js'), ''),
  ],
  [
    'a changed package',
    'changed node_modules/lru-cache/index.js',
    () => appendFileSync(join(root, 'node_modules/lru-cache/index.js'), ' '),
  ],
  ['no manifest', 'the manifest of the build is missing', () => rmSync(manifest())],
  [
    'a torn manifest',
    'the manifest of the build is damaged',
    () => writeFileSync(manifest(), '{"version":1'),
  ],
  [
    'a manifest that was written anew without the key',
    'the manifest is not signed by the key that it names',
    () => writeFileSync(manifest(), readFileSync(manifest(), 'utf8').replace('main.js', 'maim.js')),
  ],
];

it('finds a build as it was made', () => {
  expect(measureProgram(dist)).toEqual({
    intact: true,
    signer: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
});

it.each(SPOILT)('finds %s', (_, reason, spoil) => {
  spoil();
  expect(measureProgram(dist)).toEqual({ intact: false, reason });
});

it.each(SPOILT)(
  'puts a device in the error state, with %s, until it is put right',
  (_, reason, spoil) => {
    open().close();
    spoil();
    const opened = open();
    const { device } = opened;
    expect(device.life).toBe('error');
    expect(said).toContainEqual(expect.stringContaining(reason));
    const status = device.execute(device.session({ name: 'a', role: 'auditor' }), 'Status', {});
    expect(status).toMatchObject({ ok: true, value: { failedTests: ['file-integrity'] } });
    const made = device.session({ name: 'p', role: 'production' });
    expect(device.execute(made, 'GenerateWorkingKey', { usage: 'ZPK' })).toMatchObject({
      code: 'DEVICE_ERROR',
    });
    opened.close();
    rmSync(dist, { recursive: true });
    mkdirSync(join(dist, 'libs'), { recursive: true });
    sign('first');
    const again = open();
    expect(again.device.life).toBe('operational');
    again.close();
  },
);

describe('another signer', () => {
  it('is taken by a demo device, which writes it down', () => {
    open().close();
    sign('second');
    const opened = open();
    expect(opened.device.life).toBe('operational');
    opened.close();
    const signers = readFileSync(join(root, 'device/audit.log'), 'utf8').match(/program-signer/g);
    expect(signers).toHaveLength(2);
  });

  it('is refused by every other device, unless officers named it before', () => {
    const officers = ['o1', 'o2'].map((name) => ({ name, role: 'officer' }) as const);
    const first = open({ factory: true });
    expect(first.device.life).toBe('factory');
    const signer = sign('second');
    first.close();
    const refused = open();
    expect(refused.device.life).toBe('error');
    expect(said).toContainEqual(expect.stringContaining('which the device does not trust'));
    refused.close();

    sign('first');
    const own = open();
    const { device } = own;
    expect(device.execute(device.session(officers[0]!), 'TrustProgram', { signer })).toMatchObject({
      code: 'DUAL_CONTROL_REQUIRED',
    });
    expect(device.execute(device.session(officers), 'TrustProgram', { signer }).ok).toBe(true);
    own.close();
    sign('second');
    for (let i = 0; i < 2; i++) {
      const taken = open();
      expect(taken.device.life).toBe('factory');
      taken.close();
    }
  });

  it('is not got round by measuring nothing', () => {
    open({ factory: true }).close();
    const opened = DeviceFolder.open({
      folder: join(root, 'device'),
      mode: 'hardened',
      random: (length) => Uint8Array.from(randomBytes(length)),
      log: (line) => said.push(line),
    });
    expect(opened.device.life).toBe('error');
    expect(said).toContainEqual(expect.stringContaining('the program was not measured'));
    opened.close();
  });
});

describe('while the device is open', () => {
  beforeEach(() => jest.useFakeTimers({ doNotFake: ['performance'] }));
  afterEach(() => jest.useRealTimers());

  it('it tests itself every so often, and stops when a test fails', () => {
    const opened = open({ minutes: 5 });
    const { device } = opened;
    jest.advanceTimersByTime(5 * 60_000);
    expect(device.life).toBe('operational');
    const passed = () =>
      readFileSync(join(root, 'device/audit.log'), 'utf8').match(/self-test-passed/g);
    expect(passed()).toHaveLength(2);
    rmSync(join(dist, 'main.js'));
    jest.advanceTimersByTime(5 * 60_000 - 1);
    expect(device.life).toBe('operational');
    jest.advanceTimersByTime(1);
    expect(device.life).toBe('error');
    expect(said).toContainEqual(expect.stringContaining('missing main.js'));
    opened.close();
  });

  it('it does so once a day unless told otherwise', () => {
    const opened = open();
    const passed = () =>
      readFileSync(join(root, 'device/audit.log'), 'utf8').match(/self-test-passed/g);
    jest.advanceTimersByTime(24 * 3_600_000 - 1);
    expect(passed()).toHaveLength(1);
    jest.advanceTimersByTime(1);
    expect(passed()).toHaveLength(2);
    opened.close();
    expect(jest.getTimerCount()).toBe(0);
  });
});

it('knows a built program by where it runs from', () => {
  expect(builtFolder('file:///x/dist/libs/institution/src/program-files.js')).toBe('/x/dist');
  expect(builtFolder(import.meta.url)).toBeUndefined();
});

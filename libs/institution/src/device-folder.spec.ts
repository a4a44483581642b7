/** A device in a folder, through crashes: cut off, torn, or with a file missing. */
import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { verifyAudit } from '@pinfold/hsm';
import { DeviceFolder } from './device-folder.js';

let folder: string;
const said: string[] = [];
// A killed program saves nothing any more.
beforeAll(() => jest.useFakeTimers());
afterAll(() => jest.useRealTimers());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pinfold-device-'));
  said.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);
const open = () =>
  DeviceFolder.open({
    folder,
    mode: 'hardened',
    random: (length) => Uint8Array.from(randomBytes(length)),
    log: (line) => said.push(line),
  });
const officer = { name: 'officer-1', role: 'officer' } as const;
const audited = ({ device }: DeviceFolder) =>
  device.execute(device.session(officer), 'SelfTest', {});
const refused = ({ device }: DeviceFolder) =>
  device.execute(device.session(officer), 'GenerateDataKey', { context: 'x' });
const lines = () => readFileSync(at('audit.log'), 'utf8').trim().split('\n');
function checkValues({ device }: DeviceFolder): readonly string[] {
  const status = device.execute(device.session(officer), 'Status', {});
  return status.ok ? status.value.checkValues : [];
}

describe('the audit chain', () => {
  it('goes on behind entries that are later than the state', () => {
    const killed = open();
    for (let i = 0; i < 3; i += 1) expect(refused(killed).ok).toBe(false);
    const before = lines();
    const again = open();
    audited(again);
    expect(lines().slice(0, before.length)).toEqual(before);
    expect(lines().length).toBeGreaterThan(before.length);
    expect(verifyAudit(lines())).toMatchObject({ valid: true, entries: lines().length });
    expect(existsSync(at('audit.log.cut'))).toBe(false);
  });

  it('goes on also from the previous state', () => {
    const killed = open();
    refused(killed);
    killed.save();
    refused(killed);
    killed.save();
    refused(killed);
    writeFileSync(at('device.state'), 'damaged');
    open();
    expect(said).toContainEqual(expect.stringContaining('is damaged: used'));
    expect(verifyAudit(lines())).toMatchObject({ valid: true, entries: lines().length });
  });

  it.each([
    ['a torn line', '{"seq":99,"at":"20'],
    ['a line that the device did not make', `{"seq":3,"prev":"00","mac":"${'0'.repeat(64)}"}\n`],
    ['no line at all', 'garbage\n\n'],
  ])('cuts %s off and keeps it', (_, rest) => {
    refused(open());
    const before = lines();
    appendFileSync(at('audit.log'), rest);
    open();
    expect(lines().slice(0, before.length)).toEqual(before);
    expect(verifyAudit(lines())).toMatchObject({ valid: true });
    expect(readFileSync(at('audit.log.cut'), 'utf8')).toBe(rest);
    expect(said).toContainEqual(expect.stringContaining('audit.log.cut'));
  });

  it('shows it when entries were taken away', () => {
    const killed = open();
    refused(killed);
    refused(killed);
    killed.close();
    writeFileSync(at('audit.log'), `${lines().slice(0, -1).join('\n')}\n`);
    open();
    expect(said).toContainEqual(expect.stringContaining('does not hold the audit entries'));
    expect(verifyAudit(lines()).valid).toBe(false);
  });
});

describe('the state', () => {
  it('survives a crash at each step of a save', () => {
    const killed = open();
    const values = checkValues(killed);
    killed.save();
    copyFileSync(at('device.state'), at('kept'));
    // Power cut while the new state is written, and after the old one was put beside.
    writeFileSync(at('device.state.new'), 'half');
    copyFileSync(at('kept'), at('device.state.previous'));
    expect(checkValues(open())).toEqual(values);
    rmSync(at('device.state'));
    expect(checkValues(open())).toEqual(values);
  });

  it('is made anew when the folder was left before the device was finished', () => {
    open();
    rmSync(at('device.key'));
    const again = open();
    expect(again.created).toBe(true);
    expect(verifyAudit(lines())).toMatchObject({ valid: true });
    again.close();
    expect(open().created).toBe(false);
  });

  it('is never replaced by a new device when there are tokens of the old one', () => {
    open().close();
    writeFileSync(at('tokens.json'), '{}');
    rmSync(at('device.key'));
    expect(open).toThrow('device.key is missing');
  });

  it('says so when both copies are damaged', () => {
    const made = open();
    made.save();
    for (const name of ['device.state', 'device.state.previous']) writeFileSync(at(name), 'x');
    expect(open).toThrow('restore the folder from a backup');
  });
});

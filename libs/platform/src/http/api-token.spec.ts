import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '../secret/secret.js';
import { carriesToken, ensureApiToken, readApiToken, tokenFile } from './api-token.js';

const TOKEN = 'A'.repeat(43);

describe('the token', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pinfold-token-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('is made once, for the owner alone, also when many ask at once', async () => {
    const tokens = await Promise.all(Array.from({ length: 8 }, () => ensureApiToken(folder)));
    expect(new Set(tokens.map((token) => token.reveal())).size).toBe(1);
    expect((await stat(tokenFile(folder))).mode & 0o777).toBe(0o600);
    expect((await readApiToken(folder)).reveal()).toBe(tokens[0]?.reveal());
  });

  it('is closed to others when found open', async () => {
    await ensureApiToken(folder);
    await chmod(tokenFile(folder), 0o644);
    await ensureApiToken(folder);
    expect((await stat(tokenFile(folder))).mode & 0o777).toBe(0o600);
  });

  it('missing or broken is one clear line', async () => {
    await expect(readApiToken(folder)).rejects.toThrow(
      `the API token ${tokenFile(folder)} cannot be read (ENOENT)`,
    );
    await writeFile(tokenFile(folder), 'short\n');
    await expect(ensureApiToken(folder)).rejects.toThrow('holds no API token');
  });

  it('is compared whole', () => {
    const token = Secret.of(TOKEN);
    expect(carriesToken(`Bearer ${TOKEN}`, token)).toBe(true);
    expect(carriesToken(`bearer  ${TOKEN}`, token)).toBe(true);
    for (const header of [
      undefined,
      '',
      'Bearer',
      'Bearer ',
      `Bearer ${TOKEN}A`,
      `Bearer x ${TOKEN}`,
    ]) {
      expect(carriesToken(header, token)).toBe(false);
    }
  });
});

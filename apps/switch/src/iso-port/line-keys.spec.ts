/** Keys of a line's other ends: made once, in two letters, and good for both sides. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkValue, fromHex, toHex, xorBytes } from '@pinfold/crypto';
import { ACQUIRER, MemorySwitchStore } from '@pinfold/flows';
import {
  CONTEXTS,
  Institution,
  issuerTopology,
  makeDataKey,
  switchTopology,
  wireOf,
} from '@pinfold/institution';
import { issuerRequests } from '@pinfold/messages';
import type { Letter } from './letter.js';
import { provisionLineKeys } from './line-keys.js';
import { parseLines } from './lines-file.js';

const random = (length: number) => new Uint8Array(randomBytes(length));

describe('keys of lines', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'pinfold-test-'));
  const acquirer = Institution.open({
    id: ACQUIRER.id,
    dataDir,
    mode: 'hardened',
    random,
    log: () => undefined,
  });
  const store = new MemorySwitchStore();
  const lines = parseLines(
    JSON.stringify({
      acquirers: [{ name: 'one', terminals: ['ISO00001', 'ISO00002'] }],
      issuers: [
        { name: 'bank-c', host: '127.0.0.1', port: 1, cards: { prefix: '52', algorithm: 'A' } },
      ],
    }),
    { path: 'lines.json', folder: '.' },
  );
  const provision = async () => {
    const keys = await acquirer.openDataKeys();
    const terminalAlgorithm = () => 'T' as const;
    const made = await provisionLineKeys({
      ...{ lines, acquirer, keys, store, dataDir, terminalAlgorithm },
    });
    return { keys, made };
  };

  beforeAll(async () => {
    const index = await makeDataKey(acquirer, CONTEXTS.index);
    const wrapped = await makeDataKey(acquirer, CONTEXTS.vault(ACQUIRER.id, 1));
    acquirer.keepTokens({ index, vault: [{ version: 1, wrapped }], links: {}, named: {} });
  });
  afterAll(() => {
    acquirer.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('makes what is missing, with two letters for each key, and nothing the second time', async () => {
    expect((await provision()).made).toBe(3);
    expect((await provision()).made).toBe(0);
    const folder = join(dataDir, 'letters');
    const names = readdirSync(folder);
    expect(names).toHaveLength(6);
    for (const name of names) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    for (const { owner, usage, checkValue: kept } of await store.keys()) {
      const [a, b] = [1, 2].map((n) => {
        const text = readFileSync(join(folder, `${owner}.courier-${n}.json`), 'utf8');
        return JSON.parse(text) as Letter;
      }) as [Letter, Letter];
      const key = xorBytes(fromHex(a.component), fromHex(b.component));
      const how = { T: ['des', 'zeros'], A: ['aes', 'cmac'] } as const;
      const [cipher, method] = how[a.algorithm];
      expect(toHex(checkValue(key, { cipher, method }))).toBe(kept.slice(0, 6));
      expect([a.usage, a.checkValue, b.checkValue]).toEqual([usage, kept, kept]);
    }
  });

  it('gives a partner a link that the switch seals and the line opens, also after a restart', async () => {
    const before = wireOf((await provision()).keys, switchTopology(['bank-c']));
    const bytes = new TextEncoder().encode('0800');
    const topic = issuerRequests('bank-c');
    const record = before.seal({ topic, keyText: 'bank-c', bytes, correlation: '1' });
    const { keys } = await provision();
    const line = wireOf(keys, issuerTopology('bank-c'));
    // Opened, and then no whole message: the seal was good.
    expect(line.open(record)).toMatchObject({ ok: false, code: 'ISO_TRUNCATED' });
    expect(line.open({ ...record, topic: issuerRequests('bank-a') }).ok).toBe(false);
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Authority } from '../../../../test/support/certificates.js';
import { authorities, pem } from './tls-files.js';

const folder = mkdtempSync(join(tmpdir(), 'tls-files-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(text: string): string {
  const path = join(folder, 'ca.pem');
  writeFileSync(path, text);
  return path;
}

it('takes the certificate of an authority', () => {
  const { certificate } = new Authority('lines');
  expect(authorities(file(certificate))).toBe(certificate);
});

it.each([
  ['nothing', ''],
  ['a comment', '# no authority yet\n'],
  ['a damaged certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
])('refuses a list with %s: it would mean every public authority', (_, text) => {
  expect(() => authorities(file(text))).toThrow(/ca\.pem holds no certificate/);
});

it('names a file that is not there', () => {
  expect(() => pem(join(folder, 'none.pem'))).toThrow(/none\.pem cannot be read \(ENOENT\)/);
});

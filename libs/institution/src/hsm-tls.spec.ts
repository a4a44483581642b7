import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Authority } from '../../../test/support/certificates.js';
import { hsmTlsOptions } from './hsm-tls.js';

const folder = mkdtempSync(join(tmpdir(), 'hsm-tls-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('reads key, certificate and authorities, and says which file is missing or wrong', () => {
  expect(hsmTlsOptions(null)).toBeUndefined();
  expect(() => hsmTlsOptions(folder)).toThrow('PINFOLD_HSM_TLS has no client.key that can be read');
  const authority = new Authority('pinfold test');
  const [one, another] = [authority.sign('switch'), authority.sign('another')];
  const files = { key: one.key, cert: one.certificate, ca: authority.certificate };
  const write = ({ key, cert, ca }: typeof files) => {
    writeFileSync(join(folder, 'client.key'), key);
    writeFileSync(join(folder, 'client.pem'), cert);
    writeFileSync(join(folder, 'devices.pem'), ca);
  };
  const { key } = another;
  for (const wrong of [{ key }, { key: 'x' }, { cert: 'x' }, { ca: 'x' }, { ca: '' }]) {
    write({ ...files, ...wrong });
    expect(() => hsmTlsOptions(folder)).toThrow('PINFOLD_HSM_TLS has files that are no key with');
  }
  write(files);
  expect(hsmTlsOptions(folder)).toEqual(files);
});

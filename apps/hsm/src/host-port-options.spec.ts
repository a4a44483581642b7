import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfiguration } from '@pinfold/platform';
import { Authority } from '../../../test/support/certificates.js';
import { hostDeviceOptions, hostTlsOptions } from './index.js';

const folder = mkdtempSync(join(tmpdir(), 'host-tls-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('takes PIN field and settings from the environment', () => {
  const config = loadConfiguration({
    PINFOLD_MODE: 'hardened',
    PINFOLD_HOST_PIN_FIELD: '13',
    PINFOLD_HOST_SETTINGS_OFF: 'no-weak-pins,no-short-macs',
  });
  expect(hostDeviceOptions(config)).toEqual({
    mode: 'hardened',
    pinLength: 13,
    without: ['no-weak-pins', 'no-short-macs'],
  });
  expect(hostTlsOptions(config)).toBeUndefined();
});

it('refuses a setting that there is not, and names those there are', () => {
  const config = loadConfiguration({ PINFOLD_HOST_SETTINGS_OFF: 'no-weak-pin' });
  expect(() => hostDeviceOptions(config)).toThrow(
    /PINFOLD_HOST_SETTINGS_OFF names "no-weak-pin"; settings are .*no-weak-pins/,
  );
});

it('reads certificates and rights, and says which file is missing or wrong', () => {
  const config = loadConfiguration({ PINFOLD_HOST_TLS: folder, PINFOLD_HOST_TLS_PORT: '0' });
  expect(() => hostTlsOptions(config)).toThrow('PINFOLD_HOST_TLS has no server.key');
  const authority = new Authority('pinfold test');
  const [one, another] = [authority.sign('hsm'), authority.sign('another')];
  const certificates = { key: one.key, cert: one.certificate, ca: authority.certificate };
  const write = ({ key, cert, ca }: typeof certificates) => {
    writeFileSync(join(folder, 'server.key'), key);
    writeFileSync(join(folder, 'server.pem'), cert);
    writeFileSync(join(folder, 'clients.pem'), ca);
  };
  const { key } = another;
  for (const wrong of [{ key }, { key: 'x' }, { cert: 'x' }, { ca: 'x' }, { ca: '' }]) {
    write({ ...certificates, ...wrong });
    expect(() => hostTlsOptions(config)).toThrow('PINFOLD_HOST_TLS has files that are no key with');
  }
  write(certificates);
  expect(hostTlsOptions(config)).toEqual({ port: 0, certificates, clients: undefined });
  writeFileSync(join(folder, 'clients.json'), '{}');
  expect(() => hostTlsOptions(config)).toThrow('PINFOLD_HOST_TLS has a clients.json with clients');
});

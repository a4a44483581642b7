import { execFileSync } from 'node:child_process';
import { certificateRequest } from './index.js';
import { testKeys } from './testing.js';

const [privateKey] = testKeys(1);

it('is a request that OpenSSL reads and finds rightly signed', () => {
  const request = certificateRequest({ commonName: 'KRD of BANK-A', privateKey: privateKey! });
  const args = ['req', '-inform', 'DER', '-noout', '-verify', '-subject', '-nameopt', 'RFC2253'];
  const said = execFileSync('openssl', args, { input: request, stdio: 'pipe' }).toString();
  expect(said).toContain('CN=KRD of BANK-A');
});

it.each(['', 'x'.repeat(65), 'Zoë', 7 as never])('refuses the name %p', (commonName) => {
  expect(() => certificateRequest({ commonName, privateKey: privateKey! })).toThrow(
    expect.objectContaining({
      code: 'NAME_INVALID',
      message: 'commonName must be 1 to 64 printable characters',
    }),
  );
});

import { certificateRequest, MAX_COMMON_NAME } from '@pinfold/keyblock/tr34';
import { dataCommand } from '../../declare/command.js';
import { bytes, text } from '../../declare/field.js';
import { done, refusal } from '../../outcome.js';
import { rsaKey } from '../rsa/rsa-fields.js';

export const tr34CertificateRequest = dataCommand({
  name: 'Tr34CertificateRequest',
  group: 'tr34',
  title: 'asks an authority to certify an RSA key of this device for TR-34',
  source: 'RFC 2986 (PKCS #10)',
  roles: ['keyManager'],
  input: {
    rsaKey: rsaKey(),
    commonName: text('common name of the party', { min: 1, max: MAX_COMMON_NAME }),
  },
  output: { request: bytes('request in DER', { min: 256, max: 2048 }) },
  errors: ['TOKEN_INVALID'],
  rules: ['M9.one-usage'],
  run(core, { rsaKey: token, commonName }) {
    const privateKey = core.rsaKeys.open(token, 'tr34');
    if (privateKey === undefined) return refusal('TOKEN_INVALID');
    return done({ request: certificateRequest({ commonName, privateKey }) });
  },
});

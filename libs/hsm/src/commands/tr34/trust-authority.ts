import { dataCommand } from '../../declare/command.js';
import { choice } from '../../declare/field.js';
import { done, refusal } from '../../outcome.js';
import { CERTIFIES, certificate, partyName, readParty, rsaStrength } from './fields.js';

export const trustAuthority = dataCommand({
  name: 'Tr34TrustAuthority',
  group: 'tr34',
  title: 'enters the authority that certifies distributors or receivers of keys',
  source: 'ASC X9 TR-34:2019, 5; PCI PIN Security Requirements, annex A',
  roles: ['officer'],
  dual: true,
  changes: true,
  input: {
    certificate: certificate('the authority'),
    certifies: choice('whom it certifies', CERTIFIES),
  },
  output: { authority: partyName('name of the authority: the start of its SHA-256') },
  errors: ['CERTIFICATE_INVALID', 'KEY_TOO_SHORT', 'AUTHORITY_LIMIT'],
  rules: ['M16.long-modulus'],
  run(core, { certificate: der, certifies }) {
    const read = readParty(der);
    if (!read.ok) return read;
    if (!read.value.ca) return refusal('CERTIFICATE_INVALID');
    const bits = 8 * rsaStrength(read.value.publicKey).lengthBytes;
    const refused = core.policy.judge('M16.long-modulus', { bits });
    if (refused !== undefined) return refused;
    const authority = core.tr34.trust(der, certifies);
    return authority === undefined ? refusal('AUTHORITY_LIMIT') : done({ authority });
  },
});

import { dataCommand } from '../../declare/command.js';
import { optional } from '../../declare/field.js';
import { partyId } from '../../keys/tr34-trust.js';
import { done, refusal } from '../../outcome.js';
import { certificate, partyName, trustedParty } from './fields.js';

export const bindDistributor = dataCommand({
  name: 'Tr34BindDistributor',
  group: 'tr34',
  title: 'binds this receiver to the one distributor whose keys it takes from then on',
  source: 'ASC X9 TR-34:2019, 5 (bind phase), B.6',
  roles: ['officer'],
  dual: true,
  changes: true,
  input: {
    kdhCertificate: certificate('the distributor'),
    replacing: optional(partyName('name of the distributor that is given up without its token')),
  },
  output: { distributor: partyName('name of the distributor: the start of its SHA-256') },
  errors: ['CERTIFICATE_INVALID', 'CERTIFICATE_UNTRUSTED', 'ALREADY_BOUND'],
  rules: [],
  run(core, { kdhCertificate, replacing }) {
    const trusted = trustedParty(core, kdhCertificate, 'distributors');
    if (!trusted.ok) return trusted;
    const bound = core.tr34.distributor;
    const free = bound === undefined ? replacing === undefined : partyId(bound) === replacing;
    if (!free) return refusal('ALREADY_BOUND');
    core.tr34.bind(Uint8Array.from(kdhCertificate));
    return done({ distributor: partyId(kdhCertificate) });
  },
});

import { dataCommand } from '../../declare/command.js';
import { text } from '../../declare/field.js';
import { done, refusal } from '../../outcome.js';

const FINGERPRINT = /^[0-9a-f]{64}$/;

export const trustProgram = dataCommand({
  name: 'TrustProgram',
  group: 'administration',
  title: 'trusts programs of another signer, before one is installed',
  source: 'FIPS 140-3, 7.4.3.4 (software loading); PCI HSM, firmware updates',
  roles: ['officer'],
  dual: true,
  states: ['factory', 'initialised', 'operational'],
  changes: true,
  input: { signer: text("SHA-256 of the signer's public key, hexadecimal", { min: 64, max: 64 }) },
  output: {},
  errors: ['INPUT_INVALID'],
  rules: ['M17.dual-control'],
  run(core, { signer }) {
    if (!FINGERPRINT.test(signer)) return refusal('INPUT_INVALID');
    core.administration.signers.trust(signer);
    return done({});
  },
});

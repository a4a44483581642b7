import { createRebindToken, createUnbindToken } from '@pinfold/keyblock/tr34';
import { dataCommand } from '../../declare/command.js';
import { optional } from '../../declare/field.js';
import { done } from '../../outcome.js';
import { rsaKey } from '../rsa/rsa-fields.js';
import { certificate, ownParty, receiverNonce, tr34Token, trustedParty } from './fields.js';

export const releaseReceiver = dataCommand({
  name: 'Tr34ReleaseReceiver',
  group: 'tr34',
  title: 'signs the token by which this distributor sets a receiver free, or gives it to another',
  source: 'ASC X9 TR-34:2019, 5 (unbind and rebind phases), B.11, B.14',
  roles: ['keyManager'],
  dual: true,
  input: {
    rsaKey: rsaKey(),
    kdhCertificate: certificate('this distributor'),
    krdCertificate: certificate('the receiver'),
    nonce: receiverNonce(),
    newKdhCertificate: optional(certificate('the new distributor; none where it is set free')),
  },
  output: { token: tr34Token('unbind or rebind token') },
  errors: ['TOKEN_INVALID', 'CERTIFICATE_INVALID', 'CERTIFICATE_UNTRUSTED'],
  rules: ['M9.one-usage'],
  run(core, { rsaKey: token, kdhCertificate, krdCertificate, nonce, newKdhCertificate }) {
    const kdh = ownParty(core, token, kdhCertificate);
    if (!kdh.ok) return kdh;
    const receiver = trustedParty(core, krdCertificate, 'receivers');
    if (!receiver.ok) return receiver;
    const giving = { kdh: kdh.value, krdCertificate, nonce };
    if (newKdhCertificate === undefined) return done({ token: createUnbindToken(giving) });
    const next = trustedParty(core, newKdhCertificate, 'distributors');
    if (!next.ok) return next;
    return done({ token: createRebindToken({ ...giving, newKdhCertificate }) });
  },
});

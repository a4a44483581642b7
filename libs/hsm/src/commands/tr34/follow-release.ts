import { openRebindToken, openUnbindToken } from '@pinfold/keyblock/tr34';
import { dataCommand } from '../../declare/command.js';
import { choice, optional } from '../../declare/field.js';
import { partyId } from '../../keys/tr34-trust.js';
import { done, refusal } from '../../outcome.js';
import { certificate, partyName, readParty, receiverNonce, tr34Token } from './fields.js';

export const followRelease = dataCommand({
  name: 'Tr34FollowRelease',
  group: 'tr34',
  title: 'follows a token of the distributor: this receiver is free, or bound to the next one',
  source: 'ASC X9 TR-34:2019, 5 (unbind and rebind phases), B.11, B.14',
  roles: ['officer'],
  changes: true,
  input: {
    krdCertificate: certificate('this receiver'),
    token: tr34Token('unbind or rebind token'),
    nonce: receiverNonce(),
    kind: choice('what the token does', ['unbind', 'rebind']),
  },
  output: { distributor: optional(partyName('name of the new distributor')) },
  errors: ['CERTIFICATE_INVALID', 'NOT_BOUND', 'NONCE_UNKNOWN', 'KEY_TRANSPORT_INVALID'],
  rules: [],
  run(core, { krdCertificate, token, nonce, kind }) {
    const read = readParty(krdCertificate);
    if (!read.ok) return read;
    const kdhCertificate = core.tr34.distributor;
    if (kdhCertificate === undefined) return refusal('NOT_BOUND');
    if (!core.tr34.isOpen(nonce, core.now)) return refusal('NONCE_UNKNOWN');
    const trust = core.tr34.trustOf('distributors', core.now);
    const asked = { kdhCertificate, krdCertificate, trust, nonce, token };
    if (kind === 'unbind') {
      const opened = openUnbindToken(asked);
      if (!opened.ok) return refusal(opened.code);
      core.tr34.bind(undefined);
      return done({});
    }
    const opened = openRebindToken(asked);
    if (!opened.ok) return refusal(opened.code);
    core.tr34.bind(opened.value.kdhCertificate);
    return done({ distributor: partyId(opened.value.kdhCertificate) });
  },
});

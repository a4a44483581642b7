import { adjustOddParity, wipe } from '@pinfold/crypto';
import { createTr34Token, TR34_CONTENT_CIPHERS } from '@pinfold/keyblock/tr34';
import type { Core } from '../../core.js';
import { dataCommand } from '../../declare/command.js';
import { choice, optional, token } from '../../declare/field.js';
import { checkValueOf } from '../../keys/key-check.js';
import { readySlot } from '../../keys/key-store.js';
import { type Algorithm, USAGES, type UsageName, usageCode } from '../../keys/usages.js';
import { done, type Outcome, refusal } from '../../outcome.js';
import { checkValue, TRANSPORT_KEY } from '../fields.js';
import { exportability, keyVersion, optionalBlocks } from '../keyblocks/header.js';
import { rsaKey } from '../rsa/rsa-fields.js';
import {
  certificate,
  ownParty,
  receiverNonce,
  rsaStrength,
  tr34Token,
  trustedParty,
} from './fields.js';

const SLOT = readySlot({ ...TRANSPORT_KEY, part: 'key' });
/** Keys made here are no stronger than an RSA key of 3072 bits. */
const NEW_KEY_BYTES = 16;

export const sendKey = dataCommand({
  name: 'Tr34SendKey',
  group: 'tr34',
  title: 'puts a ZCK or TMK, made anew or at hand, into a token for a receiver and signs it',
  source: 'ASC X9 TR-34:2019, 5, B.8 (one pass), B.9 (two passes); PCI PIN, annex A',
  roles: ['keyManager'],
  dual: true,
  changes: true,
  input: {
    rsaKey: rsaKey(),
    kdhCertificate: certificate('this distributor'),
    krdCertificate: certificate('the receiver'),
    nonce: optional(receiverNonce()),
    key: optional(token('key to be sent; a new one is made where absent', TRANSPORT_KEY)),
    usage: optional(choice('usage of a new key; TMK where nothing is said', ['TMK', 'ZCK'])),
    algorithm: optional(choice('algorithm of a new key; A where nothing is said', ['A', 'T'])),
    keyVersion: optional(keyVersion()),
    exportability: optional(exportability()),
    blocks: optional(optionalBlocks()),
    cipher: optional(choice('cipher of the key block; aes256', TR34_CONTENT_CIPHERS)),
  },
  output: {
    key: token('the key', TRANSPORT_KEY),
    token: tr34Token('key token'),
    checkValue: checkValue(),
  },
  errors: [
    'TOKEN_INVALID',
    'CERTIFICATE_INVALID',
    'CERTIFICATE_UNTRUSTED',
    'ALGORITHM_REFUSED',
    'EXPORT_REFUSED',
    'WRAPPING_KEY_WEAK',
  ],
  rules: ['M9.one-usage', 'M12.type-bound', 'M13.exportable', 'M13.strong-wrap'],
  run(core, asked) {
    const kdh = ownParty(core, asked.rsaKey, asked.kdhCertificate);
    if (!kdh.ok) return kdh;
    const receiver = trustedParty(core, asked.krdCertificate, 'receivers');
    if (!receiver.ok) return receiver;
    const wanted = keyOf(core, asked);
    if (!wanted.ok) return wanted;
    const { bytes: key, usage, algorithm, header: facts } = wanted.value;
    const wrapping = rsaStrength(receiver.value.publicKey);
    const refused =
      core.policy.judge('M13.exportable', { exportability: facts }) ??
      core.policy.judge('M13.strong-wrap', {
        wrapping,
        wrapped: { algorithm, lengthBytes: key.length },
      });
    if (refused !== undefined) {
      wipe(key);
      return refused;
    }
    try {
      const sent = createTr34Token({
        kdh: kdh.value,
        krdCertificate: asked.krdCertificate,
        trust: core.tr34.trustOf('receivers', core.now),
        nonce: asked.nonce,
        header: {
          version: algorithm === 'A' ? 'D' : 'B',
          usage: usageCode(usage, algorithm),
          algorithm,
          modeOfUse: USAGES[usage].mode,
          keyVersion: asked.keyVersion,
          exportability: asked.exportability ?? 'N',
          blocks: (asked.blocks ?? []).map(({ id, data }) => [id, data] as const),
        },
        key,
        cipher: asked.cipher,
        random: core.random,
      });
      const held = asked.key ?? core.keys.seal(key, algorithm, { usage }).token;
      return done({ key: held, token: sent, checkValue: checkValueOf(key, algorithm) });
    } finally {
      wipe(key);
    }
  },
});

interface Sending {
  /** A copy, which the caller wipes. */
  readonly bytes: Uint8Array;
  readonly usage: UsageName;
  readonly algorithm: Algorithm;
  readonly header: 'E' | 'N';
}

/** The key at hand, or a new one. */
function keyOf(
  core: Core,
  asked: { key?: string; usage?: 'TMK' | 'ZCK'; algorithm?: 'A' | 'T' },
): Outcome<Sending> {
  if (asked.key === undefined) {
    const { usage = 'TMK', algorithm = core.policy.mode === 'legacy' ? 'T' : 'A' } = asked;
    if (algorithm === 'A' && core.policy.mode === 'legacy') return refusal('ALGORITHM_REFUSED');
    const random = Uint8Array.from(core.random(NEW_KEY_BYTES));
    const bytes = algorithm === 'T' ? adjustOddParity(random) : random;
    return done({ bytes, usage, algorithm, header: 'E' });
  }
  const held = core.keys.open(asked.key, SLOT);
  if (held === undefined) return refusal('TOKEN_INVALID');
  const { usage, algorithm, exportability: header } = held.header;
  return done({ bytes: Uint8Array.from(held.exposeBytes()), usage, algorithm, header });
}

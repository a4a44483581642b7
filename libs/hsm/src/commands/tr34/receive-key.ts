import { hasEqualHalves, isWeakDesKey, wipe } from '@pinfold/crypto';
import { type KeyBlockHeader } from '@pinfold/keyblock';
import { openTr34Token, type Tr34Freshness } from '@pinfold/keyblock/tr34';
import type { Core } from '../../core.js';
import { dataCommand } from '../../declare/command.js';
import { token } from '../../declare/field.js';
import { checkValueOf, desLetter } from '../../keys/key-check.js';
import { KEY_TYPE_NAMES } from '../../keys/key-types.js';
import {
  type Algorithm,
  USAGES,
  type UsageFacts,
  type UsageName,
  usageCode,
} from '../../keys/usages.js';
import { done, type Refusal, refusal } from '../../outcome.js';
import { checkValue, usageName } from '../fields.js';
import {
  blockUsage,
  exportability,
  headerFacts,
  keyVersion,
  modeOfUse,
  optionalBlocks,
} from '../keyblocks/header.js';
import { rsaKey } from '../rsa/rsa-fields.js';
import { certificate, ownNonce, ownParty, rsaStrength, tr34Token } from './fields.js';

/** Longest key that a token of the device takes, by algorithm of the header. */
const MOST_KEY_BYTES: Readonly<Record<string, number>> = { T: 24, D: 8, A: 32, H: 64 };

export const receiveKey = dataCommand({
  name: 'Tr34ReceiveKey',
  group: 'tr34',
  title: 'takes a key out of a token of the distributor that this receiver is bound to',
  source: 'ASC X9 TR-34:2019, 5, B.8 (one pass), B.9 (two passes)',
  roles: ['keyManager'],
  changes: true,
  input: {
    rsaKey: rsaKey(),
    krdCertificate: certificate('this receiver'),
    token: tr34Token('key token'),
    nonce: ownNonce(),
    usage: usageName(),
  },
  output: {
    key: token('key', { types: KEY_TYPE_NAMES }),
    checkValue: checkValue(),
    blockUsage: blockUsage(),
    modeOfUse: modeOfUse(),
    keyVersion: keyVersion(),
    exportability: exportability(),
    blocks: optionalBlocks(),
  },
  errors: [
    'TOKEN_INVALID',
    'CERTIFICATE_INVALID',
    'NOT_BOUND',
    'NONCE_UNKNOWN',
    'KEY_TRANSPORT_INVALID',
    'USAGE_REFUSED',
    'KEY_TOO_SHORT',
    'KEY_WEAK',
    'WRAPPING_KEY_WEAK',
  ],
  rules: [
    'M9.one-usage',
    'M9.block-of-usage',
    'M13.no-single-length',
    'M13.no-weak-key',
    'M13.strong-wrap',
  ],
  run(core, asked) {
    const krd = ownParty(core, asked.rsaKey, asked.krdCertificate);
    if (!krd.ok) return krd;
    const { distributor } = core.tr34;
    if (distributor === undefined) return refusal('NOT_BOUND');
    const { nonce, usage } = asked;
    if (nonce !== undefined && !core.tr34.isOpen(nonce, core.now)) return refusal('NONCE_UNKNOWN');
    const fresh: Tr34Freshness =
      nonce === undefined ? { newerThanMs: core.tr34.lastTimeMs } : { nonce };
    const trust = core.tr34.trustOf('distributors', core.now);
    const opened = openTr34Token({
      krd: krd.value,
      kdhCertificate: distributor,
      trust,
      token: asked.token,
      ...fresh,
    });
    // The reason is for whoever reads the library's own answer; outside there is one refusal.
    if (!opened.ok) return refusal(opened.code);
    const { key, header, timeMs } = opened.value;
    const wrapping = rsaStrength(krd.value.privateKey);
    const refused = judge(core, { key, header, usage, wrapping });
    if (refused !== undefined) {
      wipe(key);
      return refused;
    }
    if (nonce === undefined) core.tr34.took(timeMs!);
    else core.tr34.close(nonce);
    const algorithm = algorithmOf(header, key);
    // What came from another bank goes no further.
    const { token: sealed } = core.keys.seal(key, algorithm, { usage, exportability: 'N' });
    const value = checkValueOf(key, algorithm);
    wipe(key);
    const { usage: blockUse, version: _, ...facts } = headerFacts(header);
    return done({ key: sealed, checkValue: value, blockUsage: blockUse, ...facts });
  },
});

interface Case {
  readonly key: Uint8Array;
  readonly header: KeyBlockHeader;
  readonly usage: UsageName;
  readonly wrapping: { algorithm: string; lengthBytes: number };
}

/** What rules say of a key that came: its use, its length, its strength. */
function judge(core: Core, { key, header, usage, wrapping }: Case): Refusal | undefined {
  const facts: UsageFacts = USAGES[usage];
  const most = Object.hasOwn(MOST_KEY_BYTES, header.algorithm)
    ? MOST_KEY_BYTES[header.algorithm]!
    : 0;
  const algorithm = algorithmOf(header, key);
  // Keys that never travel come from nobody else either.
  const travels = facts.transport.length > 0 && facts.algorithms.includes(algorithm);
  // Untyped tokens cannot tell AES and HMAC from triple DES; the VSM had neither.
  const untyped = core.policy.mode === 'legacy' && algorithm !== 'T' && algorithm !== 'D';
  if (!travels || untyped || key.length > most) return refusal('USAGE_REFUSED');
  if (core.policy.on['M9.one-usage'] && !codesOf(usage, algorithm).includes(header.usage)) {
    return refusal('USAGE_REFUSED');
  }
  const narrow = header.modeOfUse !== facts.mode && header.modeOfUse !== 'N';
  if (core.policy.on['M9.block-of-usage'] && narrow) return refusal('USAGE_REFUSED');
  return (
    core.policy.judge('M13.no-single-length', { algorithm }) ??
    core.policy.judge('M13.no-weak-key', { weak: isWeak(key, algorithm) }) ??
    core.policy.judge('M13.strong-wrap', {
      wrapping,
      wrapped: { algorithm, lengthBytes: key.length },
    })
  );
}

/** Keys that wrap others come as K1 (key block protection) or as K0, as the samples of TR-34 have them. */
function codesOf(usage: UsageName, algorithm: Algorithm): string[] {
  const own = usageCode(usage, algorithm);
  return own === 'K1' ? ['K1', 'K0'] : [own];
}

function algorithmOf({ algorithm }: KeyBlockHeader, key: Uint8Array): Algorithm {
  return algorithm === 'T' || algorithm === 'D' ? desLetter(key.length) : (algorithm as Algorithm);
}

function isWeak(key: Uint8Array, algorithm: Algorithm): boolean {
  if (algorithm === 'T' || algorithm === 'D') return isWeakDesKey(key) || hasEqualHalves(key);
  return key.every((byte) => byte === 0);
}

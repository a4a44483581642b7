/**
 * Operations of tr34 files: opening key tokens and the tokens that bind a receiver. Certificates in
 * DER, `krdKey` in PKCS #8, all as hex; `now` and `newerThan` are dates in ISO 8601; the members of the
 * key block's header are told by name.
 */
import { createPrivateKey } from 'node:crypto';
import { toHex } from '@pinfold/crypto';
import {
  openRebindToken,
  openTr34Token,
  openUnbindToken,
  tr34NonceToken,
} from '@pinfold/keyblock/tr34';
import type { Inputs, Outputs, VectorOps } from '../types.js';

const trustOf = (c: Inputs) => ({
  authorities: [c.bytes('authority')],
  nowMs: Date.parse(c.text('now')),
});

function open(c: Inputs): Outputs {
  const privateKey = createPrivateKey({
    key: Buffer.from(c.bytes('krdKey')),
    format: 'der',
    type: 'pkcs8',
  });
  const fresh = c.has('nonce')
    ? { nonce: c.bytes('nonce') }
    : { newerThanMs: Date.parse(c.text('newerThan')) };
  const opened = openTr34Token({
    krd: { certificate: c.bytes('krdCertificate'), privateKey },
    kdhCertificate: c.bytes('kdhCertificate'),
    trust: trustOf(c),
    token: c.bytes('token'),
    ...fresh,
  });
  if (!opened.ok) return { error: true, code: opened.detail };
  return { key: toHex(opened.value.key), ...opened.value.header };
}

const bound = (c: Inputs) => ({
  kdhCertificate: c.bytes('kdhCertificate'),
  krdCertificate: c.bytes('krdCertificate'),
  trust: trustOf(c),
  nonce: c.bytes('nonce'),
  token: c.bytes('token'),
});

export const TR34_OPS: VectorOps = {
  'tr34-open': open,
  'tr34-unbind': (c) => {
    const opened = openUnbindToken(bound(c));
    return opened.ok ? { unbound: 'true' } : { error: true, code: opened.detail };
  },
  'tr34-rebind': (c) => {
    const opened = openRebindToken(bound(c));
    if (!opened.ok) return { error: true, code: opened.detail };
    return { newKdhCertificate: toHex(opened.value.kdhCertificate) };
  },
  'tr34-nonce': (c) => ({ token: toHex(tr34NonceToken(c.bytes('nonce'))) }),
};

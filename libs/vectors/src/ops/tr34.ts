/**
 * Operations of tr34 files: opening key tokens and the tokens that bind a receiver. Certificates in
 * DER, `krdKey` in PKCS #8, all as hex; `now` and `newerThan` are dates in ISO 8601; the members of the
 * key block's header are told by name.
 */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { InputError, toHex } from '@pinfold/crypto';
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

/** The last key read: the cases of a file share theirs, and reading one takes longer than using it. */
let last: { hex: string; key: KeyObject } | undefined;

function privateKeyOf(c: Inputs): KeyObject {
  const hex = c.text('krdKey');
  if (last?.hex === hex) return last.key;
  try {
    const der = { format: 'der', type: 'pkcs8' } as const;
    last = { hex, key: createPrivateKey({ key: Buffer.from(c.bytes('krdKey')), ...der }) };
  } catch {
    throw new InputError('VECTOR_INPUT', 'krdKey must be a private key in PKCS #8');
  }
  return last.key;
}

function open(c: Inputs): Outputs {
  const fresh = c.has('nonce')
    ? { nonce: c.bytes('nonce') }
    : { newerThanMs: Date.parse(c.text('newerThan')) };
  const opened = openTr34Token({
    krd: { certificate: c.bytes('krdCertificate'), privateKey: privateKeyOf(c) },
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

/**
 * Operation of tr34 files: opening a token. Certificates in DER, `krdKey` in PKCS #8, all as hex;
 * `now` is a date in ISO 8601; `header` is the key block header as text.
 */
import { createPrivateKey } from 'node:crypto';
import { toHex } from '@pinfold/crypto';
import { openTr34Token } from '@pinfold/keyblock/tr34';
import type { Inputs, Outputs, VectorOps } from '../types.js';

function open(c: Inputs): Outputs {
  const privateKey = createPrivateKey({
    key: Buffer.from(c.bytes('krdKey')),
    format: 'der',
    type: 'pkcs8',
  });
  const opened = openTr34Token({
    krd: { certificate: c.bytes('krdCertificate'), privateKey },
    kdhCertificate: c.bytes('kdhCertificate'),
    trust: { authorities: [c.bytes('authority')], nowMs: Date.parse(c.text('now')) },
    nonce: c.bytes('nonce'),
    token: c.bytes('token'),
  });
  if (!opened.ok) return { error: true, code: opened.detail };
  return { key: toHex(opened.value.key), ...opened.value.header };
}

export const TR34_OPS: VectorOps = { 'tr34-open': open };

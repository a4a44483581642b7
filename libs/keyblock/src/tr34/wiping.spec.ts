/** What a TR-34 token carries in the clear on its way is overwritten on both sides. */
import { createHash, sign } from 'node:crypto';
import { concatBytes, fromHex, toHex } from '@pinfold/crypto';
import { wipedBy } from '../../../crypto/src/testing.js';
import { OID } from './cms.js';
import { buildKeyBlock } from './enveloped.js';
import { createTr34Token, openTr34Token } from './index.js';
import { buildAttributes, buildSigned, readSigned } from './signed-data.js';
import { publicOf, testAuthority, testKeys } from './testing.js';

const [rootKey, kdhKey, krdKey] = testKeys(3);
const root = testAuthority('Root', rootKey!);
const kdh = { certificate: root.certify('KDH', publicOf(kdhKey!)), privateKey: kdhKey! };
const krd = { certificate: root.certify('KRD', publicOf(krdKey!)), privateKey: krdKey! };
const trust = { authorities: [root.certificate], nowMs: Date.UTC(2026, 6, 1) };
const nonce = new Uint8Array(16).fill(0x5a);
const key = fromHex('3F419E1CB7079442AA37474C2EFBF8B8');
const header = { version: 'D' as const, usage: 'K0', algorithm: 'A', modeOfUse: 'B' };
const random = (length: number) => new Uint8Array(length).fill(length);

const sent = { kdh, krdCertificate: krd.certificate, trust, nonce, header, key, random };
const times = (wiped: string[], secret: Uint8Array) =>
  wiped.filter((hex) => hex === toHex(secret)).length;
const block = buildKeyBlock({
  kdh: kdh.certificate,
  key,
  header: new TextEncoder().encode('D0016K0AB00N0000'),
});

it.each([
  ['aes256', 32, 16],
  ['aes192', 24, 16],
  ['tdes', 24, 8],
] as const)('%s: the content key and the key block, on both sides', (cipher, keyBytes, size) => {
  const contentKey = random(keyBytes);
  const padding = size - (block.length % size);
  const clear = concatBytes(block, new Uint8Array(padding).fill(padding));
  let token = new Uint8Array(0);
  const made = wipedBy(() => {
    token = Uint8Array.from(createTr34Token({ ...sent, cipher }));
  });
  // As bytes, and as the copy that the key object holds.
  expect(times(made, contentKey)).toBe(2);
  expect(times(made, block)).toBe(1);
  expect(times(made, clear)).toBe(1);
  const taken = { krd, kdhCertificate: kdh.certificate, trust, nonce, token };
  const opened = wipedBy(() => {
    expect(openTr34Token(taken)).toMatchObject({ ok: true });
  });
  expect(times(opened, contentKey)).toBe(2);
  expect(times(opened, clear)).toBe(1);
  expect(times(opened, key)).toBe(0);
});

it('the key of a token whose header is another than the one inside', () => {
  const { content } = readSigned(createTr34Token(sent));
  const digest = Uint8Array.from(createHash('sha256').update(content).digest());
  const contentType = OID.envelopedData;
  const other = new TextEncoder().encode('D0016K0AD00N0000');
  const attributes = buildAttributes({ contentType, digest, nonce, header: other });
  const signature = sign('sha256', attributes, kdh.privateKey);
  const token = buildSigned({
    signer: kdh.certificate,
    contentType,
    content,
    attributes,
    signature,
  });
  const wiped = wipedBy(() => {
    const taken = { krd, kdhCertificate: kdh.certificate, trust, nonce, token };
    expect(openTr34Token(taken)).toMatchObject({ detail: 'CONTENT_WRONG' });
  });
  expect(times(wiped, key)).toBe(1);
});

/** TR-34 between two devices: a distributor and a receiver, from the first certificate to the last token. */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { fromHex } from '@pinfold/crypto';
import { unwrapKeyBlock } from '@pinfold/keyblock';
import { testAuthority, testKeys } from '../../../../keyblock/src/tr34/testing.js';
import { type Bench, benchDevice, valued } from '../../testing.js';
import type { CommandName, Input } from '../index.js';

const [rootKey, otherKey] = testKeys(2);
const distributors = testAuthority('CA of distributors', rootKey!);
const receivers = testAuthority('CA of receivers', otherKey!);

/** One device, with its RSA key and certificate. */
function party(seed: string, bits: '2048' | '3072' = '2048') {
  const made = new Map<string, Uint8Array>();
  const bench: Bench = benchDevice(
    { laboratory: { keyMade: ({ token, key }) => made.set(token, key) } },
    seed,
  );
  const { device, as, clock } = bench;
  clock.time = Date.UTC(2026, 6, 1);
  const two = (role: 'officer' | 'keyManager') => device.joint(as(role, 'a'), as(role, 'b'));
  const ask = <N extends CommandName>(who: 'officer' | 'keyManager', command: N, input: Input<N>) =>
    device.execute(as(who), command, input);
  const both = <N extends CommandName>(
    who: 'officer' | 'keyManager',
    command: N,
    input: Input<N>,
  ) => device.execute(two(who), command, input);
  const own = valued(ask('keyManager', 'GenerateRsaKey', { bits, usage: 'tr34' }));
  const spki = (hex: string): KeyObject =>
    createPublicKey({ key: Buffer.from(hex, 'hex'), format: 'der', type: 'spki' });
  for (const [authority, certifies] of [
    [distributors, 'distributors'],
    [receivers, 'receivers'],
  ] as const) {
    const { certificate } = authority;
    valued(both('officer', 'Tr34TrustAuthority', { certificate, certifies }));
  }
  return { ...bench, ask, both, rsaKey: own.rsaKey, publicKey: spki(own.publicKey), made };
}

const kdh = party('kdh', '3072');
const krd = party('krd', '3072');
const kdhCertificate = distributors.certify('KDH', kdh.publicKey);
const krdCertificate = receivers.certify('KRD', krd.publicKey);
valued(krd.both('officer', 'Tr34BindDistributor', { kdhCertificate }));
const code = (value: string) => ({ ok: false, code: value });
const nonceOf = (of = krd) => valued(of.ask('keyManager', 'Tr34RandomNumber', {})).nonce;
const send = (change: object = {}) =>
  kdh.both('keyManager', 'Tr34SendKey', {
    rsaKey: kdh.rsaKey,
    kdhCertificate,
    krdCertificate,
    ...change,
  });
const receive = (token: Uint8Array, change: object = {}) =>
  krd.ask('keyManager', 'Tr34ReceiveKey', {
    rsaKey: krd.rsaKey,
    krdCertificate,
    token,
    usage: 'TMK',
    ...change,
  });

describe('a key by TR-34', () => {
  it('goes in two passes, and is the same at both ends', () => {
    const nonce = nonceOf();
    const blocks = [{ id: 'LB', data: 'ATM 1' }];
    const sent = valued(send({ nonce, keyVersion: '07', blocks }));
    const taken = valued(receive(sent.token, { nonce }));
    expect(taken).toMatchObject({
      checkValue: sent.checkValue,
      blockUsage: 'K1',
      modeOfUse: 'B',
      keyVersion: '07',
      exportability: 'N',
      blocks: expect.arrayContaining(blocks),
    });
    expect(krd.made.get(taken.key)).toEqual(kdh.made.get(sent.key));
    // It wraps keys: what the distributor puts under it, the receiver's clear key opens.
    const { key } = valued(
      kdh.device.execute(kdh.as('production'), 'GenerateWorkingKey', { usage: 'TPK' }),
    );
    const { keyBlock } = valued(
      kdh.device.execute(kdh.as('production'), 'ExportKey', { key, under: sent.key }),
    );
    const opened = unwrapKeyBlock({ kbpk: krd.made.get(taken.key)!, block: keyBlock });
    expect(opened.ok && opened.value.key).toEqual(kdh.made.get(key));
  });

  it('a random number answers one token, and for ten minutes', () => {
    const nonce = nonceOf();
    const { token } = valued(send({ nonce }));
    expect(receive(token)).toEqual(code('KEY_TRANSPORT_INVALID'));
    expect(receive(token, { nonce: new Uint8Array(16) })).toEqual(code('NONCE_UNKNOWN'));
    expect(receive(token, { nonce }).ok).toBe(true);
    expect(receive(token, { nonce })).toEqual(code('NONCE_UNKNOWN'));
    const late = nonceOf();
    const second = valued(send({ nonce: late })).token;
    krd.clock.time += 10 * 60_000;
    expect(receive(second, { nonce: late })).toEqual(code('NONCE_UNKNOWN'));
    krd.clock.time -= 10 * 60_000;
    const first = nonceOf();
    for (let i = 0; i < 16; i++) nonceOf();
    expect(receive(token, { nonce: first })).toEqual(code('NONCE_UNKNOWN'));
  });

  it('goes in one pass, each token newer than the last, also after a restart', () => {
    const { token } = valued(send());
    expect(receive(token).ok).toBe(true);
    expect(receive(token)).toEqual(code('KEY_TRANSPORT_INVALID'));
    const again = krd.device.clone();
    const asked = { rsaKey: krd.rsaKey, krdCertificate, token, usage: 'TMK' } as const;
    const who = again.session({ name: 'k', role: 'keyManager' });
    expect(again.execute(who, 'Tr34ReceiveKey', asked)).toEqual(code('KEY_TRANSPORT_INVALID'));
    kdh.clock.time += 1000;
    const next = valued(send()).token;
    expect(again.execute(who, 'Tr34ReceiveKey', { ...asked, token: next }).ok).toBe(true);
    kdh.clock.time -= 1000;
  });

  it('every truncation and every flipped bit of a token is refused', () => {
    const nonce = nonceOf();
    const { token } = valued(send({ nonce }));
    for (let at = 64; at < token.length; at += 37) {
      expect(receive(token.slice(0, at), { nonce })).toEqual(code('KEY_TRANSPORT_INVALID'));
    }
    for (let at = 0; at < token.length; at += 7) {
      const bad = Uint8Array.from(token);
      // Version 1 and 3 of the signed data are one bit apart, are both right, and not signed.
      bad[at]! ^= at === 25 ? 4 : 1 << (at % 8);
      expect(receive(bad, { nonce })).toEqual(code('KEY_TRANSPORT_INVALID'));
    }
    expect(receive(token, { nonce }).ok).toBe(true);
  });
});

describe('rules of TR-34', () => {
  it('no key is stronger than the RSA key that carries it', () => {
    const weaker = party('weaker');
    const own = receivers.certify('KRD 2', weaker.publicKey);
    expect(send({ krdCertificate: own })).toMatchObject({ rule: 'M13.strong-wrap' });
    expect(send({ krdCertificate: own, algorithm: 'T' }).ok).toBe(true);
    const strong = kdh.key('TMK');
    expect(send({ key: strong })).toMatchObject({ rule: 'M13.strong-wrap' });
    const weak = kdh.key('TMK', { algorithm: 'T' });
    const sent = valued(send({ key: weak }));
    expect(sent.key).toBe(weak);
  });

  it('only ZCK and TMK go, only under dual control, only by the key of the certificate', () => {
    const pvk = kdh.key('P', { usage: 'PVK' });
    expect(send({ key: pvk })).toMatchObject(code('TOKEN_INVALID'));
    expect(
      kdh.ask('keyManager', 'Tr34SendKey', { rsaKey: kdh.rsaKey, kdhCertificate, krdCertificate }),
    ).toMatchObject(code('DUAL_CONTROL_REQUIRED'));
    expect(send({ kdhCertificate: krdCertificate })).toMatchObject(code('CERTIFICATE_INVALID'));
    expect(send({ krdCertificate: kdhCertificate })).toMatchObject(code('CERTIFICATE_UNTRUSTED'));
    expect(send({ krdCertificate: new Uint8Array(200) })).toMatchObject(
      code('CERTIFICATE_INVALID'),
    );
    const sign = valued(kdh.ask('keyManager', 'GenerateRsaKey', { bits: '2048', usage: 'sign' }));
    expect(send({ rsaKey: sign.rsaKey })).toMatchObject(code('TOKEN_INVALID'));
    expect(
      kdh.device.execute(kdh.as('production'), 'RsaSign', {
        rsaKey: kdh.rsaKey,
        padding: 'pkcs1',
        data: new Uint8Array(4),
      }),
    ).toMatchObject(code('TOKEN_INVALID'));
  });

  it('what comes is held to its usage, and goes no further', () => {
    const nonce = nonceOf();
    const { token } = valued(send({ nonce, usage: 'ZCK' }));
    for (const usage of ['BDK', 'ZPK', 'STOREDPIN', 'MACSTATE', 'KEK']) {
      expect(receive(token, { nonce, usage })).toEqual(code('USAGE_REFUSED'));
    }
    const { key } = valued(receive(token, { nonce, usage: 'ZCK' }));
    const under = krd.key('ZCK');
    expect(krd.device.execute(krd.as('production'), 'ExportKey', { key, under })).toMatchObject({
      rule: 'M13.exportable',
    });
  });

  it('authorities are entered by two officers, and count for what they certify', () => {
    const { certificate } = distributors;
    const enter = { certificate, certifies: 'receivers' } as const;
    expect(krd.ask('officer', 'Tr34TrustAuthority', enter)).toMatchObject(
      code('DUAL_CONTROL_REQUIRED'),
    );
    expect(krd.ask('keyManager', 'Tr34TrustAuthority', enter)).toMatchObject(code('ROLE_REFUSED'));
    const leaf = { certificate: kdhCertificate, certifies: 'receivers' } as const;
    expect(krd.both('officer', 'Tr34TrustAuthority', leaf)).toEqual(code('CERTIFICATE_INVALID'));
    const weak = testAuthority('Weak', testKeys(1, 1024)[0]!);
    const short = { certificate: weak.certificate, certifies: 'receivers' } as const;
    expect(krd.both('officer', 'Tr34TrustAuthority', short)).toMatchObject({
      rule: 'M16.long-modulus',
    });
    const device = party('authorities');
    for (let i = 0; i < 14; i++) {
      const one = {
        certificate: testAuthority(`CA ${i}`, rootKey!).certificate,
        certifies: 'receivers',
      } as const;
      valued(device.both('officer', 'Tr34TrustAuthority', one));
    }
    const more = {
      certificate: testAuthority('CA 15', rootKey!).certificate,
      certifies: 'receivers',
    } as const;
    expect(device.both('officer', 'Tr34TrustAuthority', more)).toEqual(code('AUTHORITY_LIMIT'));
    expect(device.ask('officer', 'Tr34DistrustAuthority', { authority: '0'.repeat(16) })).toEqual(
      code('AUTHORITY_UNKNOWN'),
    );
  });
});

describe('binding', () => {
  const other = party('kdh 2');
  const otherCertificate = distributors.certify('KDH 2', other.publicKey);
  const own = party('krd 3');
  const ownCertificate = receivers.certify('KRD 3', own.publicKey);
  const bind = (input: Input<'Tr34BindDistributor'>) =>
    own.both('officer', 'Tr34BindDistributor', input);
  const release = (nonce: Uint8Array, change: object = {}) =>
    valued(
      kdh.both('keyManager', 'Tr34ReleaseReceiver', {
        rsaKey: kdh.rsaKey,
        kdhCertificate,
        krdCertificate: ownCertificate,
        nonce,
        ...change,
      }),
    ).token;
  const follow = (kind: 'unbind' | 'rebind', nonce: Uint8Array, token: Uint8Array) =>
    own.ask('officer', 'Tr34FollowRelease', { krdCertificate: ownCertificate, token, nonce, kind });

  it('keys come from one distributor alone, until it gives the receiver up', () => {
    const asked = { rsaKey: own.rsaKey, krdCertificate: ownCertificate, usage: 'TMK' } as const;
    const { token } = valued(send({ krdCertificate: ownCertificate, algorithm: 'T' }));
    const take = () => own.ask('keyManager', 'Tr34ReceiveKey', { ...asked, token });
    expect(take()).toEqual(code('NOT_BOUND'));
    expect(follow('unbind', new Uint8Array(16), token)).toEqual(code('NOT_BOUND'));
    expect(bind({ kdhCertificate: ownCertificate })).toEqual(code('CERTIFICATE_UNTRUSTED'));
    const { distributor } = valued(bind({ kdhCertificate: otherCertificate }));
    expect(take()).toEqual(code('KEY_TRANSPORT_INVALID'));
    expect(bind({ kdhCertificate })).toEqual(code('ALREADY_BOUND'));
    expect(bind({ kdhCertificate, replacing: '0'.repeat(16) })).toEqual(code('ALREADY_BOUND'));
    valued(bind({ kdhCertificate, replacing: distributor }));
    expect(take().ok).toBe(true);

    const nonce = nonceOf(own);
    const rebind = release(nonce, { newKdhCertificate: otherCertificate });
    expect(follow('unbind', nonce, rebind)).toEqual(code('KEY_TRANSPORT_INVALID'));
    expect(valued(follow('rebind', nonce, rebind))).toEqual({ distributor });
    expect(follow('rebind', nonce, rebind)).toEqual(code('NONCE_UNKNOWN'));
    expect(take()).toEqual(code('KEY_TRANSPORT_INVALID'));

    valued(bind({ kdhCertificate, replacing: distributor }));
    const last = nonceOf(own);
    expect(valued(follow('unbind', last, release(last)))).toEqual({});
    expect(take()).toEqual(code('NOT_BOUND'));
  });

  it('an authority that is taken out certified nobody', () => {
    const { ask, both } = party('krd 4');
    valued(both('officer', 'Tr34BindDistributor', { kdhCertificate }));
    const { certificate } = distributors;
    const { authority } = valued(
      both('officer', 'Tr34TrustAuthority', { certificate, certifies: 'distributors' }),
    );
    valued(ask('officer', 'Tr34DistrustAuthority', { authority }));
    expect(both('officer', 'Tr34BindDistributor', { kdhCertificate })).toEqual(
      code('CERTIFICATE_UNTRUSTED'),
    );
  });
});

it('asks for a certificate of its key, and of no other', () => {
  const asked = { rsaKey: kdh.rsaKey, commonName: 'KDH of ACQ1' };
  const { request } = valued(kdh.ask('keyManager', 'Tr34CertificateRequest', asked));
  const spki = kdh.publicKey.export({ type: 'spki', format: 'der' });
  expect(Buffer.from(request).includes(spki)).toBe(true);
  const { rsaKey } = valued(kdh.ask('keyManager', 'GenerateRsaKey', { bits: '2048' }));
  expect(kdh.ask('keyManager', 'Tr34CertificateRequest', { ...asked, rsaKey })).toMatchObject(
    code('TOKEN_INVALID'),
  );
  expect(fromHex('30')[0]).toBe(request[0]);
});

/**
 * Every object of TR-34's CMS with one fault: something more, something less, another tag, another
 * value. What is read in spite of a fault stands here by name, and is all that is.
 */
import { fromHex, toHex } from '@pinfold/crypto';
import { issuerAndSerial, namesOf, OID, sameCertificate } from './cms.js';
import { buildCredential, buildNonceToken, readCredential } from './credential.js';
import {
  context,
  DerReader,
  encode,
  NULL,
  octets,
  oid,
  readDer,
  sequence,
  setOf,
  small,
  TAG,
} from './der.js';
import {
  buildEnvelope,
  buildKeyBlock,
  CONTENT_CIPHERS,
  readEnvelope,
  readKeyBlock,
} from './enveloped.js';
import { buildAttributes, buildSigned, readSigned } from './signed-data.js';

/** As much of a certificate as names it: version, serial number, algorithm, issuer, times, subject. */
const certificateOf = (serial: number, issuer: string, subject: string) => {
  const name = (text: string) => sequence(octets(new TextEncoder().encode(text)));
  const tbs = sequence(
    encode(context(0), small(2)),
    small(serial),
    sequence(),
    name(issuer),
    sequence(),
    name(subject),
  );
  return sequence(tbs, sequence(), encode(TAG.bits));
};
const kdh = certificateOf(7, 'CA', 'KDH');
const krd = certificateOf(8, 'CA', 'KRD');
const bytes = (length: number, value: number) => new Uint8Array(length).fill(value);

interface Node {
  tag: number;
  contents: Uint8Array;
  children: Node[] | undefined;
}

function nodeOf(der: Uint8Array): Node {
  const { tag, contents } = readDer(der);
  if ((tag & 0x20) === 0) return { tag, contents, children: undefined };
  const children: Node[] = [];
  for (const reader = new DerReader(contents); !reader.done; ) {
    children.push(nodeOf(reader.any().whole));
  }
  return { tag, contents, children };
}

function derOf({ tag, contents, children }: Node): Uint8Array {
  return children === undefined ? encode(tag, contents) : encode(tag, ...children.map(derOf));
}

/** The tree with one of its nodes, which `path` leads to, put as `change` makes it. */
function changed(node: Node, path: readonly number[], change: (node: Node) => Node[]): Node[] {
  const [step, ...rest] = path;
  if (step === undefined) return change(node);
  const children = node.children!.flatMap((child, i) =>
    i === step ? changed(child, rest, change) : [child],
  );
  return [{ ...node, children }];
}

function paths(node: Node, path: readonly number[] = []): (readonly number[])[] {
  return [path, ...(node.children ?? []).flatMap((child, i) => paths(child, [...path, i]))];
}

const FAULTS: Record<string, (node: Node) => Node[]> = {
  gone: () => [],
  twice: (node) => [node, node],
  tag: (node) => [{ ...node, tag: node.tag ^ 0x40 }],
  more: (node) =>
    node.children === undefined
      ? [{ ...node, contents: Uint8Array.of(...node.contents, 1) }]
      : [{ ...node, children: [...node.children, nodeOf(NULL)] }],
  value: (node) => {
    if (node.children !== undefined || node.contents.length === 0) return [node];
    const contents = Uint8Array.from(node.contents);
    contents[contents.length - 1]! ^= 1;
    return [{ ...node, contents }];
  },
};

/**
 * The faults that `read` does not see, as "path fault"; but for those within the `values`, which are
 * anything to it.
 */
function unseen(
  der: Uint8Array,
  read: (der: Uint8Array) => unknown,
  values: readonly string[],
): string[] {
  const tree = nodeOf(der);
  const found: string[] = [];
  for (const path of paths(tree)) {
    for (const [name, fault] of Object.entries(FAULTS)) {
      const bad = changed(tree, path, fault).map(derOf);
      const whole = Uint8Array.from(bad.flatMap((part) => [...part]));
      if (toHex(whole) === toHex(der)) continue;
      const place = path.join('.');
      if (values.some((value) => place.startsWith(`${value}.`))) continue;
      if (values.includes(place) && (name === 'more' || name === 'value')) continue;
      try {
        read(whole);
        found.push(`${place} ${name}`);
      } catch {
        // Seen.
      }
    }
  }
  return found;
}

describe('key block', () => {
  const der = buildKeyBlock({ kdh, key: bytes(16, 3), header: bytes(16, 0x41) });

  it('gives back what it was made of', () => {
    const read = readKeyBlock(der);
    expect(sameCertificate(read.kdh, kdh)).toBe(true);
    expect(sameCertificate(read.kdh, krd)).toBe(false);
    expect([read.key, read.header]).toEqual([bytes(16, 3), bytes(16, 0x41)]);
  });

  it('sees every fault', () => {
    // Sender, key, header.
    expect(unseen(der, readKeyBlock, ['1', '2', '3.1.0'])).toEqual([]);
  });
});

describe('envelope', () => {
  const parts = { krd, encryptedKey: bytes(8, 1), iv: bytes(16, 2), ciphertext: bytes(32, 3) };
  const der = buildEnvelope({ ...parts, cipher: 'aes256' });

  it.each(Object.entries(CONTENT_CIPHERS))('under %s', (cipher, { ivBytes }) => {
    const iv = bytes(ivBytes, 9);
    const read = readEnvelope(buildEnvelope({ ...parts, iv, cipher: cipher as 'tdes' }));
    expect(read).toMatchObject({ cipher, iv, encryptedKey: bytes(8, 1), ciphertext: bytes(32, 3) });
    expect(sameCertificate(read.krd, krd)).toBe(true);
    const short = buildEnvelope({ ...parts, iv: iv.slice(1), cipher: cipher as 'tdes' });
    expect(() => readEnvelope(short)).toThrow('not a TR-34 envelope');
  });

  /** Receiver, enciphered key, ciphertext; the vector in its bytes alone. */
  const values = ['1.0.1', '1.0.3', '2.2'];

  it('sees every fault but in parameters that say nothing', () => {
    expect(unseen(der, readEnvelope, values)).toEqual([
      // SHA-256 with NULL or nothing after it, the label of OAEP or none.
      '1.0.2.1.0.1 gone',
      '1.0.2.1.1.1 more',
      '1.0.2.1.2 gone',
      '2.1.1 value',
    ]);
  });

  it('sees every fault in the parameters of OAEP with their tags', () => {
    const sha256 = sequence(oid(OID.sha256));
    const tagged = sequence(
      encode(context(0), sha256),
      encode(context(1), sequence(oid(OID.mgf1), sha256)),
      encode(context(2), sequence(oid(OID.pSpecified), octets(new Uint8Array(0)))),
    );
    const put = (node: Node) => [{ ...node, children: [node.children![0]!, nodeOf(tagged)] }];
    const other = derOf(changed(nodeOf(der), [1, 0, 2], put)[0]!);
    expect(readEnvelope(other)).toMatchObject({ cipher: 'aes256', ciphertext: bytes(32, 3) });
    expect(unseen(other, readEnvelope, values)).toEqual([
      '1.0.2.1.0.0 more',
      '1.0.2.1.1.0.1 more',
      '1.0.2.1.2 gone',
      '2.1.1 value',
    ]);
  });
});

describe('token', () => {
  const facts = { contentType: OID.envelopedData, digest: bytes(32, 4), header: bytes(16, 0x42) };
  const timeMs = Date.UTC(2026, 10, 21);
  const signed = (attributes: Uint8Array) =>
    buildSigned({
      signer: kdh,
      contentType: OID.envelopedData,
      content: bytes(3, 5),
      attributes,
      signature: bytes(8, 6),
    });
  const twoPass = signed(buildAttributes({ ...facts, nonce: bytes(16, 7) }));
  const onePass = signed(buildAttributes({ ...facts, timeMs }));

  it('gives back what it was made of', () => {
    const two = readSigned(twoPass);
    expect(two).toMatchObject({ ...facts, nonce: bytes(16, 7), content: bytes(3, 5) });
    expect(two.timeMs).toBeUndefined();
    expect(sameCertificate(two.signer, kdh)).toBe(true);
    expect(two.signature).toEqual(bytes(8, 6));
    const one = readSigned(onePass);
    expect(one).toMatchObject({ ...facts, timeMs });
    expect(one.nonce).toBeUndefined();
    const bare = buildAttributes({ contentType: OID.envelopedData, digest: bytes(32, 4) });
    expect(readSigned(signed(bare)).header).toBeUndefined();
    expect(readSigned(signed(bare)).attributes).toEqual(bare);
  });

  /** The algorithms have NULL for their parameters, or nothing: of the digest, of the signature. */
  const digestNull = '1.0.1.0 more';
  const signatureBare = '1.0.3.0.4.1 gone';
  /** Content, sender, digest algorithm's parameters, signature. */
  const values = ['1.0.2.1.0', '1.0.3.0.1', '1.0.3.0.2', '1.0.3.0.5'];
  const attribute = (n: number) => `1.0.3.0.3.${n}`;

  it('of two passes: sees every fault but in what is signed', () => {
    // Header and number can be missing, or attributes of a name that is not known.
    const signedValues = [1, 2, 3].map((n) => `${attribute(n)}.1.0`);
    expect(unseen(twoPass, readSigned, [...values, ...signedValues])).toEqual([
      digestNull,
      ...[' gone', '.0 more', '.0 value'].map((fault) => attribute(1) + fault),
      ...[' gone', '.0 more', '.0 value'].map((fault) => attribute(2) + fault),
      signatureBare,
    ]);
  });

  it('of one pass: sees every fault but in what is signed', () => {
    const signedValues = [2, 3].map((n) => `${attribute(n)}.1.0`);
    expect(unseen(onePass, readSigned, [...values, ...signedValues])).toEqual([
      digestNull,
      `${attribute(1)} gone`,
      `${attribute(1)}.0 more`,
      `${attribute(2)} gone`,
      `${attribute(2)}.0 more`,
      `${attribute(2)}.0 value`,
      signatureBare,
    ]);
  });

  it('takes version 3, and lists of certificates and revocations, which it passes over', () => {
    const [info] = changed(nodeOf(twoPass), [1, 0, 0], () => [nodeOf(small(3))]);
    expect(readSigned(derOf(info!)).signature).toEqual(bytes(8, 6));
    const [lists] = changed(nodeOf(twoPass), [1, 0, 2], (node) => [
      node,
      nodeOf(encode(context(0), kdh)),
      nodeOf(encode(context(1), NULL)),
    ]);
    expect(readSigned(derOf(lists!)).signature).toEqual(bytes(8, 6));
    const [two] = changed(nodeOf(twoPass), [1, 0, 0], () => [nodeOf(small(2))]);
    expect(() => readSigned(derOf(two!))).toThrow('not a TR-34 token');
  });

  it('takes both names of the signature, and no third', () => {
    const named = (name: string) =>
      derOf(changed(nodeOf(twoPass), [1, 0, 3, 0, 4, 0], () => [nodeOf(oid(name))])[0]!);
    expect(readSigned(named(OID.sha256WithRsa)).signature).toEqual(bytes(8, 6));
    expect(() => readSigned(named('1.2.840.113549.1.1.10'))).toThrow('not a TR-34 token');
  });

  it('passes over attributes that it does not know', () => {
    const unknown = nodeOf(sequence(oid('1.2.3'), setOf(NULL)));
    const [more] = changed(nodeOf(twoPass), [1, 0, 3, 0, 3], (node) => [
      { ...node, children: [...node.children!, unknown] },
    ]);
    expect(readSigned(derOf(more!)).nonce).toEqual(bytes(16, 7));
  });
});

describe('credential', () => {
  const members = buildCredential({ krd, certificate: kdh });

  it('gives receiver and certificate, with the tag of the sequence or without', () => {
    const wanted = { krd: issuerAndSerial(krd), certificate: kdh };
    expect(readCredential(members)).toEqual(wanted);
    expect(readCredential(sequence(members))).toEqual(wanted);
  });

  it('sees every fault', () => {
    // Digest algorithms, receiver, certificate.
    const values = ['1', '2.1.0', '3.0'];
    expect(unseen(sequence(members), readCredential, values)).toEqual([]);
  });

  it('takes a list of revocations, and no signer', () => {
    const [listed] = changed(nodeOf(sequence(members)), [3], (node) => [
      node,
      nodeOf(encode(context(1), NULL)),
    ]);
    expect(readCredential(derOf(listed!)).certificate).toEqual(kdh);
    const [signer] = changed(nodeOf(sequence(members)), [4], () => [nodeOf(setOf(NULL))]);
    expect(() => readCredential(derOf(signer!))).toThrow('not a TR-34 credential');
  });
});

describe('names', () => {
  it('of a certificate, with a version or without, and nothing of a certificate cut short', () => {
    const names = namesOf(kdh);
    expect(toHex(names.serial)).toBe('020107');
    expect([toHex(names.issuer), toHex(names.subject)]).toEqual(['300404024341', '300504034B4448']);
    const [old] = changed(nodeOf(kdh), [0, 0], () => []);
    expect(namesOf(derOf(old!))).toEqual(names);
    for (let member = 1; member <= 5; member++) {
      const [cut] = changed(nodeOf(kdh), [0, member], () => []);
      expect(() => namesOf(derOf(cut!))).toThrow();
      const [other] = changed(nodeOf(kdh), [0, member], () => [nodeOf(setOf())]);
      expect(() => namesOf(derOf(other!))).toThrow('another object than was asked for');
    }
  });

  it('a random number is a token of its own', () => {
    expect(toHex(buildNonceToken(fromHex('0011')))).toBe(
      '3012060A2A864886F70D01091903310404020011',
    );
  });
});

/** TR-34 tokens: bits of each part inverted, the token cut after each byte, other certificates. */
import { cuts, flips, generated, refusals } from './table.mjs';

const base = generated('tr34.json', 'token');
const other = generated('tr34.json', 'token', 1);

/** The leaves of a DER text, in order: where their contents begin and end, in bytes. */
function leavesOf(der, from = 0, end = der.length) {
  const leaves = [];
  for (let at = from; at < end; ) {
    const tag = der[at];
    const first = der[at + 1];
    const sized = first < 0x80 ? 0 : first & 0x7f;
    const length = sized === 0 ? first : der.readUIntBE(at + 2, sized);
    const start = at + 2 + sized;
    const isConstructed = (tag & 0x20) !== 0;
    if (isConstructed) leaves.push(...leavesOf(der, start, start + length));
    else leaves.push({ tag, start, end: start + length });
    at = start + length;
  }
  return leaves;
}

const der = Buffer.from(base.token, 'hex');
const OCTET_STRING = 0x04;
const octets = leavesOf(der).filter(({ tag }) => tag === OCTET_STRING);
const hexOf = ({ start, end }) => der.subarray(start, end).toString('hex').toUpperCase();
/** Longest first: the envelope, then the signature; nonce and digest by what they hold. */
const [envelope, signature] = [...octets].sort((a, b) => b.end - b.start - (a.end - a.start));
const nonce = octets.find((one) => hexOf(one) === base.nonce);
const header = octets.find((one) =>
  hexOf(one).startsWith(Buffer.from('D00').toString('hex').toUpperCase()),
);
const digest = octets.find((one) => one.end - one.start === 32 && one !== header);

/**
 * The one bit that is neither signed nor refused: RFC 5652 puts version 3 into SignedData here, the
 * samples of TR-34 version 1.
 */
const VERSION_3_OR_1 = 206;

const PARTS = [
  { id: 'envelope', part: envelope, code: 'CONTENT_ALTERED', step: 29 },
  { id: 'digest', part: digest, code: 'CONTENT_ALTERED', step: 3 },
  { id: 'nonce', part: nonce, code: 'SIGNATURE_WRONG', step: 3 },
  { id: 'header', part: header, code: 'SIGNATURE_WRONG', step: 3 },
  { id: 'signature', part: signature, code: 'SIGNATURE_WRONG', step: 17 },
];

const authorityAndBack = [
  ['sender', 'kdhCertificate', 'SENDER_OTHER'],
  ['receiver', 'krdCertificate', 'CONTENT_WRONG'],
];

export const tr34 = {
  source: 'scripts/vectors/faults/tr34.mjs: a token of generated/tr34.json with one fault',
  notes:
    'tr34-open as in tr34.json. tokenFlip names the bit of the token that is inverted (0 is the first), tokenCut the bytes of it that are left. structure: identifiers, lengths and names around the five parts.',
  tables: [
    cuts({ id: 'token', base, input: 'token', code: 'TOKEN_MALFORMED' }),
    ...PARTS.map(({ id, part, code, step }) =>
      flips({ id, base, input: 'token', code, step, from: part.start * 8, to: part.end * 8 }),
    ),
    flips({ id: 'structure-start', base, input: 'token', from: 0, to: VERSION_3_OR_1 }),
    flips({
      id: 'structure-head',
      base,
      input: 'token',
      from: VERSION_3_OR_1 + 1,
      to: envelope.start * 8,
    }),
    flips({
      id: 'structure-signer',
      base,
      input: 'token',
      from: envelope.end * 8,
      to: octets.filter((one) => one !== envelope).sort((a, b) => a.start - b.start)[0].start * 8,
    }),
    refusals({
      id: 'token',
      base,
      input: 'nonce',
      rows: [
        ['of-another-token', other.nonce, 'NONCE_WRONG'],
        ['15-bytes', base.nonce.slice(2), 'NONCE_WRONG'],
        ['17-bytes', `${base.nonce}00`, 'NONCE_WRONG'],
        ['7-bytes', base.nonce.slice(18), 'NONCE_LENGTH'],
        ['65-bytes', '00'.repeat(65), 'NONCE_LENGTH'],
      ],
    }),
    refusals({
      id: 'token',
      base,
      input: 'now',
      rows: [
        ['before-the-certificates', '2025-12-31T23:59:59Z', 'SENDER_UNTRUSTED'],
        ['after-the-certificates', '2036-01-01T00:00:01Z', 'SENDER_UNTRUSTED'],
      ],
    }),
    refusals({
      id: 'token',
      base,
      input: 'authority',
      rows: [['not-an-authority', base.kdhCertificate, 'SENDER_UNTRUSTED']],
    }),
    ...authorityAndBack.map(([id, input, code]) =>
      refusals({
        id,
        base,
        input,
        rows: [
          ['swapped', input === 'kdhCertificate' ? base.krdCertificate : base.kdhCertificate, code],
          ['not-a-certificate', '3000', 'CERTIFICATE_INVALID'],
        ],
      }),
    ),
  ],
};

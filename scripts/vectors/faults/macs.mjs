/** MACs: every bit of message, MAC and key inverted, other padding, wrong lengths. */
import { everyBit, mismatches, published, refusals } from './table.mjs';

const byId = (file, op, id) => {
  const one = published(file, op).find((found) => found.id === id);
  const message =
    one.message ?? Buffer.from(one.messageText, 'latin1').toString('hex').toUpperCase();
  const { messageText: _text, ...rest } = one;
  return { ...rest, message, mac: one.expect.mac };
};

const KINDS = {
  alg1: byId('mac.json', 'iso9797-alg1', 'psec-cbc-pad2'),
  alg3: byId('mac.json', 'iso9797-alg3', 'psec-retail-pad2'),
  'cmac-aes': byId('cmac.json', 'cmac', 'aes128-40'),
  'cmac-des': byId('cmac.json', 'cmac', 'tdes3-20'),
  hmac: byId('mac.json', 'hmac', 'rfc4231-1-sha256'),
};

/** The bits of a DES key but for parity, which no cipher looks at; all bits of other keys. */
function keyBits({ op, cipher, key }) {
  const isDes = op.startsWith('iso9797') || cipher === 'des';
  return everyBit(key).filter((_, bit) => !isDes || bit % 8 !== 7);
}

function macCuts(mac) {
  return [0, 1, 2, 3].map((bytes) => [`${bytes}-bytes`, mac.slice(0, 2 * bytes), 'MAC_LENGTH']);
}

function verifying([id, base]) {
  const op = `${base.op}-verify`;
  const { message } = base;
  return [
    mismatches({
      id,
      op,
      base,
      input: 'mac',
      rows: [...everyBit(base.mac), ['longer', `${base.mac}00`]],
    }),
    mismatches({
      id,
      op,
      base,
      input: 'message',
      rows: [
        ...everyBit(message),
        ['shorter', message.slice(0, -2)],
        ['longer', `${message}00`],
        ['none', ''],
      ],
    }),
    mismatches({ id, op, base, input: 'key', rows: keyBits(base) }),
    refusals({ id: `${id}-short`, op, base, input: 'mac', rows: macCuts(base.mac) }),
  ];
}

const otherPaddings = ['alg1', 'alg3'].map((id) =>
  mismatches({
    id,
    op: `${KINDS[id].op}-verify`,
    base: KINDS[id],
    input: 'padding',
    rows: [
      ['zeros', 1],
      ['length-first', 3],
    ],
  }),
);

const badInputs = ['alg1', 'alg3'].flatMap((id) => {
  const base = KINDS[id];
  const lengths = [0, 7, 9, 15, 17, 23, 25, 32].map((bytes) => [
    `${bytes}-bytes`,
    base.key.repeat(2).slice(0, 2 * bytes),
    'KEY_LENGTH',
  ]);
  return [
    refusals({
      id,
      base,
      input: 'padding',
      rows: [
        ['4', 4, 'MAC_PADDING'],
        ['minus-1', -1, 'MAC_PADDING'],
        ['half', 1.5, 'MAC_PADDING'],
      ],
    }),
    refusals({
      id,
      base,
      input: 'key',
      rows:
        id === 'alg3' ? [...lengths, ['8-bytes', base.key.slice(0, 16), 'KEY_LENGTH']] : lengths,
    }),
  ];
});

const cmacKeys = ['cmac-aes', 'cmac-des'].map((id) => {
  const base = KINDS[id];
  const sizes = id === 'cmac-aes' ? [0, 8, 15, 17, 23, 25, 31, 33] : [0, 7, 9, 15, 17, 23, 25];
  return refusals({
    id,
    base,
    input: 'key',
    rows: sizes.map((bytes) => [
      `${bytes}-bytes`,
      base.key.repeat(3).slice(0, 2 * bytes),
      'KEY_LENGTH',
    ]),
  });
});

export const macs = {
  source: 'scripts/vectors/faults/macs.mjs: published cases, each with one fault',
  notes:
    'Operations of mac.json and cmac.json; with -verify after the name, valid tells whether mac is right. Parity bits of DES keys are left as they are: no cipher looks at them.',
  tables: [
    ...Object.entries(KINDS).flatMap(verifying),
    ...otherPaddings,
    ...badInputs,
    ...cmacKeys,
    refusals({
      id: 'hmac',
      base: KINDS.hmac,
      input: 'hash',
      rows: [
        ['md5', 'md5', 'HASH_UNKNOWN'],
        ['upper-case', 'SHA256', 'HASH_UNKNOWN'],
      ],
    }),
  ],
};

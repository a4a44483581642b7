/**
 * The VSM's share-reuse attack, by a custodian. The same share combined with itself is the zero key;
 * whatever leaves under a key that is known is known. If that is refused, the custodian tries the
 * other ways to a known key: the own share alone, and the own shares of two ceremonies.
 */
import { DesKey, xorBytes } from '@pinfold/crypto';
import type { KeyType } from '@pinfold/hsm';
import { pinOfOffset } from '@pinfold/pin';
import { attack } from '../attack.js';
import { type Ceremony, DECIMALISATION_TABLE, validationDataOf } from '../laboratory.js';
import { openTransport } from '../transport.js';

interface Trick {
  readonly says: string;
  readonly type: KeyType;
  readonly shares: readonly string[];
  /** The key that must come out. */
  readonly known: Uint8Array;
}

const CUSTOMERS = 3;

export const shareReuse = attack({
  name: 'share-reuse',
  title: 'the same key share combined twice gives the zero key',
  source: 'Visa Security Module; Bond, CHES 2001; Bond, Anderson 2001',
  roles: ['custodian', 'production'],
  async run({ lab, attacker, say }) {
    const pvk = lab.key('P', { usage: 'PGK' });
    const tableId = lab.table();
    const customers = Array.from({ length: CUSTOMERS }, (_, i) =>
      lab.customer(i + 1, { pvk, tableId }),
    );
    const tricks = tricksOf([
      lab.ceremony('TMK'),
      lab.ceremony('ZCK'),
      lab.ceremony('ZCK'),
      lab.ceremony('ZCK'),
      lab.ceremony('ZCK'),
    ]);
    const stolen = await attacker.firstOf(
      tricks.map((trick) => async () => {
        const { key } = await attacker.call('CombineKeyShares', {
          type: trick.type,
          shares: [...trick.shares],
        });
        const { keyBlock } = await attacker.call('ExportKey', { key: pvk, under: key });
        const opened = openTransport(keyBlock, trick.known) ?? attacker.nothingLearnt();
        say(`CombineKeyShares with ${trick.says}: a ${trick.type} whose value is known`);
        say('ExportKey puts the PIN derivation key under it, which is the key in clear');
        return opened;
      }),
    );
    const known = DesKey.of(stolen);
    const right = customers.filter(({ pan, offset }) => {
      const pin = pinOfOffset({
        pvk: known,
        decimalisationTable: DECIMALISATION_TABLE,
        validationData: validationDataOf(pan),
        offset,
      });
      return pin === lab.exposePin(pan);
    });
    say(`every customer's PIN follows without the device: ${right.length} of ${CUSTOMERS} right`);
    const verified = sameKey(stolen, lab.exposeKey(pvk)) && right.length === CUSTOMERS;
    return { obtained: 'the PIN derivation key, and with it every PIN of the bank', verified };
  },
});

function tricksOf([tmk, zck, alone, one, other]: readonly Ceremony[]): Trick[] {
  const twice = ({ type, shares, envelopes }: Ceremony): Trick => ({
    says: 'the same share twice',
    type,
    shares: [shares[0]!, shares[0]!],
    known: new Uint8Array(envelopes[0]!.component.length),
  });
  return [
    twice(tmk!),
    twice(zck!),
    {
      says: "the custodian's own share alone",
      type: alone!.type,
      shares: [alone!.shares[0]!],
      known: alone!.envelopes[0]!.component,
    },
    {
      says: "the custodian's own shares of two ceremonies",
      type: one!.type,
      shares: [one!.shares[0]!, other!.shares[0]!],
      known: xorBytes(one!.envelopes[0]!.component, other!.envelopes[0]!.component),
    },
  ];
}

/** Parity bits apart. */
function sameKey(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte >> 1 === b[i]! >> 1);
}

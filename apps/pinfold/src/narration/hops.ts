/**
 * A withdrawal told hop by hop, from what terminal, switch and issuer have written down about it. The
 * three records are read, not remembered, so the same words come out of one process and of five.
 */
import type {
  AtmStore,
  IssuerStore,
  IssuerTransactionView,
  SwitchStore,
  SwitchTransaction,
  TransactionId,
  Withdrawal,
} from '@pinfold/flows';
import { ACQUIRER, decodeSecurityInfo, ISSUERS } from '@pinfold/flows';
import { responseOf } from '@pinfold/messages';

export interface Hop {
  readonly at: 'terminal' | 'switch' | 'issuer';
  readonly did: string;
}

export interface HopStores {
  readonly atm: AtmStore;
  readonly switch: SwitchStore;
  readonly issuers: ReadonlyMap<string, IssuerStore>;
}

const euros = (minor: bigint): string => `${minor / 100n}.${String(minor % 100n).padStart(2, '0')}`;
const meaning = (code: string | null): string =>
  code === null ? 'no answer' : `${code} ${responseOf(code).name}`;

/** As `tellHops`; when the records cannot be read, the withdrawal is over all the same, and that is said. */
export async function hopsOf(stores: HopStores, id: TransactionId): Promise<Hop[]> {
  try {
    return await tellHops(stores, id);
  } catch {
    return [{ at: 'terminal', did: 'the records of this withdrawal cannot be read now' }];
  }
}

async function tellHops(stores: HopStores, id: TransactionId): Promise<Hop[]> {
  const name = `${id.rrn}-${id.terminal}` as const;
  const [journal, row] = await Promise.all([
    stores.atm.withdrawal(id),
    stores.switch.transaction(id),
  ]);
  const issuer = row === undefined ? undefined : stores.issuers.get(row.issuer);
  const posted = await issuer?.transaction(`${ACQUIRER.institution}-${name}`);
  return [
    ...terminalAsks(journal, row),
    ...switchAsks(row),
    ...issuerAnswers(row, posted),
    ...switchAnswers(row),
    ...terminalEnds(journal),
  ];
}

const at =
  (where: Hop['at']) =>
  (did: string): Hop => ({ at: where, did });
const terminal = at('terminal');
const theSwitch = at('switch');
const theIssuer = at('issuer');

function terminalAsks(journal: Withdrawal | undefined, row: SwitchTransaction | undefined): Hop[] {
  if (journal === undefined) return [];
  const security = decodeSecurityInfo(row?.security);
  const format = security?.format === 'iso4' ? 'ISO format 4' : 'ISO format 0';
  const versions =
    security === undefined
      ? ''
      : ` (TPK version ${security.pinKeyVersion}, TAK version ${security.macKeyVersion})`;
  return [
    terminal(
      `PIN pad enciphered the PIN of ${journal.maskedPan} as ${format} under the TPK, MAC under the TAK${versions}`,
    ),
    terminal(
      `journaled ${euros(journal.amountMinor)} EUR, then sent 0200 with STAN ${journal.stan}, reference ${journal.rrn}`,
    ),
  ];
}

function switchAsks(row: SwitchTransaction | undefined): Hop[] {
  if (row === undefined) return [theSwitch('has no record of it')];
  if (row.issuer === '') return [theSwitch('verified the MAC; no route fits the card')];
  const name = row.issuer.toUpperCase();
  return [
    theSwitch(`verified the MAC, found no duplicate, routed by card prefix to ${name}`),
    theSwitch(
      `HSM of ${ACQUIRER.name} translated the PIN block from TPK to ZPK; sent 0200 with MAC under the ZAK`,
    ),
  ];
}

function issuerAnswers(
  row: SwitchTransaction | undefined,
  view: IssuerTransactionView | undefined,
): Hop[] {
  if (row === undefined || row.issuer === '') return [];
  const facts = ISSUERS.find(({ id }) => id === row.issuer);
  if (facts === undefined) return [theIssuer("is a partner's: its records are not here")];
  if (view === undefined) return [theIssuer('has no record of it')];
  const { request, customerMinor, lossMinor } = view.transaction;
  const method = facts.pinMethod === 'ibm3624' ? 'IBM 3624 offset' : 'Visa PVV';
  const hops = [
    theIssuer(
      `verified the MAC; HSM of ${facts.name} checked the PIN block under the ZPK by ${method}`,
    ),
    theIssuer(`answered ${meaning(request.responseCode)}`),
  ];
  const posted = customerMinor + lossMinor;
  if (posted > 0n) {
    hops.push(theIssuer(`posted ${euros(posted)} EUR from the account to the acquirer`));
  }
  return hops;
}

const SWITCH_ENDS: Readonly<Partial<Record<SwitchTransaction['state'], string>>> = {
  'timed-out': 'heard nothing in time: a reversal goes to the issuer until it is answered',
  'stood-in': "approved in the issuer's place; an advice goes to the issuer until it is answered",
  reversed: 'passed the reversal on to the issuer',
  'partly-reversed': 'passed the partial reversal on to the issuer',
};

function switchAnswers(row: SwitchTransaction | undefined): Hop[] {
  if (row === undefined) return [];
  const code = row.responseCode;
  const approval = row.approvalCode === null ? '' : `, approval ${row.approvalCode}`;
  const answered = theSwitch(
    code === null
      ? 'has not answered yet'
      : `answered 0210 with ${meaning(code)}${approval}, MAC under the TAK`,
  );
  const more = SWITCH_ENDS[row.state];
  return more === undefined ? [answered] : [answered, theSwitch(more)];
}

function terminalEnds(journal: Withdrawal | undefined): Hop[] {
  if (journal === undefined) return [];
  const { state, dispensedMinor, responseCode } = journal;
  const ends: Record<Withdrawal['state'], string> = {
    requested: 'waits for the answer',
    dispensed: `verified the MAC and dispensed ${euros(dispensedMinor)} EUR`,
    declined: `verified the MAC and told the customer: ${meaning(responseCode)}`,
    reversing: 'dispensed nothing; reverses until it is answered',
    reversed: 'dispensed nothing; reversed',
    'partly-dispensed': `dispensed ${euros(dispensedMinor)} EUR; reverses the rest until it is answered`,
    'partly-reversed': `dispensed ${euros(dispensedMinor)} EUR; reversed the rest`,
  };
  return [terminal(ends[state])];
}

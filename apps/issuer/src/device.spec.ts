/**
 * The issuer with a real device: keys arrive by 0800 under a zone control key from a ceremony, PINs
 * are verified by PVV and by IBM 3624 offset, MACs are made and checked by the device.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  adjustOddParity,
  checkValue,
  DesKey,
  iso9797Mac,
  toHex,
  wipe,
  xorBytes,
} from '@pinfold/crypto';
import {
  DEMO_EXPIRY,
  demoCardNumber,
  encodeOfferedKeys,
  IssuerNode,
  MemoryIssuerStore,
} from '@pinfold/flows';
import { IDENTITIES, Institution, makeKey, must } from '@pinfold/institution';
import { type IsoMessage, macInputOf, pack, packForMac, placeMac } from '@pinfold/iso8583';
import { wrapKeyBlock } from '@pinfold/keyblock';
import { type BusRecord, issuerRequests, maskPan, TOPICS } from '@pinfold/messages';
import { encryptPinBlock } from '@pinfold/pin';
import { request, testWires } from '../../../libs/flows/src/issuer/testing-node.js';
import { issuerFacts, issuerSettings } from './settings.js';

const NOW_MS = Date.UTC(2026, 10, 21, 12);
const SEED = 'spec';

interface Bank {
  readonly institution: Institution;
  readonly zpk: Uint8Array;
  readonly zak: Uint8Array;
  readonly pan: string;
  readonly pin: string;
  /** Response codes of one chunk. */
  ask(...messages: IsoMessage[]): Promise<unknown[]>;
}

async function openBank(name: string, dataDir: string): Promise<Bank> {
  const facts = issuerFacts(name);
  const random = (length: number) => new Uint8Array(randomBytes(length));
  const log = () => undefined;
  const institution = Institution.open({ id: facts.id, dataDir, mode: 'hardened', random, log });
  let zckClear = new Uint8Array();
  const zck = await makeKey(institution, { type: 'ZCK' }, (envelopes) => {
    zckClear = Uint8Array.from(xorBytes(envelopes[0]!.component, envelopes[1]!.component));
  });
  const visa = facts.pinMethod === 'visa-pvv';
  const { token: pvk } = await makeKey(institution, {
    type: 'P',
    usage: visa ? 'PVK' : 'PGK',
    algorithm: 'T',
  });
  const hsm = institution.as(IDENTITIES.production);
  const record = visa ? { pvki: '1' } : { tableId: await activeTable(institution) };
  const pan = demoCardNumber(facts, 1);
  const method = facts.pinMethod;
  const issued = await must(hsm, 'IssueDemoPin', { pan, seed: SEED, method, pvk, ...record });
  const { pin } = await must(hsm, 'ShowDemoPin', { pan, seed: SEED });

  const { issuer, acquirer } = testWires();
  const store = new MemoryIssuerStore({ now: () => NOW_MS });
  await store.createCards([
    {
      key: issuer.indexOf(pan),
      sealedPan: new Uint8Array(1),
      maskedPan: maskPan(pan),
      expiry: DEMO_EXPIRY,
      status: 'active',
      record: issued.record,
      accountId: 1,
      openingMinor: 100_000n,
    },
  ]);
  let sent: BusRecord[] = [];
  const node = await IssuerNode.open({
    clock: { now: () => NOW_MS },
    random,
    hsm,
    store,
    wire: issuer,
    send: async (records) => {
      sent = records.filter(({ topic }) => topic === TOPICS.switchAnswers);
    },
    observe: () => undefined,
    settings: issuerSettings(facts, { pvk, zck: zck.token }),
  });
  const zpk = adjustOddParity(random(16));
  const zak = adjustOddParity(random(16));
  const keyAs = (usage: 'ZPK' | 'ZAK', key: Uint8Array, keyUsage: string, mode: string) => ({
    usage,
    version: 1,
    keyBlock: wrapKeyBlock({
      kbpk: zckClear,
      header: {
        version: 'D',
        usage: keyUsage,
        algorithm: 'T',
        modeOfUse: mode,
        keyVersion: '00',
        exportability: 'E',
      },
      key,
      random,
    }),
    checkValue: toHex(checkValue(key, { cipher: 'des', method: 'zeros' })),
  });
  const offered = encodeOfferedKeys([keyAs('ZPK', zpk, 'P0', 'B'), keyAs('ZAK', zak, 'M3', 'C')]);
  // The wires of the specs speak on the link of BANK-A, whichever bank this is.
  const seal = (bytes: Uint8Array) =>
    acquirer.seal({ topic: issuerRequests('bank-a'), keyText: 'x', bytes, correlation: '' });
  const ask = async (...messages: IsoMessage[]) => {
    await node.onRequests(messages.map((message) => seal(maced(message, zak))));
    return sent.map((one) => {
      const opened = acquirer.open(one);
      if (!opened.ok) throw new Error(opened.code);
      const { bytes, message } = opened.value;
      expect(message.fields[64] ?? message.fields[128]).toEqual(macOver(zak, macInputOf(bytes)!));
      return message.fields[39];
    });
  };
  const change = { 7: '1121120000', 11: '000001', 32: '100001', 48: offered, 70: '101' };
  // The first keys come without a MAC: there is no key yet to make one with.
  await node.onRequests([seal(pack({ mti: '0800', fields: change }))]);
  const echo = { ...change, 48: undefined, 53: '0000000001000000', 70: '301' };
  expect(await ask({ mti: '0800', fields: echo as never })).toEqual(['00']);
  wipe(zckClear);
  return { institution, zpk, zak, pan, pin, ask };
}

async function activeTable(institution: Institution): Promise<string> {
  const manager = institution.as(IDENTITIES.keyManager);
  const table = '0123456789012345';
  const { tableId } = await must(manager, 'RegisterDecimalisationTable', { table });
  await must(institution.as(IDENTITIES.officer), 'ActivateDecimalisationTable', { tableId });
  return tableId;
}

const macOver = (key: Uint8Array, data: Uint8Array): Uint8Array =>
  Uint8Array.from(iso9797Mac({ algorithm: 3, padding: 1, key, data }));

function maced(message: IsoMessage, zak: Uint8Array): Uint8Array {
  const bytes = packForMac(message);
  return placeMac(bytes, macOver(zak, macInputOf(bytes)!));
}

const wrongPin = (pin: string): string => (pin === '1234' ? '4321' : '1234');

describe.each(['BANK-A', 'BANK-B'])('%s with its own device', (name) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'pinfold-issuer-'));
  let bank: Bank;
  beforeAll(async () => {
    bank = await openBank(name, dataDir);
  });
  afterAll(() => {
    bank?.institution.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const withdrawal = (number: number, pin: string): IsoMessage => {
    const { zpk, pan } = bank;
    const block = encryptPinBlock({ format: 'iso0', key: DesKey.of(zpk), pin, pan });
    return request(number, { 2: pan, 52: block });
  };

  it('approves the right PIN, and counts wrong ones to 75', async () => {
    const { ask, pin } = bank;
    const wrong = (number: number) => withdrawal(number, wrongPin(pin));
    expect(await ask(withdrawal(1, pin), wrong(2))).toEqual(['00', '55']);
    expect(await ask(wrong(2), wrong(3))).toEqual(['55', '55']);
    expect(await ask(wrong(4))).toEqual(['75']);
    expect(await ask(withdrawal(5, pin), withdrawal(1, pin))).toEqual(['75', '00']);
  });
});

/** An issuer node with a device of its own making, for specs and the benchmark of the hop. */
import { createHash } from 'node:crypto';
import { equalConstantTime } from '@pinfold/crypto';
import type { HsmAnswer, HsmClient, HsmJob } from '@pinfold/hsm-client';
import { HsmUnavailable } from '@pinfold/hsm-client';
import { type IsoMessage, macInputOf, packForMac, placeMac } from '@pinfold/iso8583';
import { type BusRecord, issuerRequests, RecordWire, Sealer, TOPICS } from '@pinfold/messages';
import { demoCardNumber, ISSUERS } from '../network/demo-network.js';
import type { KeyRecord } from '../node/keys.js';
import type { Incoming, Observation } from '../node/ports.js';
import type { IssuerPorts } from './issuer-ports.js';
import { IssuerNode } from './node.js';
import type { IssuerStore } from './store.js';
import { ACQUIRER_ID, SETTINGS } from './testing.js';

const LINK = 'bank-a';
const INDEX_KEY = new Uint8Array(32).fill(7);
const DATA_KEY = new Uint8Array(32).fill(9);
const random = (length: number): Uint8Array => new Uint8Array(length).fill(5);

export function testMac(key: string, data: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(key).update(data).digest().subarray(0, 8));
}

/** The right PIN of every card is the block `0123456789ABCDEF`. */
export const RIGHT_PIN_BLOCK = Uint8Array.from([1, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef]);

/** Answers as a device would, and counts; `silent` makes it fail. */
export class FakeHsm {
  silent = false;
  readonly asked: string[] = [];

  async execute(jobs: readonly HsmJob[]): Promise<HsmAnswer[]> {
    if (this.silent) throw new HsmUnavailable('no device');
    return jobs.map((job) => this.#answer(job as { command: string; input: never }));
  }

  #answer(job: { command: string; input: never }): HsmAnswer {
    this.asked.push(job.command);
    return (ANSWERS[job.command]?.(job.input) ?? { ok: false, code: 'NO_COMMAND' }) as HsmAnswer;
  }

  get client(): HsmClient {
    return this as unknown as HsmClient;
  }
}

type Input = Record<string, string & Uint8Array>;
const ANSWERS: Record<string, (input: Input) => unknown> = {
  VerifyMac: ({ key, data, mac }) =>
    equalConstantTime(testMac(key!, data!), mac!)
      ? { ok: true, value: {} }
      : { ok: false, code: 'MAC_INVALID' },
  GenerateMac: ({ key, data }) => ({ ok: true, value: { mac: testMac(key!, data!) } }),
  VerifyPin: ({ pinBlock }) =>
    equalConstantTime(pinBlock!, RIGHT_PIN_BLOCK)
      ? { ok: true, value: {} }
      : { ok: false, code: 'PIN_WRONG' },
  ImportKey: ({ keyBlock }) =>
    keyBlock!.startsWith('BAD')
      ? { ok: false, code: 'KEY_BLOCK_INVALID' }
      : { ok: true, value: { key: `token-of-${keyBlock}` } },
};

export interface TestNode {
  readonly node: IssuerNode;
  readonly hsm: FakeHsm;
  /** Cards are kept under this hash of their number. */
  readonly wire: RecordWire;
  readonly observed: Observation[];
  /** What was sent since the last call, opened; events are under `events`. */
  taken(): { answers: Incoming[]; events: BusRecord[] };
  /** Forgets what was sent, unopened. */
  reset(): void;
}

export function testWires(): { issuer: RecordWire; acquirer: RecordWire } {
  const requests = issuerRequests(LINK);
  const end = (sends: string, takes: string): RecordWire => {
    const sealer = new Sealer(random);
    sealer.add({ link: LINK, version: 1, key: DATA_KEY });
    const sendsUnder = { [sends]: LINK };
    const takesFrom = { [takes]: [LINK] };
    return new RecordWire({ sealer, indexKey: INDEX_KEY, sendsUnder, takesFrom });
  };
  return {
    issuer: end(TOPICS.switchAnswers, requests),
    acquirer: end(requests, TOPICS.switchAnswers),
  };
}

export const FIRST_KEYS: KeyRecord[] = (['ZAK', 'ZPK'] as const).map((usage) => ({
  owner: SETTINGS.link,
  usage,
  version: 1,
  token: `${usage}-1`,
  checkValue: 'AABBCC',
  state: 'active',
}));

export async function testNode(
  store: IssuerStore,
  o: { now: () => number; keys?: readonly KeyRecord[] } & Partial<IssuerPorts>,
): Promise<TestNode> {
  const { issuer, acquirer } = testWires();
  const hsm = new FakeHsm();
  const observed: Observation[] = [];
  let sent: BusRecord[] = [];
  await store.saveKeys(o.keys ?? FIRST_KEYS);
  const node = await IssuerNode.open({
    clock: { now: o.now },
    random,
    hsm: hsm.client,
    store,
    wire: issuer,
    send: async (records) => {
      sent.push(...records);
    },
    observe: (observation) => observed.push(observation),
    settings: SETTINGS,
    ...o,
  });
  const taken = () => {
    const all = sent;
    sent = [];
    const events = all.filter(({ topic }) => topic.startsWith('events.'));
    const answers = all
      .filter(({ topic }) => topic === TOPICS.switchAnswers)
      .map((record) => {
        const opened = acquirer.open(record);
        if (!opened.ok) throw new Error(`answer does not open: ${opened.code}`);
        return opened.value;
      });
    return { answers, events };
  };
  const reset = (): void => {
    sent = [];
  };
  return { node, hsm, wire: issuer, observed, taken, reset };
}

export const PAN = demoCardNumber(ISSUERS[0]!, 1);

/** A 0200 as the switch forwards it; change fields by number. */
export function request(
  number: number,
  change: IsoMessage['fields'] = {},
  mti = '0200',
): IsoMessage {
  const stan = String(number % 1_000_000).padStart(6, '0');
  const fields: IsoMessage['fields'] = {
    2: PAN,
    3: '010000',
    4: '000000001000',
    7: '1121120000',
    11: stan,
    12: '120000',
    13: '1121',
    14: '3012',
    18: '6011',
    22: '021',
    25: '00',
    32: ACQUIRER_ID,
    37: `${String(632512 + Math.floor(number / 1_000_000))}${stan}`,
    41: 'ATM00001',
    42: 'PINFOLD DEMO   ',
    43: 'PINFOLD DEMO ATM                      DE'.padEnd(40),
    49: '978',
    52: RIGHT_PIN_BLOCK,
    53: '0100010001000000',
    ...change,
  };
  if (mti !== '0200') delete fields[52];
  return { mti, fields };
}

/** Packs, MACs and seals a message as the switch does. `mac: undefined` leaves the MAC out. */
export function record(
  message: IsoMessage,
  o: { wire?: RecordWire; key?: string; spoil?: boolean } = {},
): BusRecord {
  const { wire = testWires().acquirer, key = 'ZAK-1', spoil = false } = o;
  const bytes = packForMac(message);
  placeMac(bytes, testMac(key, macInputOf(bytes)!));
  if (spoil) bytes[bytes.length - 1]! ^= 1;
  const pan = message.fields[2];
  const keyText = typeof pan === 'string' ? pan : 'link';
  return wire.seal({ topic: issuerRequests(LINK), keyText, bytes, correlation: 'c' });
}

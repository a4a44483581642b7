/**
 * What every run starts from, made once: three institutions with real devices, zone and terminal
 * master keys from ceremonies, cards with PIN verification records.
 *
 * The devices are cloned once and serve all runs of the process: a clone for each run costs more than
 * the run's own cryptography. So that no run leaves a trace in them, their clock and randomness are
 * the run's (`Hands`), and the device's own PIN limits (M6) are off; the issuers' try counters are not.
 */

import type { RandomBytes } from '@pinfold/crypto';
import {
  ACQUIRER,
  type Clock,
  DEMO_EXPIRY,
  demoCardNumber,
  demoTerminal,
  ISSUERS,
  type IssuerFacts,
  type KeyRecord,
  type NewTerminal,
} from '@pinfold/flows';
import { Device, type Envelope, type Identity, MasterKeySet, type Session } from '@pinfold/hsm';
import { Rng } from './rng.js';

export const TERMINALS = 4;
export const CARDS_PER_ISSUER = 3;
/** Small, so that some cards run dry. */
export const OPENING_MINOR = 60_000n;

const FIXTURE_SEED = 0x9f1f01d;
const DEMO_SEED = 'simulation';
const MADE_AT_MS = Date.UTC(2026, 0, 1);

export interface SimCard {
  readonly issuer: string;
  readonly pan: string;
  readonly pin: string;
  readonly expiry: string;
  readonly record: string;
  readonly accountId: number;
}

export interface SimIssuer {
  readonly facts: IssuerFacts;
  readonly device: Device;
  readonly pvk: string;
  readonly zck: string;
  /** The acquirer's side of the zone control key. */
  readonly acquirerZck: KeyRecord;
  readonly algorithm: 'T' | 'A';
  readonly cards: readonly SimCard[];
}

export interface Fixture {
  readonly hands: Hands;
  readonly acquirer: Device;
  readonly issuers: readonly SimIssuer[];
  /** TMKs at the acquirer. */
  readonly terminalKeys: readonly KeyRecord[];
  readonly terminals: readonly NewTerminal[];
}

/** Clock and randomness of the run that has the devices now. */
export class Hands {
  clock: Clock = { now: () => MADE_AT_MS };
  random: RandomBytes;

  constructor(random: RandomBytes) {
    this.random = random;
  }

  get ports(): { clock: Clock; random: RandomBytes } {
    return { clock: { now: () => this.clock.now() }, random: (length) => this.random(length) };
  }
}

const KEY_MANAGER: Identity = { name: 'key-manager', role: 'keyManager' };
const OFFICER: Identity = { name: 'officer', role: 'officer' };
const PRODUCTION: Identity = { name: 'production', role: 'production' };
const CUSTODIANS: readonly Identity[] = [
  { name: 'custodian-1', role: 'custodian' },
  { name: 'custodian-2', role: 'custodian' },
];

const SESSION_MS = 3 * 365 * 24 * 3_600_000;

export function productionSession(device: Device): Session {
  return device.session(PRODUCTION, SESSION_MS);
}

/** A device and the envelopes that it has printed. */
class Institution {
  readonly device: Device;
  readonly envelopes: Envelope[] = [];

  constructor(rng: Rng) {
    const random = rng.bytes;
    this.device = Device.create({
      random,
      clock: { now: () => MADE_AT_MS },
      policy: { without: ['M6'] },
      demo: true,
      masterKeys: MasterKeySet.random('hardened', 1, random),
      envelopes: (envelope) =>
        this.envelopes.push({ ...envelope, component: Uint8Array.from(envelope.component) }),
    });
  }

  as(...who: Identity[]): Session {
    return this.device.session(who);
  }

  /** A key from shares; its components are in `envelopes`. */
  make(o: { type: 'ZCK' | 'TMK' | 'P'; usage?: string; algorithm?: 'T' | 'A' }): Made {
    this.envelopes.length = 0;
    const { shares } = must(
      this.device.execute(this.as(KEY_MANAGER), 'GenerateKeyShares', { ...o, shares: 2 }),
    );
    return this.#combine(o, shares);
  }

  /** The same key from components that came in envelopes of another institution. */
  take(o: { type: 'ZCK'; algorithm?: 'T' | 'A' }, envelopes: readonly Envelope[]): Made {
    const custodians = CUSTODIANS.map(({ name }) => name);
    const { ceremony } = must(
      this.device.execute(this.as(KEY_MANAGER), 'OpenCeremony', { ...o, custodians }),
    );
    const shares = envelopes.map(({ component }, i) => {
      const session = this.as(CUSTODIANS[i]!);
      return must(this.device.execute(session, 'ContributeShare', { ceremony, component })).share;
    });
    return this.#combine(o, shares);
  }

  #combine(o: { type: 'ZCK' | 'TMK' | 'P'; usage?: string }, shares: readonly string[]): Made {
    const { type, usage } = o;
    const input = { type, usage, shares: [...shares] };
    return must(this.device.execute(this.as(...CUSTODIANS), 'CombineKeyShares', input));
  }
}

interface Made {
  readonly key: string;
  readonly checkValue: string;
}

function must<T>(outcome: { ok: true; value: T } | { ok: false; code: string; rule?: string }): T {
  if (outcome.ok) return outcome.value;
  throw new Error(`the fixture was refused: ${outcome.code} ${outcome.rule ?? ''}`);
}

let made: Fixture | undefined;

/** The fixture of this process. */
export function fixture(): Fixture {
  made ??= makeFixture();
  return made;
}

function makeFixture(): Fixture {
  const rng = new Rng(FIXTURE_SEED);
  const hands = new Hands(rng.fork().bytes);
  const acquirer = new Institution(rng.fork());
  const issuers = ISSUERS.map((facts, i) => {
    const issuer = makeIssuer(facts, i, acquirer, rng.fork());
    return { ...issuer, device: issuer.device.clone(hands.ports) };
  });
  const pairs = Array.from({ length: TERMINALS }, (_, i) => makeTerminal(i + 1, acquirer));
  return {
    hands,
    acquirer: acquirer.device.clone(hands.ports),
    issuers,
    terminalKeys: pairs.map(({ record }) => record),
    terminals: pairs.map(({ terminal }) => terminal),
  };
}

/** Odd terminals have triple-DES keys, even ones AES; they send PIN blocks of format 0 and 4. */
export const terminalAlgorithm = (terminal: string): 'T' | 'A' =>
  Number(terminal.slice(3)) % 2 === 1 ? 'T' : 'A';

function makeTerminal(
  number: number,
  acquirer: Institution,
): { terminal: NewTerminal; record: KeyRecord } {
  const terminal = demoTerminal(number);
  const algorithm = terminalAlgorithm(terminal);
  const { key: token, checkValue } = acquirer.make({ type: 'TMK', algorithm });
  const components = acquirer.envelopes.map(({ component }, i) => {
    return { courier: `courier-${i + 1}`, component };
  });
  const cassettes = [
    { denominationMinor: 1_000n, notes: 500 },
    { denominationMinor: 2_000n, notes: 500 },
    { denominationMinor: 5_000n, notes: 500 },
  ];
  return {
    terminal: { terminal, algorithm, components, checkValue, cassettes },
    record: { owner: terminal, usage: 'TMK', version: 1, token, checkValue, state: 'active' },
  };
}

function makeIssuer(facts: IssuerFacts, index: number, acquirer: Institution, rng: Rng): SimIssuer {
  const own = new Institution(rng);
  const algorithm = index % 2 === 0 ? 'T' : 'A';
  const zck = own.make({ type: 'ZCK', algorithm });
  const theirs = acquirer.take({ type: 'ZCK', algorithm }, own.envelopes);
  const pvk = own.make({ type: 'P', usage: facts.pinMethod === 'ibm3624' ? 'PGK' : 'PVK' }).key;
  const tableId = facts.pinMethod === 'ibm3624' ? makeTable(own) : undefined;
  const session = own.as(PRODUCTION);
  const cards = Array.from({ length: CARDS_PER_ISSUER }, (_, i): SimCard => {
    const pan = demoCardNumber(facts, i + 1);
    const method = facts.pinMethod;
    const pvki = method === 'visa-pvv' ? '1' : undefined;
    const input = { pan, seed: DEMO_SEED, method, pvk, pvki, tableId };
    const { record } = must(own.device.execute(session, 'IssueDemoPin', input));
    const { pin } = must(own.device.execute(session, 'ShowDemoPin', { pan, seed: DEMO_SEED }));
    return { issuer: facts.id, pan, pin, expiry: DEMO_EXPIRY, record, accountId: i + 1 };
  });
  const acquirerZck: KeyRecord = {
    owner: facts.id,
    usage: 'ZCK',
    version: 1,
    token: theirs.key,
    checkValue: theirs.checkValue,
    state: 'active',
  };
  return { facts, device: own.device, pvk, zck: zck.key, acquirerZck, algorithm, cards };
}

function makeTable(own: Institution): string {
  const table = '0123456789012345';
  const { tableId } = must(
    own.device.execute(own.as(KEY_MANAGER), 'RegisterDecimalisationTable', { table }),
  );
  const activated = own.device.execute(own.as(OFFICER), 'ActivateDecimalisationTable', { tableId });
  must(activated);
  return tableId;
}

export const ACQUIRER_ID = ACQUIRER.institution;

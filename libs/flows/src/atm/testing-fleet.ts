/** The world of the fleet's specs: a fleet over memory, a switch that answers, and the wire between. */
import type { IsoMessage } from '@pinfold/iso8583';
import type { BusRecord } from '@pinfold/messages';
import type { Observation } from '../node.js';
import type { Dispenser } from './cassettes.js';
import { AtmFleet } from './fleet.js';
import { MemoryAtmStore } from './memory-store.js';
import type { WithdrawalOrder } from './order.js';
import {
  newTerminal,
  plainVault,
  plainWire,
  seededRandom,
  TestClock,
  TestSwitch,
} from './testing.js';

export const ORDER: WithdrawalOrder = {
  terminal: 'ATM00001',
  pan: '4000000000000010',
  pin: '1234',
  expiry: '3012',
  amountMinor: 6_000n,
};

export interface World {
  clock: TestClock;
  store: MemoryAtmStore;
  net: TestSwitch;
  fleet: AtmFleet;
  /** Records on their way to the switch. */
  sent: BusRecord[];
  observed: Observation[];
  failSends: boolean;
  /** A card number that the vault no longer opens. */
  lost: string | undefined;
  /** Answers everything that was sent. */
  deliver(): Promise<void>;
  restart(): Promise<void>;
  settle(): Promise<void>;
}

export async function world(o: { terminals?: number; dispenser?: Dispenser } = {}): Promise<World> {
  const store = new MemoryAtmStore();
  const scheduled: (() => void)[] = [];
  const w = {
    clock: new TestClock(),
    store,
    net: new TestSwitch(),
    sent: [],
    observed: [],
    failSends: false,
    lost: undefined,
  } as unknown as World;
  const build = () =>
    new AtmFleet(
      {
        clock: w.clock,
        random: seededRandom(3),
        store,
        wire: plainWire,
        vault: {
          ...plainVault,
          open: (sealed) => {
            const pan = plainVault.open(sealed);
            if (pan === w.lost) throw new Error(pan);
            return pan;
          },
        },
        send: async (records) => {
          if (w.failSends) throw new Error('bus away');
          w.sent.push(...records);
        },
        observe: (observation) => w.observed.push(observation),
        padStorageKey: () => new Uint8Array(32).fill(5),
        schedule: (run) => scheduled.push(run),
        dispenser: o.dispenser,
      },
      { acquirer: '100001', currency: '978' },
    );
  w.settle = async () => {
    for (const run of scheduled.splice(0)) run();
    for (let i = 0; i < 30; i++) await Promise.resolve();
  };
  w.deliver = async () => {
    await w.settle();
    const answers = w.sent.splice(0).flatMap((record) => w.net.answer(record) ?? []);
    await w.fleet.onAnswers(answers);
  };
  w.restart = async () => {
    w.fleet = build();
    await w.fleet.recover();
    for (let i = 0; i < 2; i++) {
      await w.fleet.onTick();
      await w.deliver();
    }
  };
  w.fleet = build();
  await w.fleet.recover();
  const ids = Array.from({ length: o.terminals ?? 1 }, (_, i) => `ATM0000${i + 1}`);
  const installed = await w.fleet.install(ids.map(newTerminal));
  if (!installed.ok) throw new Error(installed.code);
  for (let i = 0; i < 2; i++) {
    await w.fleet.onTick();
    await w.deliver();
  }
  return w;
}

export const last = (w: World, mti: string): IsoMessage =>
  w.net.seen.filter((m) => m.mti === mti).at(-1)!;
export const journal = (w: World) => w.store.reconcilePage(undefined, 100);

/** Terminals of the demo network: a master key each, from two couriers' components. */
import { wipe } from '@pinfold/crypto';
import type { AtmFleet, KeyRecord, NewTerminal, SwitchStore } from '@pinfold/flows';
import { demoTerminal, demoTerminalAlgorithm } from '@pinfold/flows';
import {
  aesKeysPossible,
  type HsmAccess,
  type Institution,
  type KeyConsole,
  makeProductionKey,
} from '@pinfold/institution';
import type { Progress } from './progress.js';

const FIRST_VERSION = 1;
const TERMINALS_AT_ONCE = 100;

/** Notes of a new terminal: 10, 20 and 50 EUR. */
const CASSETTES = [
  { denominationMinor: 1_000n, notes: 2_000 },
  { denominationMinor: 2_000n, notes: 2_000 },
  { denominationMinor: 5_000n, notes: 2_000 },
];

/** Terminals up to `count`: a TMK ceremony each, the components typed into its PIN pad by two couriers. */
export async function provisionTerminals(o: {
  acquirer: Institution;
  hsm: HsmAccess;
  fleet: AtmFleet;
  switchStore: SwitchStore;
  count: number;
  progress: Progress;
}): Promise<number> {
  const { acquirer, hsm, fleet, switchStore, count, progress } = o;
  const present = new Set(fleet.terminals().map(({ terminal }) => terminal));
  const missing: string[] = [];
  for (let n = 1; n <= count; n += 1) {
    const terminal = demoTerminal(n);
    if (!present.has(terminal)) missing.push(terminal);
  }
  if (missing.length === 0) return 0;
  const console = await hsm.console(acquirer);
  const atOnce = console?.byHand === true ? 1 : TERMINALS_AT_ONCE;
  for (let from = 0; from < missing.length; from += atOnce) {
    const records: KeyRecord[] = [];
    const terminals: NewTerminal[] = [];
    for (const terminal of missing.slice(from, from + atOnce)) {
      const made = await terminalMasterKey({ acquirer, terminal, console });
      records.push(made.record);
      terminals.push(made.terminal);
    }
    // The switch first: a terminal that is there counts as finished, and is not looked at again.
    await switchStore.transact((tx) => tx.save({ keys: records }));
    const installed = await fleet.install(terminals);
    for (const { components } of terminals) for (const { component } of components) wipe(component);
    if (!installed.ok) throw new Error(`a PIN pad refused its keys: ${installed.code}`);
    progress({ step: 'terminals', count: from + records.length, of: missing.length });
  }
  return missing.length;
}

async function terminalMasterKey(o: {
  acquirer: Institution;
  terminal: string;
  console: KeyConsole | undefined;
}): Promise<{ record: KeyRecord; terminal: NewTerminal }> {
  const { acquirer, terminal, console } = o;
  const aes = aesKeysPossible(acquirer.tokens, acquirer.store.device.mode);
  const algorithm = demoTerminalAlgorithm(terminal, aes ? 'hardened' : 'legacy');
  const components: { courier: string; component: Uint8Array }[] = [];
  const { token, checkValue } = await makeProductionKey(
    acquirer,
    { type: 'TMK', algorithm },
    {
      key: 'TMK',
      owner: terminal,
      console,
      withEnvelopes: (envelopes) => {
        for (const { custodian, component } of envelopes) {
          components.push({ courier: custodian, component: Uint8Array.from(component) });
        }
      },
    },
  );
  return {
    record: {
      owner: terminal,
      usage: 'TMK',
      version: FIRST_VERSION,
      token,
      checkValue,
      state: 'active',
    },
    terminal: { terminal, algorithm, components, checkValue, cassettes: CASSETTES },
  };
}

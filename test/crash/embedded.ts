/** The all-in-one program and its own PostgreSQL. */
import { join } from 'node:path';
import { MainProcess } from './main-process.js';
import { databaseUrlOf, killPostmaster } from './own-postgres.js';
import type { SystemUnderTest } from './system-under-test.js';

export interface EmbeddedOptions {
  readonly root: string;
  readonly dataDir: string;
  readonly cards: number;
  readonly terminals: number;
}

/** `both`: as a power cut, nothing of the system is left. */
const TARGETS = ['program', 'postgres', 'both'] as const;

export function embeddedSystem(o: EmbeddedOptions): SystemUnderTest {
  const { dataDir } = o;
  const main = new MainProcess({
    program: join(o.root, 'dist/apps/pinfold/src/main.js'),
    args: ['start', '--no-traffic', '--cards', `${o.cards}`, '--terminals', `${o.terminals}`],
    dataDir,
    env: {},
  });
  return {
    dataDir,
    targets: TARGETS,
    launch: () => main.launch(),
    address: () => main.address(),
    get isAlive() {
      return main.isAlive;
    },
    get printed() {
      return main.printed;
    },
    kill: async (target) => {
      if (target === 'program') return main.kill();
      const killed = killPostmaster(dataDir);
      return target === 'both' ? (await main.kill()) || killed : killed;
    },
    databaseUrl: () => databaseUrlOf(dataDir),
    stop: () => main.stop(),
    remove: async () => {
      await main.kill();
      killPostmaster(dataDir);
    },
  };
}

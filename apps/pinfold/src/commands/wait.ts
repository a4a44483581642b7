/** `pinfold wait`: returns when the system on a data folder is ready. */
import { setTimeout as sleep } from 'node:timers/promises';
import { wholeNumber } from '../cli/arguments.js';
import { act, jsonCommand } from '../cli/command.js';
import { CommandFailure, EXIT, environmentFailure } from '../cli/exit.js';
import { findRunningSystem } from '../cli/running-system.js';
import { dataDirOf } from '../cli/settings.js';

const DEFAULT_TIMEOUT_S = 60;
const POLL_MS = 200;

async function readiness(dataDir: string): Promise<unknown> {
  try {
    return await findRunningSystem(dataDir).get('/health/ready');
  } catch (error) {
    if (error instanceof CommandFailure) return undefined;
    throw error;
  }
}

export const waitCommand = jsonCommand('wait', 'wait until the system is ready')
  .option('--timeout <seconds>', 'give up after', wholeNumber(1, 3600), DEFAULT_TIMEOUT_S)
  .option('--data <dir>', 'data folder of the system')
  .action(
    act<{ data?: string; timeout: number }>(async ({ output, options }) => {
      const dataDir = dataDirOf(options);
      const giveUp = Date.now() + options.timeout * 1000;
      for (;;) {
        const ready = await readiness(dataDir);
        if (ready !== undefined) {
          output.document(ready);
          output.line('ready');
          return EXIT.done;
        }
        if (Date.now() >= giveUp) {
          throw environmentFailure(
            'NOT_READY',
            `no system was ready on ${dataDir} within ${options.timeout} s`,
          );
        }
        await sleep(POLL_MS);
      }
    }),
  );

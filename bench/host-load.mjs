/** The built host port, for benchmarks and fuzzing: translated first when sources are newer. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { prepare, root } from '../scripts/prepare.mjs';

const built = (path) => import(pathToFileURL(join(root, 'dist', path)).href);

/** The host-command library and the service. */
export async function load() {
  if (process.env.PINFOLD_BENCH_BUILT !== '1') prepare();
  const hostCommands = await built('libs/host-commands/src/index.js');
  const { startHostPort } = await built('apps/hsm/src/index.js');
  const { Device } = await built('libs/hsm/src/index.js');
  /** A device in memory, with the published test LMKs. */
  const hostDevice = (mode) =>
    Device.create({
      mode,
      demo: true,
      random: (length) => Uint8Array.from(randomBytes(length)),
      clock: { now: () => Date.now() },
    }).lmk();
  return { hostCommands, startHostPort, hostDevice };
}

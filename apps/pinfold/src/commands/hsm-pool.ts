/** `pinfold hsm status` without a folder: through which devices a running system works. */
import { type HsmAnswerDocument, hsmAnswerSchema } from '@pinfold/institution';
import { z } from 'zod';
import { EXIT } from '../cli/exit.js';
import type { Output } from '../cli/output.js';
import { findRunningSystem } from '../cli/running-system.js';
import { dataDirOf } from '../cli/settings.js';
import { agoOf } from '../cli/time.js';

/** `payshield://` with an address and a port. */
const DEVICE_WIDTH = 33;

const answerSchema = hsmAnswerSchema.extend({ silent: z.array(z.string()).optional() });
type Device = NonNullable<HsmAnswerDocument['processes'][number]['pool']>[number];

/** Exit code 1 where a pool has no device that answers. */
export async function showPool(output: Output, options: { data?: string }): Promise<number> {
  const answer = await findRunningSystem(dataDirOf(options)).get('/hsm');
  const { processes, silent = [] } = answerSchema.parse(answer);
  output.document(answer);
  for (const { process, pool } of processes) {
    if (pool === null) {
      output.line(`${process}: devices in the process; \`pinfold status\` tells their states`);
      continue;
    }
    const up = pool.filter(({ state }) => state === 'up').length;
    output.line(`${process}: pool of ${pool.length}, ${up} up`);
    for (const device of pool) output.line(`  ${lineOf(device)}`);
  }
  for (const process of silent) output.line(`${process} does not answer`);
  const lost = processes.some(({ pool }) => pool?.every(({ state }) => state !== 'up'));
  if (silent.length > 0) return EXIT.environment;
  return lost ? EXIT.refused : EXIT.done;
}

function lineOf(device: Device): string {
  const { state, breaker, inFlight, served, failures, lastError, nextLookAtMs } = device;
  const parts = [
    `${device.device.padEnd(DEVICE_WIDTH)} ${state.padEnd(11)}breaker ${breaker.padEnd(10)}`,
    `${inFlight} outstanding, ${served} served, ${failures} failures`,
  ];
  if (lastError !== null) parts.push(`; last ${lastError.code} ${agoOf(lastError.atMs)}`);
  if (nextLookAtMs !== null) {
    parts.push(`; next look in ${Math.max(0, nextLookAtMs - Date.now())} ms`);
  }
  return parts.join('');
}

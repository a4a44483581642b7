/** Through what the switch and the issuers work, as a line of the banner; none where devices are in the process. */
import { lmkOf } from '@pinfold/institution';
import type { System } from './system.js';

export function hsmLine({ hsm, network }: Pick<System, 'hsm' | 'network'>): string | undefined {
  const { pool } = hsm;
  if (pool === undefined) return undefined;
  const count = pool.status().length;
  const lmk = lmkOf(network.institutions.acquirer.provisioned);
  if (lmk === undefined) return `HSM: pool of ${count} ${count === 1 ? 'process' : 'processes'}`;
  return `HSM: pool of ${count} ${count === 1 ? 'payShield' : 'payShields'}, LMK ${lmk.name}`;
}

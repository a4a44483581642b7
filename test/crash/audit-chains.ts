/** The audit chain of every device, from its file: whole, in order, unchanged. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { verifyAudit } from '@pinfold/hsm';

export interface ChainVerdict {
  readonly institution: string;
  readonly entries: number;
  /** Undefined: the chain holds. */
  readonly broken?: string;
}

export function auditChains(dataDir: string): ChainVerdict[] {
  const folder = join(dataDir, 'hsm');
  return readdirSync(folder).map((institution) => {
    const lines = readFileSync(join(folder, institution, 'audit.log'), 'utf8').split('\n');
    const { valid, entries, firstBad, reason } = verifyAudit(lines);
    const forked = existsSync(join(folder, institution, 'audit.log.cut'));
    if (valid && !forked) return { institution, entries };
    const broken = valid ? 'entries had to be cut off' : `entry ${firstBad}: ${reason}`;
    return { institution, entries, broken };
  });
}

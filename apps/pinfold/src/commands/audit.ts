/** `pinfold audit verify FILE`: checks an audit chain, and says where it is broken. */
import { readFileSync } from 'node:fs';
import { type AuditKnowledge, verifyAudit } from '@pinfold/hsm';
import { Command } from 'commander';
import { z } from 'zod';
import { act, jsonCommand } from '../cli/command.js';
import { EXIT, environmentFailure, usageFailure } from '../cli/exit.js';

const checkpointSchema = z.object({
  seq: z.number().int().min(0),
  prev: z.string().length(64),
  publicKey: z.string().optional(),
});

export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw environmentFailure('FILE_UNREADABLE', `${file} cannot be read (${code})`);
  }
}

/** What `hsm checkpoint` wrote: it tells a chain that was cut at its end, and whose signatures are right. */
function knowledgeOf(file: string | undefined): AuditKnowledge {
  if (file === undefined) return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(readText(file));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  const checkpoint = checkpointSchema.safeParse(parsed);
  if (!checkpoint.success) {
    throw usageFailure('CHECKPOINT_INVALID', `${file} is not what 'pinfold hsm checkpoint' writes`);
  }
  const { seq, prev, publicKey } = checkpoint.data;
  return { head: { seq, prev }, ...(publicKey === undefined ? {} : { publicKey }) };
}

const verifyCommand = jsonCommand('verify', 'check a chain: changed, removed, reordered, cut')
  .argument('<file>', 'audit.log of a device folder')
  .option('--checkpoint <file>', "a signed checkpoint that was kept apart, see 'hsm checkpoint'")
  .action(
    act<{ checkpoint?: string }, [string]>(({ output, options }, file) => {
      const lines = readText(file)
        .split('\n')
        .filter((line) => line !== '');
      const found = verifyAudit(lines, knowledgeOf(options.checkpoint));
      output.document(found);
      output.line(
        found.valid
          ? `valid: ${found.entries} entries`
          : `NOT valid at entry ${found.firstBad}: ${found.reason}`,
      );
      if (found.valid && options.checkpoint === undefined) {
        output.line('a chain that was cut at its end looks whole: --checkpoint tells');
      }
      return found.valid ? EXIT.done : EXIT.refused;
    }),
  );

export const auditCommand = new Command('audit')
  .description('audit chains of devices')
  .addCommand(verifyCommand);

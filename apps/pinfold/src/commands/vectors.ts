/** `pinfold vectors FILE…`: runs known-answer files through the libraries. */
import { readFileSync, statSync } from 'node:fs';
import type { VectorReport } from '@pinfold/vectors';
import { act, jsonCommand } from '../cli/command.js';
import { CommandFailure, EXIT, environmentFailure, usageFailure } from '../cli/exit.js';

/** Far above any file of vectors; below it, a file is read as a whole. */
const MOST_MEBIBYTES = 64;

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'access is denied',
};

function readText(file: string): string {
  try {
    if (statSync(file).size > MOST_MEBIBYTES * 2 ** 20) {
      throw usageFailure('FILE_TOO_LARGE', `${file} is larger than ${MOST_MEBIBYTES} MiB`);
    }
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    const why = UNREADABLE[code] ?? code;
    throw environmentFailure('FILE_UNREADABLE', `${file} cannot be read: ${why}`);
  }
}

function readVectors(file: string): unknown {
  const text = readText(file).replace(/^\uFEFF/, '');
  try {
    return JSON.parse(text);
  } catch {
    throw usageFailure(
      'FILE_NOT_JSON',
      `${file} is not a JSON document; vectors/README.md tells the format`,
    );
  }
}

export const vectorsCommand = jsonCommand('vectors', 'run known-answer files through the libraries')
  .argument('<file...>', 'files in the format of vectors/README.md')
  .action(
    act<object, [string[]]>(async ({ output }, files) => {
      // All the libraries load with this one: no other command is to wait for them.
      const { mergeReports, runVectorFile } = await import('@pinfold/vectors');
      const reports: VectorReport[] = [];
      for (const file of files) {
        output.progress(`${file} …`);
        const report = runVectorFile(readVectors(file), file);
        reports.push(report);
        const count = report.passed + report.failed;
        output.line(`${String(report.passed).padStart(6)} of ${count}  ${file}`);
        for (const { id, why } of report.cases.filter((one) => !one.ok)) {
          output.line(`       FAILED ${id}: ${why}`);
        }
      }
      const { passed, failed, cases } = mergeReports(reports);
      output.document({ passed, failed, cases });
      output.line(`${passed} passed, ${failed} failed`);
      return failed === 0 ? EXIT.done : EXIT.refused;
    }),
  );

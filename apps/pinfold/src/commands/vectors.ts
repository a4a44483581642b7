/** `pinfold vectors FILE…`: runs known-answer files through the libraries. */
import { readFileSync } from 'node:fs';
import { runVectorFile, type VectorReport } from '@pinfold/vectors';
import { act, jsonCommand } from '../cli/command.js';
import { EXIT, environmentFailure, usageFailure } from '../cli/exit.js';

function readVectors(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw environmentFailure('FILE_UNREADABLE', `${file} cannot be read (${code})`);
  }
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
    act<object, [string[]]>(({ output }, files) => {
      const reports: VectorReport[] = files.map((file) => runVectorFile(readVectors(file), file));
      const cases = reports.flatMap((report) => report.cases);
      const passed = cases.filter((one) => one.ok).length;
      const failed = cases.length - passed;
      output.document({ passed, failed, cases });
      for (const report of reports) {
        const [file = ''] = report.cases.map((one) => one.file);
        output.line(`${String(report.passed).padStart(6)} of ${report.cases.length}  ${file}`);
        for (const { id, why } of report.cases.filter((one) => !one.ok)) {
          output.line(`       FAILED ${id}: ${why}`);
        }
      }
      output.line(`${passed} passed, ${failed} failed`);
      return failed === 0 ? EXIT.done : EXIT.refused;
    }),
  );

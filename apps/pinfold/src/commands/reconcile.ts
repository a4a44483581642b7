/** `pinfold reconcile`: the three-way match of ATM journals, switch records and issuer ledgers. */
import { z } from 'zod';
import { act, jsonCommand } from '../cli/command.js';
import { EXIT } from '../cli/exit.js';
import { styled } from '../cli/output.js';
import { findRunningSystem } from '../cli/running-system.js';
import { dataDirOf } from '../cli/settings.js';

const reportSchema = z.looseObject({
  clean: z.boolean(),
  withdrawals: z.number(),
  dispensedMinor: z.number(),
  postedMinor: z.number(),
  partnersMinor: z.number(),
  pending: z.number(),
  differences: z.array(z.looseObject({ kind: z.string(), rrn: z.string() })),
});

const MOST_SHOWN = 20;
const euros = (minor: number): string => (minor / 100).toFixed(2);

export const reconcileCommand = jsonCommand(
  'reconcile',
  'three-way match of ATM journals, switch records and issuer ledgers; exit 1 if they differ',
)
  .option('--data <dir>', 'data folder of the running system')
  .action(
    act<{ data?: string }>(async ({ output, options }) => {
      const answer = await findRunningSystem(dataDirOf(options)).post('/reconciliations', {});
      const report = reportSchema.parse(answer);
      output.document(answer);
      output.line(`withdrawals finished  ${report.withdrawals}`);
      output.line(`still under way       ${report.pending}`);
      output.line(`cash dispensed        ${euros(report.dispensedMinor)} EUR`);
      output.line(`posted to accounts    ${euros(report.postedMinor)} EUR`);
      if (report.partnersMinor > 0) {
        output.line(`of it partners' cards ${euros(report.partnersMinor)} EUR, posted there`);
      }
      for (const { kind, rrn, ...rest } of report.differences.slice(0, MOST_SHOWN)) {
        output.line(`  ${kind}  ${rrn}  ${JSON.stringify(rest)}`);
      }
      const more = report.differences.length - MOST_SHOWN;
      if (more > 0) output.line(`  and ${more} more; --json shows all`);
      output.line(
        report.clean
          ? styled('green', 'clean: all three records agree')
          : styled('red', `${report.differences.length} differences`),
      );
      return report.clean ? EXIT.done : EXIT.refused;
    }),
  );

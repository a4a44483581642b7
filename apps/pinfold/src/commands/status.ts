/** `pinfold status`: what runs, where, and with which settings. */
import { z } from 'zod';
import { act, jsonCommand } from '../cli/command.js';
import { EXIT } from '../cli/exit.js';
import { findRunningSystem } from '../cli/running-system.js';
import { dataDirOf } from '../cli/settings.js';

const statusSchema = z.looseObject({
  pid: z.number(),
  mode: z.string(),
  uptimeSeconds: z.number(),
  dataDir: z.string(),
  ports: z.record(z.string(), z.number()),
  bus: z.string(),
  database: z.object({ kind: z.string(), psql: z.string() }),
  devices: z.array(z.object({ institution: z.string(), state: z.string(), demo: z.string() })),
  settings: z.record(z.string(), z.string()),
  withdrawals: z.record(z.string(), z.number()),
});

export const statusCommand = jsonCommand('status', 'what runs, where, and with which settings')
  .option('--data <dir>', 'data folder of the running system')
  .action(
    act<{ data?: string }>(async ({ output, options }) => {
      const answer = await findRunningSystem(dataDirOf(options)).get('/status');
      const status = statusSchema.parse(answer);
      output.document(answer);
      output.line(`process    ${status.pid}, up ${Math.round(status.uptimeSeconds)} s`);
      output.line(`mode       ${status.mode}`);
      output.line(`data       ${status.dataDir}`);
      output.line(`bus        ${status.bus}`);
      output.line(`database   ${status.database.kind}`);
      output.line(`psql       ${status.database.psql}`);
      for (const [name, port] of Object.entries(status.ports)) {
        output.line(`port       ${String(port).padEnd(6)} ${name}`);
      }
      for (const { institution, state, demo } of status.devices) {
        output.line(`device     ${institution.padEnd(10)} ${state.padEnd(11)} ${demo}`);
      }
      for (const [name, value] of Object.entries(status.settings)) {
        output.line(`setting    ${name}=${value}`);
      }
      for (const [name, count] of Object.entries(status.withdrawals)) {
        output.line(`so far     ${name.padEnd(10)} ${count}`);
      }
      return EXIT.done;
    }),
  );

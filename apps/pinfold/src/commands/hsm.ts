/** `pinfold hsm`: the officer's console of a device in a folder. */
import { writeFileSync } from 'node:fs';
import { RULE_IDS, RULES } from '@pinfold/hsm';
import { Command } from 'commander';
import { act, jsonCommand } from '../cli/command.js';
import { CommandFailure, EXIT, usageFailure } from '../cli/exit.js';
import {
  type AtDevice,
  atDevice,
  type FolderFlags,
  run,
  sessionOf,
  statusOf,
} from '../device/device-session.js';
import { statusLines } from '../device/status-lines.js';
import { deviceStep } from '../device/step.js';
import { masterKeyCommands } from './hsm-master-keys.js';
import { showPool } from './hsm-pool.js';
import { userCommands } from './hsm-users.js';

const step = deviceStep;

const status = jsonCommand('status', 'the devices a running system works through; or one device')
  .option('--folder <dir>', 'one device in this folder instead')
  .option('--data <dir>', 'data folder of the running system')
  .action(
    act<Partial<FolderFlags> & { data?: string }>(({ output, options }) => {
      const { folder } = options;
      if (folder === undefined) return showPool(output, options);
      return atDevice({ ...options, folder }, async ({ device }) => {
        const found = statusOf(device);
        output.document(found);
        for (const [name, text] of statusLines(found)) output.line(`${name.padEnd(13)}${text}`);
        return EXIT.done;
      });
    }),
  );

const policy = step('policy', 'the rules, and which are in force').action(
  act<FolderFlags>(({ output, options }) =>
    atDevice(options, async ({ device }) => {
      const rules = RULE_IDS.map((id) => ({ id, on: device.policy.on[id], ...RULES[id] }));
      output.document({ mode: device.mode, rules });
      for (const { id, on, refuses } of rules) {
        output.line(`${on ? 'on ' : 'off'}  ${id.padEnd(28)}${refuses}`);
      }
      return EXIT.done;
    }),
  ),
);

const tableRegister = step('table-register', 'register a decimalisation table (key manager)')
  .argument('<table>', '16 decimal digits')
  .action(
    act<FolderFlags, [string]>(({ output, options }, table) =>
      atDevice(options, async (at) => {
        const session = await sessionOf(at, 'keyManager');
        const made = run(at.device, session, 'RegisterDecimalisationTable', { table });
        output.document(made);
        output.line(`registered as ${made.tableId}; another role activates it`);
        return EXIT.done;
      }),
    ),
  );

const tableActivate = step('table-activate', 'activate a registered table (security officer)')
  .argument('<id>', 'id of the table')
  .action(
    act<FolderFlags, [string]>(({ output, options }, tableId) =>
      atDevice(options, async (at) => {
        const session = await sessionOf(at, 'officer');
        run(at.device, session, 'ActivateDecimalisationTable', { tableId });
        output.document({ tableId, active: true });
        output.line(`${tableId} is active`);
        return EXIT.done;
      }),
    ),
  );

const selfTest = step(
  'self-test',
  'run all self-tests: known answers, random numbers, files of the program',
).action(
  act<FolderFlags>(({ output, options }) =>
    atDevice(options, async (at) => {
      const session = await sessionOf(at, 'officer');
      const { failed, results } = run(at.device, session, 'SelfTest', {});
      output.document({ passed: failed.length === 0, failed, results });
      for (const { id, passed } of results) output.line(`${passed ? 'passed' : 'FAILED'}  ${id}`);
      return failed.length === 0 ? EXIT.done : EXIT.refused;
    }),
  ),
);

const trustProgram = step(
  'trust-program',
  'trust programs of another signer, before one is installed (two officers)',
)
  .argument('<signer>', 'SHA-256 of its public key: `status` and the build print it')
  .action(
    act<FolderFlags, [string]>(({ output, options }, signer) =>
      atDevice(options, async (at) => {
        run(at.device, await sessionOf(at, 'officer', true), 'TrustProgram', { signer });
        output.document({ trusted: signer });
        output.line(`programs signed by ${signer} are trusted`);
        return EXIT.done;
      }),
    ),
  );

const tamper = step('tamper', 'erase all keys; the device answers only status and audit')
  .option('--yes', 'needed: there is no way back')
  .action(
    act<FolderFlags & { yes?: boolean }>(({ output, options }) =>
      atDevice(options, async (at: AtDevice) => {
        if (!options.yes) throw usageFailure('NOT_CONFIRMED', 'tamper erases all keys: add --yes');
        run(at.device, await sessionOf(at, 'officer'), 'Tamper', {});
        // Twice: the state before is kept beside the state, and must not hold the keys either.
        at.store.save();
        output.document({ life: statusOf(at.device).life });
        output.line('the device is tampered with and holds no keys');
        return EXIT.done;
      }),
    ),
  );

const checkpoint = step('checkpoint', 'sign where the audit chain stands, to be kept apart')
  .requiredOption('--out <file>', 'where the checkpoint goes')
  .action(
    act<FolderFlags & { out: string }>(({ output, options }) =>
      atDevice(options, async (at) => {
        const signed = run(at.device, await sessionOf(at, 'officer'), 'AuditCheckpoint', {});
        try {
          writeFileSync(options.out, `${JSON.stringify(signed, null, 1)}\n`);
        } catch {
          throw new CommandFailure(
            'FILE_UNWRITABLE',
            `${options.out} cannot be written`,
            EXIT.environment,
          );
        }
        output.document(signed);
        output.line(`${signed.seq} entries are signed in ${options.out}`);
        return EXIT.done;
      }),
    ),
  );

export const hsmCommand = new Command('hsm').description(
  "officer's console of a device in a folder",
);
for (const one of [
  ...masterKeyCommands,
  status,
  policy,
  ...userCommands,
  tableRegister,
  tableActivate,
  selfTest,
  trustProgram,
  tamper,
  checkpoint,
]) {
  hsmCommand.addCommand(one);
}

/** The part of `pinfold hsm` that is about master keys: making, backing up, restoring, changing. */
import { fromHex } from '@pinfold/crypto';
import { KEY_TYPE_NAMES, type KeyType, type Mode, type Session } from '@pinfold/hsm';
import { DeviceFolder } from '@pinfold/institution';
import { type Command, Option } from 'commander';
import { wholeNumber } from '../cli/arguments.js';
import { act } from '../cli/command.js';
import { EXIT, usageFailure } from '../cli/exit.js';
import type { Output } from '../cli/output.js';
import {
  type AtDevice,
  atDevice,
  atNewDevice,
  collected,
  type FolderFlags,
  must,
  nameList,
  random,
  readEnvelope,
  run,
  sessionAs,
  sessionOf,
  statusOf,
  withEnvelopeFiles,
} from '../device/device-session.js';
import { askSecret } from '../device/secrets.js';
import { deviceStep } from '../device/step.js';
import { keepToken, tokenOf } from '../device/token-files.js';

interface MasterKeyFlags extends FolderFlags {
  readonly mode: Mode;
  readonly demo?: boolean;
  readonly typed?: boolean;
  readonly custodians: readonly string[];
  readonly officers: readonly string[];
  readonly threshold: number;
  readonly from: readonly string[];
  readonly version: number;
  readonly type: KeyType | typeof RSA;
}

const RSA = 'RSA';
const CUSTODIANS = ['custodian-1', 'custodian-2', 'custodian-3'];
const OFFICERS = ['officer-1', 'officer-2'];

const step = deviceStep;

const withMode = (command: Command): Command =>
  command.addOption(
    new Option('--mode <mode>', 'the device').choices(['hardened', 'legacy']).default('hardened'),
  );

const withPeople = (command: Command): Command =>
  command
    .option('--custodians <names>', 'three or more, with commas', nameList, CUSTODIANS)
    .option('--envelopes <dir>', 'where the sealed envelopes go', 'envelopes')
    .option('--typed', 'custodians type their components; else the device makes them');

/** Everybody logs in before anybody contributes: a wrong passphrase must not break a ceremony off. */
async function custodiansAt(at: AtDevice, { custodians }: MasterKeyFlags): Promise<Session[]> {
  const sessions: Session[] = [];
  for (const name of custodians) sessions.push(await sessionAs(at, name, 'custodian'));
  return sessions;
}

/** One component of each custodian; gives the envelopes' files. */
async function contributeAll(
  at: AtDevice,
  { typed }: MasterKeyFlags,
  custodians: readonly Session[],
): Promise<string[]> {
  const { files } = await withEnvelopeFiles(at, async () => {
    for (const session of custodians) {
      const component = typed
        ? componentOf(await askSecret(`Master-key component of ${session.name}`))
        : undefined;
      run(at.device, session, 'ContributeMasterKeyComponent', { component });
      component?.fill(0);
    }
  });
  return files;
}

function componentOf(text: string): Uint8Array {
  const hex = text.replaceAll(/\s/g, '').toUpperCase();
  if (!/^([0-9A-F]{160}|[0-9A-F]{320})$/.test(hex)) {
    throw usageFailure(
      'COMPONENT_INVALID',
      'a component of the whole set is 320 hexadecimal digits, or 160 in legacy mode',
    );
  }
  return fromHex(hex);
}

async function addOfficers(at: AtDevice, names: readonly string[]): Promise<void> {
  const door = at.device.session(
    names.map((name) => ({ name: `setting-up-${name}`, role: 'officer' })),
  );
  for (const name of names) {
    const passphrase = await askSecret(`New passphrase of ${name}`);
    run(at.device, door, 'CreateUser', { name, role: 'officer', passphrase });
  }
}

function told(output: Output, at: AtDevice, files: readonly string[]): number {
  const { mode, life, masterKeyVersion, checkValues } = statusOf(at.device);
  output.document({ mode, life, masterKeyVersion, checkValues, envelopes: files });
  output.line(`${mode} device, ${life}, master keys version ${masterKeyVersion}`);
  for (const value of checkValues) output.line(`check      ${value}`);
  for (const file of files) output.line(`envelope   ${file}`);
  return EXIT.done;
}

const init = withPeople(
  withMode(step('init', 'a new device: master keys from components of three people or more')),
)
  .option('--officers <names>', 'two, with commas; asks for their passphrases', nameList, OFFICERS)
  .option('--demo', 'random master keys and nobody to log in: a demo device, which says so')
  .action(
    act<MasterKeyFlags>(async ({ output, options }) => {
      if (options.demo) {
        const log = (line: string) => output.line(line);
        DeviceFolder.open({ folder: options.folder, mode: options.mode, random, log }).close();
        return atDevice(options, async (at) => told(output, at, []));
      }
      if (options.officers.length !== 2) throw usageFailure('OFFICERS', 'two officers are needed');
      return atNewDevice(options, async (at) => {
        await addOfficers(at, options.officers);
        const files = await contributeAll(at, options, await custodiansAt(at, options));
        const officers = await sessionOf(at, 'officer', true);
        run(at.device, officers, 'CompleteMasterKeys', {});
        run(at.device, officers, 'ActivateDevice', {});
        return told(output, at, files);
      });
    }),
  );

const change = withPeople(
  step('change-master-keys', 'new master keys beside the old; then re-encrypt, then erase-old'),
).action(
  act<MasterKeyFlags>(({ output, options }) =>
    atDevice(options, async (at) => {
      const custodians = await custodiansAt(at, options);
      const officers = await sessionOf(at, 'officer', true);
      const files = await contributeAll(at, options, custodians);
      run(at.device, officers, 'CompleteMasterKeys', {});
      const code = told(output, at, files);
      output.line("now 're-encrypt' every token, then 'erase-old'");
      return code;
    }),
  ),
);

const reEncrypt = step('re-encrypt', 'a token of the old master keys under the new ones')
  .argument('<token>', 'the token, or a file that holds it')
  .option('--out <file>', 'where the new token goes')
  .addOption(
    new Option('--type <type>', 'key type; RSA for a private key')
      .choices([...KEY_TYPE_NAMES, RSA])
      .makeOptionMandatory(),
  )
  .action(
    act<MasterKeyFlags & { out?: string }, [string]>(({ output, options }, given) =>
      atDevice(options, async (at) => {
        const session = await sessionOf(at, 'keyManager');
        const { type } = options;
        const token = tokenOf(given);
        const renewed =
          type === RSA
            ? run(at.device, session, 'ReEncryptRsaKey', { rsaKey: token }).rsaKey
            : run(at.device, session, 'ReEncryptToken', { type, token }).token;
        output.document({ token: renewed });
        if (options.out === undefined) output.line(renewed);
        else {
          keepToken(options.out, renewed);
          output.line(`written to ${options.out}`);
        }
        return EXIT.done;
      }),
    ),
  );

const eraseOld = step('erase-old', 'erase the old master keys: the change is done').action(
  act<FolderFlags>(({ output, options }) =>
    atDevice(options, async (at) => {
      run(at.device, await sessionOf(at, 'officer'), 'EraseOldMasterKeys', {});
      output.document({ erased: true });
      output.line('the old master keys are gone');
      return EXIT.done;
    }),
  ),
);

const backup = step('backup', 'the master keys as shares, of which some number restores them')
  .option('--custodians <names>', 'one share each, with commas', nameList, CUSTODIANS)
  .option('--threshold <m>', 'how many restore', wholeNumber(2, 16), 2)
  .option('--envelopes <dir>', 'where the sealed envelopes go', 'envelopes')
  .action(
    act<MasterKeyFlags>(({ output, options }) =>
      atDevice(options, async (at) => {
        const officers = await sessionOf(at, 'officer', true);
        const { custodians, threshold } = options;
        const { value, files } = await withEnvelopeFiles(at, () =>
          at.device.backup(officers, { custodians, threshold }),
        );
        const { shares } = must('backup', value);
        const { masterKeyVersion: version } = statusOf(at.device);
        output.document({ shares, threshold, version, envelopes: files });
        output.line(`${threshold} of ${shares} restore the master keys version ${version}`);
        for (const file of files) output.line(`envelope   ${file}`);
        return EXIT.done;
      }),
    ),
  );

const restore = withMode(step('restore', 'a new device with the master keys of a backup'))
  .requiredOption(
    '--from <files>',
    'envelopes of the backup, with commas or several times',
    collected,
  )
  .option('--version <n>', 'version of the master keys that were backed up', wholeNumber(1, 255), 1)
  .option('--officers <names>', 'two, with commas; asks for their passphrases', nameList, OFFICERS)
  .action(
    act<MasterKeyFlags>(async ({ output, options }) => {
      const shares = options.from.map(readEnvelope);
      if (options.officers.length !== 2) throw usageFailure('OFFICERS', 'two officers are needed');
      return atNewDevice(options, async (at) => {
        await addOfficers(at, options.officers);
        const officers = await sessionOf(at, 'officer', true);
        const { version } = options;
        must('restore', await at.device.restore(officers, { shares, version }));
        run(at.device, officers, 'ActivateDevice', {});
        return told(output, at, []);
      });
    }),
  );

export const masterKeyCommands: readonly Command[] = [
  init,
  change,
  reEncrypt,
  eraseOld,
  backup,
  restore,
];

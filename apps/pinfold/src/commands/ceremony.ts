/** `pinfold ceremony`: keys from components, step by step, at a device folder. */
import { fromHex } from '@pinfold/crypto';
import { KEY_TYPE_NAMES, type KeyType } from '@pinfold/hsm';
import { Command, Option } from 'commander';
import { act, jsonCommand } from '../cli/command.js';
import { EXIT, usageFailure } from '../cli/exit.js';
import {
  atDevice,
  collected,
  type FolderFlags,
  nameList,
  readEnvelope,
  run,
  sessionAs,
  sessionOf,
  withEnvelopeFiles,
} from '../device/device-session.js';
import { OpenCeremonies } from '../device/open-ceremonies.js';
import { askSecret } from '../device/secrets.js';
import { keepToken } from '../device/token-files.js';

interface CeremonyFlags extends FolderFlags {
  readonly type: KeyType;
  readonly usage?: string;
  readonly algorithm?: 'A' | 'T' | 'D';
  readonly custodians: readonly string[];
  readonly custodian: string;
  readonly envelope?: string;
  readonly shares: readonly string[];
}

const ceremoniesOf = ({ folder }: FolderFlags) => new OpenCeremonies(folder);

const step = (name: string, summary: string): Command =>
  jsonCommand(name, summary)
    .requiredOption('--folder <dir>', 'device folder')
    .option('--as <name>', 'who does it; asks for the passphrase', collected);

const ofKey = (command: Command): Command =>
  command
    .addOption(
      new Option('--type <type>', 'key type').choices(KEY_TYPE_NAMES).makeOptionMandatory(),
    )
    .option('--usage <usage>', 'usage by name, as in ZPK or PGK')
    .addOption(new Option('--algorithm <letter>', 'T or A').choices(['A', 'T', 'D']));

const generate = ofKey(step('generate', 'make the components of a new key, one envelope each'))
  .requiredOption('--custodians <names>', 'names with commas', nameList)
  .option('--envelopes <dir>', 'where the sealed envelopes go', 'envelopes')
  .action(
    act<CeremonyFlags>(({ output, options }) =>
      atDevice(options, async (at) => {
        const { type, usage, algorithm, custodians } = options;
        const session = await sessionOf(at, 'keyManager');
        const { value, files } = await withEnvelopeFiles(at, async () =>
          run(at.device, session, 'GenerateKeyShares', {
            type,
            usage: usage as never,
            algorithm,
            shares: custodians.length,
            custodians: [...custodians],
          }),
        );
        const { ceremony, shares } = value;
        ceremoniesOf(options).keep(ceremony, { type, usage: usage as never, shares });
        output.document({ ...value, envelopes: files });
        output.line(`ceremony   ${ceremony}: ${shares.length} shares`);
        for (const file of files) output.line(`envelope   ${file}`);
        return EXIT.done;
      }),
    ),
  );

const open = ofKey(step('open', 'open a ceremony whose components people type'))
  .requiredOption('--custodians <names>', 'names with commas', nameList)
  .action(
    act<CeremonyFlags>(({ output, options }) =>
      atDevice(options, async (at) => {
        const { type, usage, algorithm, custodians } = options;
        const session = await sessionOf(at, 'keyManager');
        const input = { type, usage: usage as never, algorithm, custodians: [...custodians] };
        const opened = run(at.device, session, 'OpenCeremony', input);
        const { ceremony } = opened;
        ceremoniesOf(options).keep(ceremony, { type, usage: usage as never, shares: [] });
        output.document(opened);
        output.line(`ceremony   ${ceremony}: ${custodians.join(', ')} contribute`);
        return EXIT.done;
      }),
    ),
  );

const contribute = step('contribute', 'a custodian types a component; the share is printed')
  .argument('[ceremony]', 'number of the ceremony; the one that is open')
  .requiredOption('--custodian <name>', 'who contributes')
  .option('--envelope <file>', 'read the component from an envelope instead of typing it')
  .action(
    act<CeremonyFlags, [string | undefined]>(({ output, options }, named) =>
      atDevice(options, async (at) => {
        const ceremony = named ?? ceremoniesOf(options).find(undefined).number;
        const session = await sessionAs(at, options.custodian, 'custodian');
        const component =
          options.envelope === undefined
            ? componentOf(await askSecret(`Component of ${options.custodian}`))
            : readEnvelope(options.envelope);
        const made = run(at.device, session, 'ContributeShare', { ceremony, component });
        component.fill(0);
        ceremoniesOf(options).add(ceremony, made.share);
        output.document(made);
        output.line(`ceremony   ${ceremony}: ${options.custodian} has contributed`);
        output.line(`check      ${made.checkValue} (compare it with the envelope)`);
        return EXIT.done;
      }),
    ),
  );

function componentOf(text: string): Uint8Array {
  const hex = text.replaceAll(/\s/g, '').toUpperCase();
  if (!/^(?:[0-9A-F]{16}){1,4}$/.test(hex)) {
    throw usageFailure('COMPONENT_INVALID', 'a component is 16, 32, 48 or 64 hexadecimal digits');
  }
  return fromHex(hex);
}

const combine = step('combine', 'combine the shares into the key, and close the ceremony')
  .argument('[ceremony]', 'number of the ceremony; the one that is open')
  .addOption(new Option('--type <type>', 'key type, with --shares').choices(KEY_TYPE_NAMES))
  .option('--usage <usage>', 'usage, with --shares of a legacy device')
  .option('--shares <tokens>', 'share tokens from elsewhere, with commas', collected)
  .option('--out <file>', "where the key's token goes")
  .action(
    act<Partial<CeremonyFlags> & FolderFlags & { out?: string }, [string | undefined]>(
      ({ output, options }, named) =>
        atDevice(options, async (at) => {
          const ceremonies = ceremoniesOf(options);
          const { type, usage, shares, number } = combination(ceremonies, options, named);
          const session = await sessionOf(at, 'custodian');
          const made = run(at.device, session, 'CombineKeyShares', {
            type,
            usage: usage as never,
            shares: [...shares],
          });
          if (number !== undefined) ceremonies.forget(number);
          output.document(made);
          if (options.out !== undefined) keepToken(options.out, made.key);
          output.line(`key        ${options.out ?? made.key}`);
          output.line(`check      ${made.checkValue}`);
          return EXIT.done;
        }),
    ),
  );

/** What is combined: the ceremony kept here, or share tokens that were named. */
function combination(
  ceremonies: OpenCeremonies,
  { type, usage, shares }: Partial<CeremonyFlags>,
  number: string | undefined,
) {
  if (shares === undefined) return ceremonies.find(number);
  if (type === undefined) throw usageFailure('TYPE_NEEDED', '--shares needs --type');
  return { type, usage, shares, number: undefined };
}

const close = step('close', 'end a ceremony without a key')
  .argument('<ceremony>', 'number of the ceremony')
  .action(
    act<FolderFlags, [string]>(({ output, options }, ceremony) =>
      atDevice(options, async (at) => {
        run(at.device, await sessionOf(at, 'keyManager'), 'CloseCeremony', { ceremony });
        ceremoniesOf(options).forget(ceremony);
        output.document({ closed: ceremony });
        output.line(`closed     ${ceremony}`);
        return EXIT.done;
      }),
    ),
  );

export const ceremonyCommand = new Command('ceremony').description(
  'key ceremonies with components',
);
for (const one of [generate, open, contribute, combine, close]) ceremonyCommand.addCommand(one);

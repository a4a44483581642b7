/** The part of `pinfold hsm` that is about people: who may log in, and how guessing ends. */
import { ROLE_NAMES, type Role } from '@pinfold/hsm';
import { type Command, Option } from 'commander';
import { act, jsonCommand } from '../cli/command.js';
import { EXIT } from '../cli/exit.js';
import { atDevice, type FolderFlags, must, run, sessionOf } from '../device/device-session.js';
import { lockOutDemonstration } from '../device/lock-out.js';
import { askSecret } from '../device/secrets.js';
import { deviceStep } from '../device/step.js';

const login = deviceStep('login', 'try a passphrase; wrong ones delay, then lock')
  .argument('<name>', 'who logs in')
  .action(
    act<FolderFlags, [string]>(({ output, options }, name) =>
      atDevice(options, async ({ device }) => {
        const session = must('login', device.login(name, await askSecret(`Passphrase of ${name}`)));
        const roles = session.identities.map(({ role }) => role);
        output.document({ name, roles });
        output.line(`${name} is logged in as ${roles.join(', ')}`);
        return EXIT.done;
      }),
    ),
  );

const lockOut = jsonCommand('lock-out', 'show on a device of its own how guessing ends').action(
  act(({ output }) => {
    const shown = lockOutDemonstration();
    output.document(shown);
    for (const { atSeconds, answer } of shown.tries) {
      output.line(`${String(atSeconds).padStart(6)} s   ${answer}`);
    }
    output.line(`${shown.guessesPerMinute} guesses in the worst minute`);
    return EXIT.done;
  }),
);

const user = deviceStep('user-add', 'add people with one role; asks for their passphrases')
  .argument('<names...>', 'who is added')
  .addOption(new Option('--role <role>', 'role').choices(ROLE_NAMES).makeOptionMandatory())
  .action(
    act<FolderFlags & { role: Role }, [string[]]>(({ output, options }, names) =>
      atDevice(options, async (at) => {
        const officers = await sessionOf(at, 'officer', true);
        const { role } = options;
        for (const name of names) {
          const passphrase = await askSecret(`New passphrase of ${name}`);
          run(at.device, officers, 'CreateUser', { name, role, passphrase });
          output.line(`${name} is ${role}`);
        }
        output.document({ names, role });
        return EXIT.done;
      }),
    ),
  );

const userRemove = deviceStep('user-remove', 'remove a person, whose sessions end (two officers)')
  .argument('<name>', 'who is removed')
  .action(
    act<FolderFlags, [string]>(({ output, options }, name) =>
      atDevice(options, async (at) => {
        run(at.device, await sessionOf(at, 'officer', true), 'RemoveUser', { name });
        output.document({ removed: name });
        output.line(`${name} is removed`);
        return EXIT.done;
      }),
    ),
  );

const users = deviceStep('users', 'who may log in, and who has to wait').action(
  act<FolderFlags>(({ output, options }) =>
    atDevice(options, async (at) => {
      const found = run(at.device, await sessionOf(at, 'officer'), 'ListUsers', {});
      output.document(found);
      for (const { name, role, waits } of found.users) {
        output.line(`${name.padEnd(20)}${role}${waits ? ', has to wait' : ''}`);
      }
      return EXIT.done;
    }),
  ),
);

const passphrase = deviceStep('passphrase', 'change the own passphrase').action(
  act<FolderFlags>(({ output, options }) =>
    atDevice(options, async (at) => {
      const session = await sessionOf(at, 'officer');
      const fresh = await askSecret(`New passphrase of ${session.name}`);
      run(at.device, session, 'ChangePassphrase', { passphrase: fresh });
      output.document({ changed: session.name });
      output.line(`the passphrase of ${session.name} is changed`);
      return EXIT.done;
    }),
  ),
);

export const userCommands: readonly Command[] = [
  login,
  lockOut,
  user,
  userRemove,
  users,
  passphrase,
];

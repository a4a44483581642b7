import { scriptMac } from '@pinfold/emv';
import { dataCommand } from '../../declare/command.js';
import { bytes, optional } from '../../declare/field.js';
import { done } from '../../outcome.js';
import { cardKey, cardMembers, INTEGRITY_KEY, scriptMethod, withSession } from './card-keys.js';
import {
  commandHeader,
  cryptogram,
  integrityKey,
  MAX_SCRIPT_DATA,
  macPrefix,
  scriptMacField,
  session,
} from './script-members.js';

export const generateScriptMac = dataCommand({
  name: 'GenerateScriptMac',
  group: 'emv',
  title: 'makes the MAC of an issuer script command',
  source: 'EMV 4.4 Book 2, 9.2; payShield KU mode 0',
  roles: ['production'],
  input: {
    imk: integrityKey(),
    ...cardMembers,
    session: session(),
    cryptogram: cryptogram(),
    commandHeader: commandHeader(),
    commandData: optional(bytes('command data, as sent', { min: 0, max: MAX_SCRIPT_DATA })),
  },
  output: { mac: scriptMacField() },
  errors: ['TOKEN_INVALID', 'INPUT_INVALID'],
  rules: ['M12.type-bound', 'M9.one-usage'],
  run(core, input) {
    const master = cardKey(core, INTEGRITY_KEY, { token: input.imk, card: input });
    if (!master.ok) return master;
    const { commandHeader: head, commandData } = input;
    const { cipher } = master.value;
    const mac = withSession(master.value, scriptMethod(input.session, input, cipher), (key) =>
      scriptMac({ key, cipher, commandHeader: head, macPrefix: macPrefix(input), commandData }),
    );
    return done({ mac });
  },
});

import { encryptScriptData as encipher } from '@pinfold/emv';
import { dataCommand } from '../../declare/command.js';
import { bytes, secret, token } from '../../declare/field.js';
import { done } from '../../outcome.js';
import {
  CONFIDENTIALITY_KEY,
  cardKey,
  cardMembers,
  scriptMethod,
  withSession,
} from './card-keys.js';
import { cryptogram, encryption, MAX_SCRIPT_DATA, session } from './script-members.js';

export const encryptScriptData = dataCommand({
  name: 'EncryptScriptData',
  group: 'emv',
  title: 'enciphers the data of an issuer script command (not a PIN: see GeneratePinChangeScript)',
  source: 'EMV 4.4 Book 2, 9.3; payShield KU mode 1',
  roles: ['production'],
  input: {
    imk: token('IMKSMC', CONFIDENTIALITY_KEY),
    ...cardMembers,
    session: session(),
    cryptogram: cryptogram(),
    data: secret(bytes('command data', { min: 1, max: MAX_SCRIPT_DATA - 16 })),
    encryption: encryption(),
  },
  output: { data: bytes('enciphered data', { min: 8, max: MAX_SCRIPT_DATA, step: 8 }) },
  errors: ['TOKEN_INVALID', 'INPUT_INVALID'],
  rules: ['M12.type-bound', 'M9.one-usage'],
  run(core, input) {
    const master = cardKey(core, CONFIDENTIALITY_KEY, { token: input.imk, card: input });
    if (!master.ok) return master;
    const { data, encryption: how } = input;
    const { cipher } = master.value;
    const out = withSession(master.value, scriptMethod(input.session, input, cipher), (key) =>
      encipher({ key, cipher, data, encryption: how }),
    );
    return done({ data: out });
  },
});

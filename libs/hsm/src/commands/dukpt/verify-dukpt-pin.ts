import { dataCommand } from '../../declare/command.js';
import { verifyPin } from '../pins/verify-pin.js';
import { DUKPT_ERRORS, dukptMembers, pinKeyToken } from './session-keys.js';

const { key: _, ...members } = verifyPin.input;

export const verifyDukptPin = dataCommand({
  name: 'VerifyDukptPin',
  group: 'dukpt',
  title: 'verifies a PIN that arrives under a DUKPT transaction key',
  source: 'ANSI X9.24-1; ANSI X9.24-3; payShield CK, CM, GO, GQ',
  roles: ['production'],
  input: { ...dukptMembers, ...members },
  output: {},
  errors: [...DUKPT_ERRORS, ...verifyPin.errors.filter((code) => code !== 'TOKEN_INVALID')],
  verdicts: verifyPin.verdicts,
  rules: [...verifyPin.rules, 'M13.strong-wrap'],
  run(core, input, session) {
    const key = pinKeyToken(core, input);
    return key.ok ? verifyPin.run(core, { ...input, key: key.value }, session) : key;
  },
});

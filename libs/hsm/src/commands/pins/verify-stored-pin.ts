import { dataCommand } from '../../declare/command.js';
import {
  judgeStoredPin,
  STORED_PIN_ERRORS,
  STORED_PIN_RULES,
  STORED_PIN_VERDICTS,
  storedPinMembers,
} from './stored-pin.js';

export const verifyStoredPin = dataCommand({
  name: 'VerifyStoredPin',
  group: 'pins',
  title: 'verifies a PIN against the encrypted PIN that the issuer keeps',
  source: 'VSM (PIN under PMK); ISO 9564-1, 7.3; payShield BC, BE',
  roles: ['production'],
  input: storedPinMembers,
  output: {},
  errors: STORED_PIN_ERRORS,
  verdicts: STORED_PIN_VERDICTS,
  rules: STORED_PIN_RULES,
  run: judgeStoredPin,
});

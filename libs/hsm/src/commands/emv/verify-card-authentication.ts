import type { Result } from '@pinfold/crypto';
import {
  type EmvPublicKey,
  iccPublicKey,
  issuerPublicKey,
  verifyCombinedData,
  verifyDynamicData,
  verifyStaticData,
} from '@pinfold/emv';
import { dataCommand } from '../../declare/command.js';
import {
  bytes,
  choice,
  digits,
  type Infer,
  integer,
  object,
  optional,
} from '../../declare/field.js';
import { done, refusal } from '../../outcome.js';
import { pan } from '../fields.js';

const MODULUS = { min: 64, max: 256 };
const MAX_DATA = 4_096;

const exponent = () => bytes('public exponent', { min: 1, max: 3 });
const certificate = {
  certificate: bytes('certificate', MODULUS),
  remainder: optional(bytes('rest of the modulus', { min: 0, max: 256 })),
  exponent: exponent(),
};

const input = {
  caKey: object("the scheme's public key", {
    modulus: bytes('modulus', MODULUS),
    exponent: exponent(),
  }),
  issuer: object('issuer certificate (tags 90, 92, 9F32)', certificate),
  card: optional(object('ICC certificate (tags 9F46, 9F48, 9F47); DDA and CDA', certificate)),
  pan: pan(),
  today: digits('YYMM, for the expiry of certificates', { length: 4 }),
  method: choice('which authentication', ['sda', 'dda', 'cda']),
  signedData: bytes('signature of the card (tag 93 or 9F4B)', MODULUS),
  staticData: bytes('static data to be authenticated', { min: 0, max: MAX_DATA }),
  terminalData: optional(bytes('DDA: DDOL data; CDA: unpredictable number', { min: 0, max: 256 })),
  cryptogramInformation: optional(integer('CDA: what the card decided', { min: 0, max: 255 })),
  transactionData: optional(bytes('CDA: PDOL, CDOL and answer', { min: 0, max: MAX_DATA })),
};
type Input = Infer<typeof input>;

export const verifyCardAuthentication = dataCommand({
  name: 'VerifyCardAuthentication',
  group: 'emv',
  title: 'verifies what a card signed offline: static, dynamic or combined data authentication',
  source: 'EMV 4.3 Book 2, 5 and 6',
  roles: ['production'],
  input,
  output: {},
  errors: ['INPUT_INVALID', 'SIGNATURE_INVALID'],
  verdicts: ['SIGNATURE_INVALID'],
  rules: [],
  run(_core, asked) {
    const checked = check(asked);
    if (checked === undefined) return refusal('INPUT_INVALID');
    return checked.ok ? done({}) : refusal('SIGNATURE_INVALID');
  },
});

/** The chain from the scheme's key to the signature; undefined where a member is missing. */
function check(asked: Input): Result<unknown> | undefined {
  const { method, card, pan: account, today, signedData, staticData, terminalData } = asked;
  const issuer = issuerPublicKey(asked.caKey, { ...asked.issuer, pan: account, today });
  if (method === 'sda') {
    return issuer.ok ? verifyStaticData(issuer.value, { signedData, staticData }) : issuer;
  }
  const { cryptogramInformation, transactionData } = asked;
  const combined = cryptogramInformation !== undefined && transactionData !== undefined;
  if (card === undefined || terminalData === undefined) return undefined;
  if (method === 'cda' && !combined) return undefined;
  if (!issuer.ok) return issuer;
  const own = iccPublicKey(issuer.value, { ...card, pan: account, today, staticData });
  if (!own.ok) return own;
  const key: EmvPublicKey = own.value;
  if (method === 'dda') return verifyDynamicData(key, { signedData, terminalData });
  return verifyCombinedData(key, {
    signedData,
    unpredictableNumber: terminalData,
    cryptogramInformation: cryptogramInformation!,
    transactionData: transactionData!,
  });
}

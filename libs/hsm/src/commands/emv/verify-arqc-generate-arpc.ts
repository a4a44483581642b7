import { equalConstantTime, wipe } from '@pinfold/crypto';
import { applicationCryptogram, arpcMethod1, arpcMethod2, type EmvCipher } from '@pinfold/emv';
import { dataCommand } from '../../declare/command.js';
import { bytes, choice, type Infer, object, optional, token } from '../../declare/field.js';
import { done, refusal } from '../../outcome.js';
import {
  AC_KEY,
  CRYPTOGRAM_SESSIONS,
  cardKey,
  cardMembers,
  cryptogramMethod,
  withSession,
} from './card-keys.js';

const MAX_CRYPTOGRAM_DATA = 1024;

const response = {
  arc: optional(bytes('method 1: authorisation response code', { length: 2 })),
  csu: optional(bytes('method 2: card status update', { length: 4 })),
  proprietaryData: optional(bytes('method 2: proprietary authentication data', { min: 0, max: 8 })),
  key: optional(choice('key of the ARPC; session where nothing is said', ['session', 'master'])),
};
type Response = Infer<typeof response>;

export const verifyArqcGenerateArpc = dataCommand({
  name: 'VerifyArqcGenerateArpc',
  group: 'emv',
  title: "verifies a card's request cryptogram and makes the issuer's answer to it",
  source: 'EMV 4.4 Book 2, 8.1 and 8.2, A1.3, A1.4; payShield KQ, KW',
  roles: ['production'],
  input: {
    imk: token('IMKAC', AC_KEY),
    ...cardMembers,
    session: choice('session key derivation', CRYPTOGRAM_SESSIONS),
    un: optional(bytes('unpredictable number; Mastercard sessions', { length: 4 })),
    data: bytes('what the card signed', { min: 1, max: MAX_CRYPTOGRAM_DATA }),
    padding: choice('padding of the cryptogram; none under AES', ['iso1', 'iso2', 'none']),
    arqc: bytes('request cryptogram', { length: 8 }),
    response: optional(object('what the ARPC says; no ARPC where absent', response)),
  },
  output: { arpc: optional(bytes('response cryptogram', { min: 4, max: 8, step: 4 })) },
  errors: ['TOKEN_INVALID', 'INPUT_INVALID', 'ARQC_WRONG'],
  verdicts: ['ARQC_WRONG'],
  rules: ['M12.type-bound', 'M9.one-usage'],
  run(core, input) {
    const { data, padding, arqc, response: wanted } = input;
    const master = cardKey(core, AC_KEY, { token: input.imk, card: input });
    if (!master.ok) return master;
    const { bytes: own, cipher } = master.value;
    const { atc, un } = input;
    const method = cryptogramMethod(input.session, { atc, un, cipher });
    if (method === undefined || !isOneMethod(wanted)) {
      wipe(own);
      return refusal('INPUT_INVALID');
    }
    return withSession(master.value, method, (session) => {
      const right = applicationCryptogram({ key: session, data, padding, cipher });
      if (!equalConstantTime(right, arqc)) return refusal('ARQC_WRONG');
      if (wanted === undefined) return done({});
      const key = wanted.key === 'master' ? own : session;
      return done({ arpc: arpcOf({ key, arqc, cipher }, wanted) });
    });
  },
});

/** Exactly one of response code and status update. */
function isOneMethod(wanted: Response | undefined): boolean {
  return wanted === undefined || (wanted.arc === undefined) !== (wanted.csu === undefined);
}

interface Answering {
  readonly key: Uint8Array;
  readonly arqc: Uint8Array;
  readonly cipher: EmvCipher;
}

function arpcOf(by: Answering, { arc, csu, proprietaryData }: Response): Uint8Array {
  return arc === undefined
    ? arpcMethod2({ ...by, csu: csu!, proprietaryData })
    : arpcMethod1({ ...by, arc });
}

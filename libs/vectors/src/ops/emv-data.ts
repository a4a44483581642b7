/**
 * Operations of EMV's offline side: certificates, signatures of SDA, DDA and CDA, one-time codes,
 * TLV, and the check of a cryptogram. Public keys are `modulus` and `exponent` (3 when left out).
 */
import { fromHex, InputError, type Result, toHex } from '@pinfold/crypto';
import {
  type CapMode,
  type CryptogramPadding,
  capCode,
  capTerminalData,
  type EmvPublicKey,
  iccPublicKey,
  issuerPublicKey,
  parseTlv,
  sessionDiversifier,
  sessionKey,
  verifyArqc,
  verifyCombinedData,
  verifyDynamicData,
  verifyStaticData,
} from '@pinfold/emv';
import type { Inputs, Outputs, VectorOps } from '../types.js';

const publicKey = (c: Inputs): EmvPublicKey => ({
  modulus: c.bytes('modulus'),
  exponent: fromHex(c.optionalText('exponent') ?? '03'),
});

const certificate = (c: Inputs) => ({
  certificate: c.bytes('certificate'),
  remainder: c.has('remainder') ? c.bytes('remainder') : undefined,
  exponent: fromHex(c.optionalText('keyExponent') ?? '03'),
  pan: c.text('pan'),
  today: c.text('today'),
});

/** The named outputs of what was accepted, in hex; or the refusal's code. */
function outputs(result: Result<Readonly<Record<string, Uint8Array>>>): Outputs {
  if (!result.ok) return { error: true, code: result.code };
  return Object.fromEntries(
    Object.entries(result.value).map(([name, bytes]) => [name, toHex(bytes)]),
  );
}

const keyOutputs = (result: Result<EmvPublicKey>): Outputs =>
  result.ok
    ? { key: toHex(result.value.modulus), keyExponent: toHex(result.value.exponent) }
    : { error: true, code: result.code };

function combined(c: Inputs): Outputs {
  return outputs(
    verifyCombinedData(publicKey(c), {
      signedData: c.bytes('signedData'),
      unpredictableNumber: c.bytes('un'),
      cryptogramInformation: c.bytes('cid')[0]!,
      transactionData: c.bytes('transactionData'),
    }),
  );
}

function texts(c: Inputs, name: string): readonly string[] | undefined {
  if (!c.has(name)) return undefined;
  const list = c.raw[name];
  if (Array.isArray(list) && list.every((one) => typeof one === 'string')) return list;
  throw new InputError('VECTOR_INPUT', `the case needs a list of texts named ${name}`);
}

function oneTimeCode(c: Inputs): Outputs {
  const code = capCode({
    answer: c.bytes('answer'),
    ipb: c.bytes('ipb'),
    psn: c.has('psn') ? c.bytes('psn') : undefined,
    tdsFields: texts(c, 'fields'),
  });
  return { otp: code };
}

function tlv(c: Inputs): Outputs {
  const parsed = parseTlv(c.bytes('tlv'));
  if (!parsed.ok) return { error: true, code: parsed.code };
  return { objects: parsed.value.map(({ tag, value }) => [tag, toHex(value)]) };
}

/** Under `key`, or under the session key that the card's key gives at this counter. */
function cryptogramKey(c: Inputs): Uint8Array {
  if (c.has('key')) return c.bytes('key');
  const [iccMk, atc] = [c.bytes('iccMk'), c.bytes('atc')];
  return c.text('sessionKey') === 'mastercard'
    ? sessionKey(iccMk, { method: 'mastercard', atc, un: c.bytes('un') })
    : sessionKey(iccMk, { method: 'common', diversifier: sessionDiversifier(atc) });
}

const cryptogramInput = (c: Inputs) => ({
  key: cryptogramKey(c),
  data: c.bytes('data'),
  padding: c.text('padding') as CryptogramPadding,
});

export const EMV_DATA_OPS: VectorOps = {
  'emv-issuer-certificate': (c) => keyOutputs(issuerPublicKey(publicKey(c), certificate(c))),
  'emv-icc-certificate': (c) =>
    keyOutputs(
      iccPublicKey(publicKey(c), { ...certificate(c), staticData: c.bytes('staticData') }),
    ),
  'emv-sda': (c) =>
    outputs(
      verifyStaticData(publicKey(c), {
        signedData: c.bytes('signedData'),
        staticData: c.bytes('staticData'),
      }),
    ),
  'emv-dda': (c) =>
    outputs(
      verifyDynamicData(publicKey(c), {
        signedData: c.bytes('signedData'),
        terminalData: c.bytes('terminalData'),
      }),
    ),
  'emv-cda': combined,
  'emv-tlv': tlv,
  'emv-arqc-verify': (c) => ({
    valid: verifyArqc({ ...cryptogramInput(c), arqc: c.bytes('arqc') }),
  }),
  'cap-terminal-data': (c) => {
    const { unpredictableNumber, amount } = capTerminalData(c.text('mode') as CapMode, {
      challenge: c.optionalText('challenge'),
      amountMinor: c.optionalText('amountMinor'),
    });
    return { un: toHex(unpredictableNumber), amount: toHex(amount) };
  },
  'cap-code': oneTimeCode,
};

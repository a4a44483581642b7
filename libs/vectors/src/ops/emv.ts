/** Operations of emv.json. */
import { checkValue, InputError, toHex } from '@pinfold/crypto';
import {
  applicationCryptogram,
  arpcMethod1,
  arpcMethod2,
  type CryptogramPadding,
  type EmvCipher,
  encryptScriptData,
  iccMasterKey,
  type MasterKeyDerivation,
  type ScriptEncryption,
  type SessionKeyMethod,
  scriptMac,
  sessionDiversifier,
  sessionKey,
  visaPinChangeBlock,
} from '@pinfold/emv';
import { encodePinBlock } from '@pinfold/pin';
import type { Inputs, Outputs, VectorOps } from '../types.js';

function master(c: Inputs, name = 'imk'): Uint8Array {
  return iccMasterKey({
    imk: c.bytes(name),
    pan: c.text('pan'),
    psn: c.text('psn'),
    option: c.optionalText('masterKeyDerivation') as MasterKeyDerivation | undefined,
  });
}

const cipherOf = (c: Inputs) => c.optionalText('cipher') as EmvCipher | undefined;

function commonBy(c: Inputs, name: string): SessionKeyMethod {
  return { method: 'common', diversifier: sessionDiversifier(c.bytes(name), cipherOf(c)) };
}

const METHODS: Record<string, (c: Inputs) => SessionKeyMethod> = {
  none: () => ({ method: 'none' }),
  common: (c) => ({ method: 'common', diversifier: c.bytes('diversifier') }),
  'common-atc': (c) => commonBy(c, 'atc'),
  'common-cryptogram': (c) => commonBy(c, 'cryptogram'),
  mastercard: (c) => ({ method: 'mastercard', atc: c.bytes('atc'), un: c.bytes('un') }),
  'visa-sm': (c) => ({ method: 'visa-sm', atc: c.bytes('atc') }),
  'emv2000-tree': (c) => ({
    method: 'emv2000-tree',
    atc: c.bytes('atc'),
    height: c.number('height'),
    branch: c.number('branch'),
    iv: c.bytes('iv'),
  }),
};

function methodOf(c: Inputs): SessionKeyMethod {
  const name = c.optionalText('sessionKey') ?? 'none';
  if (!Object.hasOwn(METHODS, name)) {
    throw new InputError('VECTOR_INPUT', 'sessionKey must be a known derivation');
  }
  return METHODS[name]!(c);
}

/** Of published cases: zeros under triple DES. */
function zeros(c: Inputs, key: Uint8Array): Outputs {
  if (cipherOf(c) === 'aes') return {};
  return {
    checkValue: toHex(checkValue(key, { cipher: 'des', method: 'zeros', lengthBytes: 8 })),
  };
}

const sessionOf = (c: Inputs, master: Uint8Array) => sessionKey(master, methodOf(c), cipherOf(c));

function cryptogram(c: Inputs): Outputs {
  const own = c.has('iccMk') ? c.bytes('iccMk') : master(c);
  const session = sessionOf(c, own);
  const padding = c.text('padding') as CryptogramPadding;
  const data = c.bytes('data');
  const arqc = applicationCryptogram({ key: session, data, padding, cipher: cipherOf(c) });
  return { arqc: toHex(arqc), ...(c.has('arpcMethod') ? arpc(c, { own, session, arqc }) : {}) };
}

function arpc(
  c: Inputs,
  { own, session, arqc }: { own: Uint8Array; session: Uint8Array; arqc: Uint8Array },
): Outputs {
  const key = c.text('arpcKey') === 'iccMk' ? own : session;
  const cipher = cipherOf(c);
  if (c.number('arpcMethod') === 1) {
    return { arpc: toHex(arpcMethod1({ key, arqc, arc: c.bytes('arc'), cipher })) };
  }
  const proprietaryData = c.has('proprietaryData') ? c.bytes('proprietaryData') : undefined;
  return { arpc: toHex(arpcMethod2({ key, arqc, csu: c.bytes('csu'), proprietaryData, cipher })) };
}

function script(c: Inputs): Outputs {
  const block = c.has('pin') ? pinChangeBlock(c) : undefined;
  const body =
    block === undefined
      ? c.has('commandData')
        ? c.bytes('commandData')
        : undefined
      : encryptScriptData({
          key: sessionOf(c, master(c, 'imkSmc')),
          cipher: cipherOf(c),
          data: block,
          encryption: c.text('encryption') as ScriptEncryption,
        });
  const mac = scriptMac({
    key: sessionOf(c, master(c, 'imkSmi')),
    cipher: cipherOf(c),
    commandHeader: c.bytes('commandHeader'),
    macPrefix: c.bytes('macPrefix'),
    commandData: body,
  });
  return {
    mac: toHex(mac),
    ...(block === undefined ? {} : { pinBlock: toHex(block) }),
    ...(body === undefined ? {} : { commandData: toHex(body) }),
  };
}

function pinChangeBlock(c: Inputs): Uint8Array {
  if (c.text('pinFormat') === 'iso2') return encodePinBlock({ format: 'iso2', pin: c.text('pin') });
  return visaPinChangeBlock({
    masterKeyAc: master(c, 'imkAc'),
    newPin: c.text('pin'),
    currentPin: c.optionalText('oldPin') ?? c.optionalText('currentPin'),
  });
}

export const EMV_OPS: VectorOps = {
  'emv-icc-master-key': (c) => ({ ...zeros(c, master(c)), key: toHex(master(c)) }),
  'emv-session-key': (c) => {
    const key = sessionOf(c, c.has('iccMk') ? c.bytes('iccMk') : master(c));
    return { sessionKey: toHex(key), ...zeros(c, key) };
  },
  'emv-cryptogram': cryptogram,
  'emv-script': script,
};

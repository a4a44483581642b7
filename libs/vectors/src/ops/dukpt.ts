/** Operations of dukpt-tdes.json and dukpt-aes.json. */
import {
  AesKey,
  cmac,
  DesKey,
  encryptCbc,
  encryptEcb,
  iso9797Mac,
  iso9797Pad,
  toHex,
} from '@pinfold/crypto';
import {
  type AesDukptKeyType,
  AesDukptTerminal,
  type AesDukptUsage,
  aesInitialKey,
  aesTransactionKey,
  aesWorkingKey,
  encryptIso4PinField,
  TDES_DUKPT_USES,
  TdesDukptTerminal,
  type TdesDukptUse,
  tdesInitialKey,
  tdesSessionKey,
  tdesTransactionKey,
} from '@pinfold/pin';
import type { Inputs, Outputs, VectorOps } from '../types.js';

function tdes(c: Inputs): Outputs {
  const ksn = c.bytes('ksn');
  const ik = c.has('ik') ? c.bytes('ik') : tdesInitialKey({ bdk: c.bytes('bdk'), ksn });
  const key = tdesTransactionKey({ ik, ksn });
  if (!key.ok) return { ik: toHex(ik), error: true, code: key.code };
  const session = (use: TdesDukptUse) => tdesSessionKey(key.value, use);
  const uses = Object.keys(TDES_DUKPT_USES) as TdesDukptUse[];
  const keys = uses.map((use) => [`${use}Key`, toHex(session(use))]);
  return {
    ik: toHex(ik),
    transactionKey: toHex(key.value),
    ...Object.fromEntries(keys),
    ...(c.has('pinBlock') ? tdesPinBlock(c, session('pin')) : {}),
    ...(c.has('data') ? tdesData(c, session) : {}),
  };
}

function tdesPinBlock(c: Inputs, key: Uint8Array): Outputs {
  return { encryptedPinBlock: toHex(encryptEcb(DesKey.of(key), c.bytes('pinBlock'))) };
}

function tdesData(c: Inputs, session: (use: TdesDukptUse) => Uint8Array): Outputs {
  const data = Uint8Array.from(Buffer.from(c.text('data'), 'latin1'));
  const retail = (key: Uint8Array) => toHex(iso9797Mac({ algorithm: 3, padding: 1, key, data }));
  const encrypted = (key: Uint8Array) =>
    toHex(encryptCbc(DesKey.of(key), new Uint8Array(8), iso9797Pad(data, 1)));
  return {
    macRequest: retail(session('macRequest')),
    macResponse: retail(session('macResponse')),
    cmacRequest: toHex(cmac(DesKey.of(session('macRequest')), data)),
    cmacResponse: toHex(cmac(DesKey.of(session('macResponse')), data)),
    encryptedDataRequest: encrypted(session('dataRequest')),
    encryptedDataResponse: encrypted(session('dataResponse')),
  };
}

function aes(c: Inputs): Outputs {
  const ikid = c.bytes('ikid');
  const ik = c.has('ik') ? c.bytes('ik') : aesInitialKey({ bdk: c.bytes('bdk'), ikid });
  if (!c.has('counter')) return { ik: toHex(ik) };
  const counter = c.bytes('counter');
  const ksn = new Uint8Array(12);
  ksn.set(ikid);
  ksn.set(counter, 12 - counter.length);
  const key = aesTransactionKey({ ik, ksn });
  if (!key.ok) return { ik: toHex(ik), error: true, code: key.code };
  const working = (usage: AesDukptUsage) =>
    aesWorkingKey({
      derivationKey: key.value,
      ksn,
      usage,
      keyType: (c.optionalText('keyType') ?? 'aes128') as AesDukptKeyType,
    });
  return {
    ik: toHex(ik),
    derivationKey: toHex(key.value),
    ...(c.has('usage') ? { workingKey: toHex(working(c.text('usage') as AesDukptUsage)) } : {}),
    ...(c.has('pinField') ? aesPinBlock(c, working('pin')) : {}),
  };
}

function aesPinBlock(c: Inputs, key: Uint8Array): Outputs {
  const pinField = c.bytes('pinField');
  const block = encryptIso4PinField({ key: AesKey.of(key), pinField, pan: c.text('pan') });
  return { encryptedPinBlock: toHex(block) };
}

/** What a terminal whose next transaction is that of `ksn` sends as its transaction `steps`. */
function tdesTerminal(c: Inputs): Outputs {
  const ksn = c.bytes('ksn');
  const ik = c.has('ik') ? c.bytes('ik') : tdesInitialKey({ bdk: c.bytes('bdk'), ksn });
  const terminal = new TdesDukptTerminal({ ik, ksn });
  const sent = after(c, () => terminal.next());
  return sent.ok
    ? { ksn: toHex(sent.value.ksn), transactionKey: toHex(sent.value.key) }
    : { error: true, code: sent.code };
}

function aesTerminal(c: Inputs): Outputs {
  const ksn = c.bytes('ksn');
  const ikid = ksn.slice(0, 8);
  const counter = Number.parseInt(toHex(ksn.slice(8)), 16);
  const ik = c.has('ik') ? c.bytes('ik') : aesInitialKey({ bdk: c.bytes('bdk'), ikid });
  const terminal = new AesDukptTerminal({ ik, ikid, counter });
  const sent = after(c, () => terminal.next());
  return sent.ok
    ? { ksn: toHex(sent.value.ksn), derivationKey: toHex(sent.value.derivationKey) }
    : { error: true, code: sent.code };
}

function after<T>(c: Inputs, next: () => T): T {
  for (let left = c.number('steps'); left > 1; left -= 1) next();
  return next();
}

export const DUKPT_OPS: VectorOps = {
  'dukpt-tdes': tdes,
  'dukpt-aes': aes,
  'dukpt-tdes-terminal': tdesTerminal,
  'dukpt-aes-terminal': aesTerminal,
};

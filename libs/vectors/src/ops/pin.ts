/**
 * Operations of pin-blocks.json, pin-block-codes.json and pin-verification.json.
 */
import { AesKey, type BlockKey, DesKey, type Result, toHex } from '@pinfold/crypto';
import {
  decimalise,
  decodePinBlock,
  decryptPinBlock,
  encodePinBlock,
  encryptPinBlock,
  formatOfCode,
  iso4PanField,
  iso4PinField,
  naturalPin,
  offsetOfPin,
  PIN_BLOCK_FORMATS,
  type PinBlockFormat,
  pinOfIso4PinField,
  pinOfOffset,
  pvv,
  validationDataOf,
  verifyIbm3624,
  verifyPvv,
} from '@pinfold/pin';
import type { Inputs, Outputs, VectorOps } from '../types.js';

function pinKey(c: Inputs): BlockKey {
  return c.text('format') === 'iso4' ? AesKey.of(c.bytes('key')) : DesKey.of(c.bytes('key'));
}

/** What a PIN block function takes, from a case. */
function blockInput(c: Inputs) {
  return {
    format: c.text('format') as PinBlockFormat,
    pan: c.optionalText('pan'),
    oldPin: c.optionalText('oldPin'),
    cardKey: c.has('cardKey') ? c.bytes('cardKey') : undefined,
    fill: c.optionalText('fill') ?? c.optionalText('random'),
  };
}

function pinOr(result: Result<string>): Outputs {
  return result.ok ? { pin: result.value } : { error: true, code: result.code };
}

function encode(c: Inputs): Outputs {
  const format = c.text('format');
  if (format === 'iso4-pan-field') return { block: toHex(iso4PanField(c.text('pan'))) };
  if (format === 'iso4-pin-field') {
    const field = iso4PinField({ pin: c.text('pin'), random: () => c.bytes('random') });
    return { block: toHex(field) };
  }
  return { block: toHex(encodePinBlock({ ...blockInput(c), pin: c.text('pin') })) };
}

function decode(c: Inputs): Outputs {
  if (c.text('format') === 'iso4-pin-field') return pinOr(pinOfIso4PinField(c.bytes('block')));
  return pinOr(decodePinBlock({ ...blockInput(c), block: c.bytes('block') }));
}

function ibm3624(c: Inputs): Outputs {
  const input = {
    pvk: DesKey.of(c.bytes('pvk')),
    decimalisationTable: c.text('decimalisationTable'),
    validationData: c.text('validationData'),
  };
  const pin = c.optionalText('pin');
  const offset = c.optionalText('offset');
  const length = c.has('length') ? c.number('length') : (offset ?? pin ?? '0000').length;
  return {
    ...(offset === undefined ? {} : { pin: pinOfOffset({ ...input, offset }) }),
    ...(pin === undefined ? {} : { offset: offsetOfPin({ ...input, pin }) }),
    naturalPin: naturalPin({ ...input, length }),
  };
}

/** Whether a customer's PIN is right for the offset on the card. */
function ibm3624Verify(c: Inputs): Outputs {
  const right = verifyIbm3624({
    pvk: DesKey.of(c.bytes('pvk')),
    decimalisationTable: c.text('decimalisationTable'),
    validationData: c.text('validationData'),
    pin: c.text('pin'),
    offset: c.text('offset'),
  });
  return { valid: right };
}

function pvvInput(c: Inputs) {
  return {
    pvk: DesKey.of(c.bytes('pvk')),
    pvki: c.text('pvki'),
    pan: c.text('pan'),
    pin: c.text('pin'),
  };
}

export const PIN_OPS: VectorOps = {
  'pin-encode': encode,
  'pin-decode': decode,
  'pin-encrypt': (c) => ({
    encrypted: toHex(encryptPinBlock({ ...blockInput(c), key: pinKey(c), pin: c.text('pin') })),
  }),
  'pin-decrypt': (c) => {
    const block = c.bytes(c.has('encrypted') ? 'encrypted' : 'block');
    return pinOr(decryptPinBlock({ ...blockInput(c), key: pinKey(c), block }));
  },
  'pin-block-code': (c) => {
    const format = formatOfCode(c.raw.id);
    if (format !== c.text('format')) return { error: true };
    return { name: PIN_BLOCK_FORMATS[format].name };
  },
  ibm3624,
  'validation-data': (c) => ({
    validationData: validationDataOf({ template: c.text('template'), account: c.text('account') }),
  }),
  'ibm3624-verify': ibm3624Verify,
  pvv: (c) => ({ pvv: pvv(pvvInput(c)) }),
  'pvv-verify': (c) => ({ valid: verifyPvv({ ...pvvInput(c), pvv: c.text('pvv') }) }),
  'decimalisation-example': (c) => {
    const offset = c.text('offset');
    const natural = decimalise(c.text('enciphered'), c.text('decimalisationTable'));
    const first = natural.slice(0, offset.length);
    const pin = [...first].map((digit, i) => (Number(digit) + Number(offset[i])) % 10).join('');
    return { natural: first, pin };
  },
};

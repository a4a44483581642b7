/** KU and KY: the MAC of a script command, its data enciphered, or a new PIN in it. */

import {
  encryptScriptData,
  type SessionKeyMethod,
  scriptMac,
  sessionKey,
  visaPinChangeBlock,
} from '@pinfold/emv';
import { encodePinBlock } from '@pinfold/pin';
import { hostCommand } from '../../declare.js';
import type { Context } from '../../device/context.js';
import {
  binary,
  choice,
  digits,
  hex,
  key,
  layout,
  literal,
  unlessEnd,
  when,
} from '../../layout/nodes.js';
import { refuse } from '../../refusal.js';
import { pinOfBlock } from '../pins/pin-fields.js';
import { cardKeyOf, panPsn } from './emv-fields.js';

const SCRIPT_MODES = {
  '0': 'MAC',
  '1': 'MAC and enciphered data',
  '2': 'MAC and PIN change',
} as const;

/** KU and KY: the MAC of a script command, its data enciphered, or a new PIN in it. */
const secureMessage = <const C extends 'KU' | 'KY'>(code: C) => {
  const old = code === 'KU';
  const schemes: Readonly<Record<string, string>> = old
    ? { '0': 'Visa', '1': 'Mastercard M/Chip' }
    : { '2': 'EMV common session key', '3': 'Mastercard M/Chip 4' };
  return hostCommand({
    code,
    name: `Make a secure message to a card (${old ? 'EMV 3.1.1' : 'EMV 4.x'})`,
    group: 'cards',
    request: layout(
      choice('mode', SCRIPT_MODES, { error: '04' }),
      choice('scheme', schemes, { error: '05' }),
      key('mkSmi', 'mkSmi'),
      panPsn,
      binary('session', 8, {
        about: 'ATC and zeros, ARQC or random number: what the scheme takes',
      }),
      hex('length', 4, { error: '80', about: 'bytes that the MAC covers' }),
      binary('message', { from: 'length', radix: 16, max: 4_096 }),
      literal(';'),
      when(
        'mode',
        ['1', '2'],
        key('mkSmc', 'mkSmc'),
        hex('offset', 4, { about: 'where the enciphered data goes in the message' }),
      ),
      when(
        'mode',
        '1',
        hex('clearLength', 4),
        binary('clear', { from: 'clearLength', radix: 16, max: 255 }),
        literal(';'),
      ),
      when(
        'mode',
        '2',
        choice('keyKind', { '0': 'ZPK', '1': 'TPK' }),
        key('pinKey', 'zpk', { about: 'ZPK or TPK' }),
        hex('pinBlock', 16),
        digits('sourceFormat', 2, { error: '23' }),
        digits('destinationFormat', 2, { error: '23', about: '34, 35 or 41' }),
        digits('account', 12, { error: '22' }),
      ),
    ),
    reply: layout(
      binary('mac', 8),
      unlessEnd(
        0,
        hex('sealedLength', 4),
        binary('sealed', { from: 'sealedLength', radix: 16, max: 512 }),
      ),
    ),
    errors: { '04': 'mode', '05': 'scheme', '10': 'MK-SMI parity', '11': 'MK-SMC parity' },
    notes:
      'Fields follow the payShield in kind, not in every detail: the message is what the MAC covers, and the enciphered data is put into it at the offset. Format 41 takes the card key of MK-SMC; 42 is not served.',
    run: (context, o) => {
      const smi = context.key(o.mkSmi, 'mkSmi', '10', 'derive');
      const session = scriptSession(smi.bytes, o.panPsn, o);
      let message = o.message;
      let sealed: Uint8Array | undefined;
      if (o.mode !== '0') {
        const smc = context.key(o.mkSmc!, 'mkSmc', '11', 'derive');
        const clear = o.mode === '1' ? o.clear! : newPinBlock(context, smc.bytes, o as never);
        const encryption = o.scheme === '0' ? 'visa' : o.scheme === '2' ? 'emv' : 'mastercard';
        sealed = encryptScriptData({
          key: scriptSession(smc.bytes, o.panPsn, o),
          data: clear,
          encryption,
        });
        clear.fill(0);
        const at = Number.parseInt(o.offset!, 16);
        if (at > message.length) refuse('80');
        message = new Uint8Array([...message.slice(0, at), ...sealed, ...message.slice(at)]);
      }
      const mac = scriptMac({
        key: session,
        commandHeader: message.slice(0, 5),
        macPrefix: message.slice(5),
      });
      if (sealed === undefined) return { mac };
      const sealedLength = sealed.length.toString(16).toUpperCase().padStart(4, '0');
      return { mac, sealedLength, sealed };
    },
  });
};

function scriptSession(
  masterKey: Uint8Array,
  panPsnBytes: Uint8Array,
  o: { scheme: string; session: Uint8Array },
): Uint8Array {
  const card = cardKeyOf(masterKey, panPsnBytes);
  const how: SessionKeyMethod =
    o.scheme === '0'
      ? { method: 'visa-sm', atc: o.session.slice(0, 2) }
      : { method: 'common', diversifier: o.session };
  return sessionKey(card, how);
}

interface PinChange {
  readonly keyKind: '0' | '1';
  readonly pinKey: string;
  readonly pinBlock: string;
  readonly sourceFormat: string;
  readonly destinationFormat: string;
  readonly account: string;
  readonly panPsn: Uint8Array;
}

/** The PIN of the block as the card takes it. */
function newPinBlock(context: Context, masterKey: Uint8Array, o: PinChange): Uint8Array {
  const from = context.key(o.pinKey, o.keyKind === '0' ? 'zpk' : 'tpk', '12', 'decrypt');
  const pin = pinOfBlock(context, from, {
    block: o.pinBlock,
    format: o.sourceFormat,
    account: o.account,
  });
  switch (o.destinationFormat) {
    case '34':
      return encodePinBlock({ format: 'iso2', pin });
    case '35':
      return encodePinBlock({ format: 'mastercard-pay-now-pay-later', pin, pan: `${o.account}0` });
    case '41':
      return visaPinChangeBlock({ masterKeyAc: cardKeyOf(masterKey, o.panPsn), newPin: pin });
    default:
      return refuse('23');
  }
}

export const secureMessage3 = secureMessage('KU');

export const secureMessage4 = secureMessage('KY');

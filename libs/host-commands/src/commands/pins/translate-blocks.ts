/** CA, CC, CI and G0: PIN blocks from terminal, zone or DUKPT key to zone key. */
import {
  blockOfPin,
  checkTranslation,
  dukptPinKey,
  type LmkKey,
  pinOfBlock,
  refuse,
} from '@pinfold/hsm';
import { hostCommand } from '../../declare.js';
import type { Context } from '../../device/context.js';
import { TranslationLane } from '../../lanes/translate-pins.js';
import { ACCOUNT_BY_FORMAT, digits, hex, key, layout } from '../../layout/nodes.js';
import { ksnFields } from '../dukpt-fields.js';
import { accountFor, format, pinBlockUnder } from './pin-fields.js';

interface Translation {
  readonly maxPinLength: string;
  readonly sourceBlock: string;
  readonly sourceFormat: string;
  readonly destinationFormat: string;
  readonly account: string;
}

function translate(context: Context, from: LmkKey, to: LmkKey, o: Translation) {
  checkTranslation(context, o.sourceFormat, o.destinationFormat);
  const whole = [o.sourceFormat, o.destinationFormat].includes(ACCOUNT_BY_FORMAT.aes);
  const accountOf = (format: string) => (whole ? partOfWhole(o.account, format) : o.account);
  const pin = pinOfBlock(context, from, {
    block: o.sourceBlock,
    format: o.sourceFormat,
    account: accountOf(o.sourceFormat),
  });
  if (pin.length > Number(o.maxPinLength)) refuse('24');
  const made = { pin, format: o.destinationFormat, account: accountOf(o.destinationFormat) };
  return {
    pinLength: String(pin.length).padStart(2, '0'),
    pinBlock: blockOfPin(context, to, made),
    format: o.destinationFormat,
  };
}

/** Where one of two formats is 48 the account number is whole; the other one wants no check digit. */
function partOfWhole(account: string, format: string): string {
  return format === ACCOUNT_BY_FORMAT.aes ? account : account.slice(0, -1).padStart(12, '0');
}

const translationReply = layout(
  digits('pinLength', 2),
  hex('pinBlock', { beforeEnd: 2, max: 32 }),
  digits('format', 2),
);

const afterKeys = layout(
  digits('maxPinLength', 2, { about: 'longest PIN, usually 12' }),
  pinBlockUnder('sourceBlock', 'source'),
  format('sourceFormat'),
  format('destinationFormat'),
  accountFor('sourceFormat', 'destinationFormat'),
);

const toZpk = <const C extends string>(code: C, role: 'tpk' | 'zpk', name: string) => {
  const request = layout(key('source', role), key('destination', 'zpk'), ...afterKeys);
  return hostCommand({
    code,
    name,
    group: 'pins',
    repeatable: true,
    request,
    reply: translationReply,
    errors: { '10': `source ${role.toUpperCase()} parity`, '11': 'destination ZPK parity' },
    run: (context, o) =>
      translate(
        context,
        context.key(o.source, role, '10', 'decrypt'),
        context.key(o.destination, 'zpk', '11', 'encrypt'),
        o,
      ),
    lane: (host) => new TranslationLane(host, { request, role }),
  });
};

export const translateTpkToZpk = toZpk('CA', 'tpk', 'Translate a PIN from TPK to ZPK');

export const translateZpkToZpk = toZpk('CC', 'zpk', 'Translate a PIN from one ZPK to another');

const dukptTranslation = layout(
  key('bdk', 'bdk'),
  key('destination', 'zpk'),
  ...ksnFields,
  hex('sourceBlock', 16),
  format('sourceFormat'),
  format('destinationFormat'),
  accountFor('sourceFormat', 'destinationFormat'),
);

/** CI (single DES sessions of old) and G0 differ in nothing that this device keeps. */
const fromDukpt = <const C extends string>(code: C, name: string) =>
  hostCommand({
    code,
    name,
    group: 'pins',
    repeatable: true,
    request: dukptTranslation,
    reply: translationReply,
    errors: { '10': 'BDK parity', '11': 'ZPK parity' },
    run: (context, o) =>
      translate(
        context,
        dukptPinKey(context, o),
        context.key(o.destination, 'zpk', '11', 'encrypt'),
        {
          ...o,
          maxPinLength: '12',
        },
      ),
  });

export const translateBdkToZpk = fromDukpt('CI', 'Translate a PIN from BDK (DUKPT) to ZPK');

export const translateBdkToZpkTripleDes = fromDukpt(
  'G0',
  'Translate a PIN from BDK (3DES DUKPT) to ZPK',
);

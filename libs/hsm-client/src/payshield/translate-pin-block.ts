/** PIN blocks from terminal or zone key to zone key: CA and CC. */
import { done, fromHex, type Input, refusal } from '@pinfold/hsm';
import { accountFor, blockFor, formatFor, isBlockOf } from './pin-fields.js';
import { ask, keyOf, type Step, UNEXPECTED, type World } from './question.js';

/** PINs of ISO 9564-1 have 4 to 12 digits. */
export const LONGEST_PIN = '12';

const OTHER_ACCOUNT = refusal('TRANSLATION_REFUSED', 'M3.same-account');
const TO_TERMINAL = refusal('TRANSLATION_REFUSED', 'M3.towards-issuer');

export function translatePinBlock(o: Input<'TranslatePinBlock'>, { scheme }: World): Step {
  const from = keyOf(o.from.key, scheme, 'TPK', 'ZPK');
  if (!from.ok) return from;
  const to = keyOf(o.to.key, scheme, 'TPK', 'ZPK');
  if (!to.ok) return to;
  const block = blockFor(from.value, { format: o.from.format, pinBlock: o.pinBlock });
  if (!block.ok) return block;
  const format = formatFor(to.value, o.to.format);
  if (!format.ok) return format;
  if (to.value.role === 'TPK') return TO_TERMINAL;
  if (o.newPan !== undefined && o.newPan !== o.pan) return OTHER_ACCOUNT;
  const fields = {
    source: from.value.key,
    destination: to.value.key,
    maxPinLength: LONGEST_PIN,
    sourceBlock: block.value.pinBlock,
    sourceFormat: block.value.format,
    destinationFormat: format.value,
    account: accountFor(o.pan, block.value.format, format.value),
  };
  const command = from.value.role === 'TPK' ? 'CA' : 'CC';
  return ask(command, fields, (reply) => {
    const pinBlock = fromHex(reply.pinBlock);
    return isBlockOf(o.to.format, pinBlock) ? done({ pinBlock }) : UNEXPECTED;
  });
}

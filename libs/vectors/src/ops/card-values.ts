/** Operations of card-values.json: CVV and its kin, American Express codes, CVC3. */
import { DesKey } from '@pinfold/crypto';
import { iccMasterKey } from '@pinfold/emv';
import { amexCsc, cavv, cvc3, cvv, dcvv } from '@pinfold/pin';
import type { Inputs, Outputs, VectorOps } from '../types.js';

/** The data of CVV and its kin. */
function cvvInput(c: Inputs, cvk = c.bytes('cvk')) {
  return {
    cvk: DesKey.of(cvk),
    pan: c.text('pan'),
    expiry: c.text('expiry'),
    serviceCode: c.text('serviceCode'),
  };
}

/** The card's own key, from the issuer's; sequence number 00 where a case names none. */
function cardKey(c: Inputs): Uint8Array {
  return iccMasterKey({
    imk: c.bytes('imk'),
    pan: c.text('pan'),
    psn: c.optionalText('psn') ?? '00',
  });
}

function dynamicCvc(c: Inputs): Outputs {
  const track = c.has('trackText')
    ? Uint8Array.from(Buffer.from(c.text('trackText'), 'latin1'))
    : c.bytes('track');
  const wanted = String(c.raw.expect.cvc3 ?? '000').length;
  const digits = c.has('digits') ? c.number('digits') : wanted;
  const card = { key: DesKey.of(cardKey(c)), track, atc: c.bytes('atc'), un: c.bytes('un') };
  return { cvc3: cvc3({ ...card, digits }) };
}

export const CARD_VALUE_OPS: VectorOps = {
  cvv: (c) => ({ cvv: cvv(cvvInput(c)) }),
  dcvv: (c) => ({
    dcvv: dcvv({
      ...(c.has('imk') ? cvvInput(c, cardKey(c)) : cvvInput(c)),
      atc: c.text('atc'),
    }),
  }),
  cavv: (c) => ({
    cavv: cavv({
      cvk: DesKey.of(c.bytes('cvk')),
      pan: c.text('pan'),
      trackingNumber: c.text('trackingNumber'),
      resultCode: c.text('resultCode'),
      secondFactorCode: c.text('secondFactorCode'),
    }),
  }),
  csc: (c) => ({
    ...amexCsc({ csck: DesKey.of(c.bytes('csck')), pan: c.text('pan'), expiry: c.text('expiry') }),
  }),
  cvc3: dynamicCvc,
};

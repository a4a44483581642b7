import { toHex } from '@pinfold/crypto';
import { keyCommand } from '../../declare/command.js';
import { bytes, token } from '../../declare/field.js';
import { initialKeyId } from '../../keys/derivation.js';
import { checkValue, keyBlock, TRANSPORT_KEY } from '../fields.js';
import { AES_KSN_BYTES, BASE_KEY, TDES_KSN_BYTES } from './session-keys.js';

export const deriveInitialKey = keyCommand({
  name: 'DeriveInitialKey',
  group: 'dukpt',
  title: "derives a terminal's initial DUKPT key and puts it under a ZCK or TMK",
  source: 'ANSI X9.24-1, A.6; ANSI X9.24-3, 6.3; payShield A0 mode A; X9.143 blocks KS and IK',
  roles: ['keyManager', 'production'],
  input: {
    bdk: token('BDK', BASE_KEY),
    ksn: bytes('key serial number: 10 bytes under triple DES, 12 under AES', {
      min: TDES_KSN_BYTES,
      max: AES_KSN_BYTES,
      step: 2,
    }),
    under: token('ZCK or TMK', TRANSPORT_KEY),
  },
  output: { keyBlock: keyBlock(), checkValue: checkValue() },
  errors: ['TOKEN_INVALID', 'KSN_INVALID', 'WRAPPING_KEY_WEAK'],
  rules: ['M12.type-bound', 'M9.one-usage', 'M13.strong-wrap', 'M8.key-blocks'],
  run(t, { bdk: token_, ksn, under: wrapping }) {
    const bdk = t.open(token_, { ...BASE_KEY, part: 'key' });
    const under = t.open(wrapping, { ...TRANSPORT_KEY, part: 'key' });
    const { algorithm, lengthBytes } = bdk.header;
    const aes = algorithm === 'A';
    if (!aes && (algorithm !== 'T' || lengthBytes !== 16)) t.refuse('TOKEN_INVALID');
    if (ksn.length !== (aes ? AES_KSN_BYTES : TDES_KSN_BYTES)) t.refuse('KSN_INVALID');
    t.rule('M13.strong-wrap', { wrapping: under.header, wrapped: bdk.header });
    const key = t.derive(bdk, { method: 'dukpt-initial', ksn });
    const header = {
      usage: 'B1',
      modeOfUse: 'X',
      exportability: 'N',
      blocks: [aes ? (['IK', toHex(initialKeyId(ksn))] as const) : (['KS', toHex(ksn)] as const)],
    } as const;
    return {
      keyBlock: t.encrypt(under, key, { usage: 'BDK', header }),
      checkValue: t.checkValue(key),
    };
  },
});

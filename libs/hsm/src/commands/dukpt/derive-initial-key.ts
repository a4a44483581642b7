import { toHex, wipe } from '@pinfold/crypto';
import { aesInitialKey, tdesInitialKey } from '@pinfold/pin';
import { dataCommand } from '../../declare/command.js';
import { bytes, token } from '../../declare/field.js';
import { checkValueOf } from '../../keys/key-check.js';
import { readySlot } from '../../keys/key-store.js';
import { done, refusal } from '../../outcome.js';
import { wrapForTransport } from '../../tokens/transport.js';
import { checkValue, keyBlock, TRANSPORT_KEY } from '../fields.js';
import { AES_KSN_BYTES, BASE_KEY, TDES_KSN_BYTES } from './session-keys.js';

const BDK_SLOT = readySlot({ ...BASE_KEY, part: 'key' });
const UNDER_SLOT = readySlot({ ...TRANSPORT_KEY, part: 'key' });
const IKID_BYTES = 8;

export const deriveInitialKey = dataCommand({
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
  run(core, { bdk: token_, ksn, under: wrapping }) {
    const bdk = core.keys.open(token_, BDK_SLOT);
    const under = core.keys.open(wrapping, UNDER_SLOT);
    if (bdk === undefined || under === undefined) return refusal('TOKEN_INVALID');
    const aes = bdk.aes !== undefined;
    if (!aes && bdk.header.lengthBytes !== 16) return refusal('TOKEN_INVALID');
    if (ksn.length !== (aes ? AES_KSN_BYTES : TDES_KSN_BYTES)) return refusal('KSN_INVALID');
    const strength = { wrapping: under.header, wrapped: bdk.header };
    const refused = core.policy.judge('M13.strong-wrap', strength);
    if (refused !== undefined) return refused;
    const ikid = ksn.slice(0, IKID_BYTES);
    const key = aes
      ? aesInitialKey({ bdk: bdk.exposeBytes(), ikid })
      : tdesInitialKey({ bdk: bdk.exposeBytes(), ksn });
    const algorithm = aes ? 'A' : 'T';
    const text = wrapForTransport(core, {
      under,
      key: { bytes: key, algorithm, exportability: 'N' },
      usage: 'BDK',
      block: core.policy.on['M8.key-blocks']
        ? {
            version: under.aes === undefined ? 'B' : 'D',
            usage: 'B1',
            modeOfUse: 'X',
            exportability: 'N',
            blocks: [aes ? ['IK', toHex(ikid)] : ['KS', toHex(ksn)]],
          }
        : undefined,
    });
    const value = checkValueOf(key, algorithm);
    wipe(key);
    return done({ keyBlock: text, checkValue: value });
  },
});

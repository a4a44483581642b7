import { fromHex } from '@pinfold/crypto';
import { ask, hexOf, testDevice, wire } from '../../testing.js';

/** RFC 4231 test cases 1 and 2. */
const CASES = [
  {
    key: '0B'.repeat(20),
    message: 'Hi There',
    '05': '896FB1128ABBDF196832107CD49DF33F47B4B1169912BA4F53684B22',
    '06': 'B0344C61D8DB38535CA8AFCEAF0BF12B881DC200C9833DA726E9376C2E32CFF7',
    '07': 'AFD03944D84895626B0825F4AB46907F15F9DADBE4101EC682AA034C7CEBC59CFAEA9EA9076EDE7F4AF152E8B2FA9CB6',
    '08': '87AA7CDEA5EF619D4FF0B4241A1D6CB02379F4E2CE4EC2787AD0B30545E17CDEDAA833B7D6B8A702038B274EAEA3F4E4BE9D914EEB61F1702E696C203A126854',
  },
  {
    key: '4A656665',
    message: 'what do ya want for nothing?',
    '05': 'A30E01098BC6DBBF45690F3A7E9E6D0F8BBEA2A39E6148008FD05E44',
    '06': '5BDCC146BF60754E6A042426089575C75A003F089D2739839DEC58B964EC3843',
    '07': 'AF45D2E376484031617F78D2B58A6B1B9C7EF464F5A01B47E42EC3736322445E8E2240CA5E69E2C78B3239ECFAB21649',
    '08': '164B7A7BFCF819E2E395FBE73B56E0A387BD64222E831FD610270CD7EA2505549758BF75C05A994A6D034F65F8F0E6FDCAEAB1A34D4A6B4B636E070A38BCE737',
  },
] as const;

const of = testDevice();
const { keys, lmks } = of.module;
const [, lmk] = lmks;

it.each(CASES)('has the values of RFC 4231: $message', ({ key, message, ...macs }) => {
  const row = { type: '10C', name: 'HMAC key', usages: ['M7'] };
  const attributes = { algorithm: 'H', modeOfUse: 'C' };
  const token = keys.seal(lmk!, keys.opened(fromHex(key), 'H'), { row, scheme: 'S', attributes });
  for (const [hash, mac] of Object.entries(macs)) {
    const size = String(mac.length / 2).padStart(4, '0');
    const body = `;${String(message.length).padStart(5, '0')}${message}%01`;
    const key = `00FFFF${token}${body}`;
    expect(hexOf(ask(of, `LQ${hash}${size}${key}`))).toBe(hexOf(`LR00${size}`) + mac);
    const counted = `04${String(token.length).padStart(4, '0')}${token}${body}`;
    expect(hexOf(ask(of, `LQ${hash}${size}${counted}`))).toBe(hexOf(`LR00${size}`) + mac);
    expect(ask(of, `LS${hash}${size}${wire(mac)}${key}`)).toBe('LT00');
    const wrong = `${mac.slice(0, -2)}${mac.endsWith('00') ? '01' : '00'}`;
    expect(ask(of, `LS${hash}${size}${wire(wrong)}${key}`)).toBe('LT01');
    expect(ask(of, `LQ${hash}0008${key}`)).toBe('LR04');
    expect(ask(of, `LQ${hash}0065${key}`)).toBe('LR04');
    expect(ask(of, `LQ${hash}${size}01${key.slice(2)}`)).toBe('LR07');
  }
});

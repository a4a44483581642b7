import { keyCommand } from '../../declare/command.js';
import { token } from '../../declare/field.js';
import { USAGES, type UsageFacts } from '../../keys/usages.js';
import { keyBlock, TERMINAL_KEY } from '../fields.js';

/** Any usage of a communications key: the VSM has one type for them. */
const COMMS_KEY = { types: ['TCK'] } as const;

/**
 * {TCK}TCMK and {TMK}MK in, {TCK}TMK out. In legacy the second token may just as well be {P}MK:
 * whatever is in the first is then enciphered under P, which is half of the type-confusion attack.
 */
export const translateCommsKeyToTmk = keyCommand({
  name: 'TranslateCommsKeyToTMK',
  group: 'keys',
  title: 'puts a communications key under a terminal master key, to be sent to the terminal',
  source: 'VSM; Bond, Attacks on cryptoprocessor transaction sets, CHES 2001',
  roles: ['production', 'keyManager'],
  input: { key: token('TCK', COMMS_KEY), tmk: token('TMK', TERMINAL_KEY) },
  output: { keyBlock: keyBlock() },
  errors: ['TOKEN_INVALID', 'EXPORT_REFUSED', 'WRAPPING_KEY_WEAK'],
  rules: ['M12.type-bound', 'M9.one-usage', 'M13.exportable', 'M13.strong-wrap', 'M8.key-blocks'],
  run(t, { key: commsKey, tmk }) {
    const key = t.open(commsKey, { ...COMMS_KEY, part: 'key' });
    const under = t.open(tmk, { ...TERMINAL_KEY, part: 'key' });
    const { transport }: UsageFacts = USAGES[key.header.usage];
    const goes = transport.includes('TMK');
    t.rule('M13.exportable', { exportability: goes ? key.header.exportability : 'N' });
    t.rule('M13.strong-wrap', { wrapping: under.header, wrapped: key.header });
    return { keyBlock: t.encrypt(under, key.key, { usage: key.header.usage }) };
  },
});

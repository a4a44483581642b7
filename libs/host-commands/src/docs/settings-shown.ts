/**
 * What each security setting holds, shown on devices: the same command to one that has everything on and
 * to one that has this setting off. The reference prints the replies, and a test demands that they
 * differ.
 */
import { createHash } from 'node:crypto';
import {
  fromHex,
  generateRsaPair,
  KEY_ROLES,
  type KeyAttributes,
  type KeyRole,
  LmkDevice,
  type LmkOptions,
  SETTING_NAMES,
  type SettingName,
  sealPrivateKey,
  wireOfBytes,
} from '@pinfold/hsm';
import { HOST_COMMANDS } from '../commands/index.js';
import { HostDevice } from '../device/host-device.js';

const ACCOUNT = '000012345678';
const KEY = '0123456789ABCDEFFEDCBA9876543210';
const TABLE = '0123456789012345';
const NO_BLOCK = '0'.repeat(16);

/** A command of the setting, with tokens that the device asked has made. */
type Shown = (of: HostDevice) => { readonly what: string; readonly command: string };

const token = (
  of: HostDevice,
  role: KeyRole,
  { value = KEY, ...attributes }: Partial<KeyAttributes> & { value?: string } = {},
): string =>
  of.module.keys.seal(of.module.defaultLmk, of.module.keys.opened(fromHex(value)), {
    row: KEY_ROLES[role],
    scheme: 'S',
    attributes,
  });

/** Seals keys that a device with everything on does not take. */
const lax = (): HostDevice =>
  deviceOf({ random: (length) => new Uint8Array(length), without: SETTING_NAMES });

const deviceOf = (options: LmkOptions): HostDevice =>
  new HostDevice({ commands: HOST_COMMANDS, module: new LmkDevice(options) });

const reply = (of: HostDevice, command: string): string =>
  of.answer(`HEAD${command}`, 0, command.length + 4).slice(4);

const rsa = (() => {
  let made: ReturnType<typeof generateRsaPair> | undefined;
  return () => {
    made ??= generateRsaPair({ bits: 2_048 });
    return made;
  };
})();

/** Pad mode, encrypted key and private key of a GI command that fails late. */
const importOf = (of: HostDevice, padding: string, attributes: string): string => {
  const { random, defaultLmk } = of.module;
  const privateKey = sealPrivateKey(defaultLmk, rsa().privateKey, { modeOfUse: 'D', random });
  return `GI01${padding}FFFF0256${'\0'.repeat(256)};99FFFF${wireOfBytes(privateKey)}#${attributes}`;
};

export const SETTINGS_SHOWN: Readonly<Record<SettingName, Shown>> = {
  'encrypted-decimalisation-tables': (of) => ({
    what: 'EE with a table in clear',
    command: `EE${token(of, 'pvk')}1234FFFFFFFF04${ACCOUNT}${TABLE}00001234567N`,
  }),
  'decimalisation-table-check': () => ({
    what: 'ED with a table of one digit',
    command: `ED${'0'.repeat(16)}`,
  }),
  'no-single-length-keys': () => ({ what: 'A0, single DES', command: 'A00FFFS#72T1N00N00' }),
  'no-single-as-double': () => ({
    what: 'BU of a key with equal halves',
    command: `BUFFF${token(lax(), 'zpk', { value: KEY.slice(0, 16).repeat(2) })}`,
  }),
  'pin-block-translation': (of) => ({
    what: 'CC from format 01 to 03',
    command: `CC${token(of, 'zpk')}${token(of, 'zpk')}12${NO_BLOCK}0103${ACCOUNT}`,
  }),
  'key-block-exchange': (of) => ({
    what: 'A6 of a key in ECB',
    command: `A6FFF${token(of, 'zmk')}X${KEY}S#72N00N00`,
  }),
  'six-digit-check-values': (of) => ({ what: 'BU', command: `BUFFF${token(of, 'zpk')}` }),
  'no-weak-pins': () => ({ what: 'BA of the PIN 1234', command: `BA1234F${ACCOUNT}` }),
  'no-weaker-wrapping-key': (of) => {
    const zek = token(of, 'zek', { algorithm: 'A', exportability: 'E' });
    return {
      what: 'A8 of an AES key under a triple DES ZMK',
      command: `A8FFF${token(of, 'zmk')}${zek}R`,
    };
  },
  'oaep-only': (of) => ({
    what: 'GI with PKCS#1 v1.5',
    command: importOf(of, '01', '72N00N00'),
  }),
  'long-rsa-keys': () => ({ what: 'EI of 1024 bits', command: 'EI0102402' }),
  'no-anonymous-wrapping-keys': (of) => ({
    what: 'GI of a wrapping key',
    command: importOf(of, '02010600;', 'K0N00N00'),
  }),
  'authorisation-needed': () => ({
    what: 'BA before two officers',
    command: `BA4829F${ACCOUNT}`,
  }),
  'no-short-macs': (of) => ({
    what: 'M6 of 8 digits',
    command: `M600031FFF${token(of, 'zak', { modeOfUse: 'C' })}0004abcd`,
  }),
};

export interface SettingResult {
  readonly setting: SettingName;
  readonly what: string;
  /** Reply with everything on, and without this setting: code and hexadecimal fields. */
  readonly on: string;
  readonly off: string;
}

/** Each setting on two devices, the other settings on in both. */
export function showSettings(): SettingResult[] {
  return SETTING_NAMES.map((setting) => {
    const asked = (without: readonly SettingName[]): { what: string; reply: string } => {
      const of = deviceFor(setting, without);
      const { what, command } = SETTINGS_SHOWN[setting](of);
      return { what, reply: shownReply(reply(of, command)) };
    };
    const on = asked([]);
    return { setting, what: on.what, on: on.reply, off: asked([setting]).reply };
  });
}

function deviceFor(setting: SettingName, without: readonly SettingName[]): HostDevice {
  const of = deviceOf({ random: repeatable(setting), without });
  if (setting !== 'authorisation-needed') of.module.authorise('one', 'two');
  return of;
}

/** The same bytes at every making of the reference. */
function repeatable(seed: string): LmkOptions['random'] {
  let counter = 0;
  return (length) => {
    const out = new Uint8Array(length);
    for (let at = 0; at < length; at += 32) {
      const block = createHash('sha256').update(`${seed}${counter++}`).digest();
      out.set(block.subarray(0, Math.min(32, length - at)), at);
    }
    return out;
  };
}

/** Two letters, code, and up to 16 printable characters of what follows. */
function shownReply(text: string): string {
  const fields = text.slice(4);
  if (fields === '' || !/^[ -~]+$/.test(fields)) return text.slice(0, 4);
  return `${text.slice(0, 4)} ${fields.length > 16 ? `${fields.slice(0, 16)}…` : fields}`;
}

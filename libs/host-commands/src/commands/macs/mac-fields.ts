/** Fields, errors and the computation that the MAC commands share. */
import { fromHex, type KeyRole, refuse, toHex } from '@pinfold/hsm';
import type { Context } from '../../device/context.js';
import { binary, choice, hex, layout } from '../../layout/nodes.js';

export const MODES = {
  '0': 'only block',
  '1': 'first block',
  '2': 'middle block',
  '3': 'last block',
} as const;

const FORMATS = { '0': 'binary', '1': 'hexadecimal', '2': 'text' } as const;

export const SIZES = { '0': '8 digits', '1': '16 digits' } as const;

export const ALGORITHMS = {
  '1': 'ISO 9797-1 algorithm 1',
  '3': 'ISO 9797-1 algorithm 3',
  '6': 'CMAC',
} as const;

export const PADDINGS = {
  '0': 'none',
  '1': 'ISO 9797-1 method 1',
  '2': 'method 2',
  '3': 'method 3',
} as const;

export const MESSAGE_MAX = 32_000;

export const mode = choice('mode', MODES, { error: '02' });

export const inputFormat = choice('inputFormat', FORMATS, { error: '03' });

export const message = layout(
  hex('length', 4, { error: '06', about: 'characters of the message' }),
  binary('message', { from: 'length', radix: 16, max: MESSAGE_MAX }),
);

/** The bytes that a message field stands for. */
export function dataOf(format: keyof typeof FORMATS, field: Uint8Array): Uint8Array {
  if (format !== '1') return field;
  const text = Buffer.from(field).toString('latin1');
  return /^(?:[0-9A-F]{2})*$/.test(text) ? fromHex(text) : refuse('15');
}

export const macRole = (type: string): KeyRole =>
  type === '003' ? 'tak' : type === '008' || type === 'FFF' ? 'zak' : refuse('05');

export const cut = (context: Context, mac: Uint8Array, size: keyof typeof SIZES): string => {
  if (size === '0') context.unless('no-short-macs');
  return toHex(mac).slice(0, size === '0' ? 8 : 16);
};

export const macErrors = {
  '02': 'mode',
  '03': 'input format',
  '04': 'MAC algorithm or size',
  '05': 'key type',
  '06': 'message length',
  '09': 'padding method',
  '10': 'key parity',
} as const;

export const counted3 = layout(
  hex('length', 3, { about: 'bytes of the message' }),
  binary('data', { from: 'length', radix: 16, max: 4_095 }),
);

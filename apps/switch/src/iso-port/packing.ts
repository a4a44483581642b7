/**
 * How messages are written on a line, and what they are inside. Inside every message is `ASCII_1987`
 * (characters, binary bitmap), and every MAC is over that form, whatever the line's own packing is:
 * so a message keeps its MAC from the terminal to the switch, and a line needs no key.
 */
import { InputError, ok, type Result, refused } from '@pinfold/crypto';
import {
  ASCII_1987,
  ASCII_HEX_1987,
  BINARY_1987,
  type IsoErrorCode,
  type IsoMessage,
  type Packaging,
  pack,
  parse,
} from '@pinfold/iso8583';

/** Names in the lines file, and the jPOS packagers that write the same bytes. */
export const PACKINGS = {
  /** Characters, bitmap and binary fields in hexadecimal: ISO87APackager. */
  ascii: ASCII_HEX_1987,
  /** Characters, bitmap and binary fields as bytes: none. */
  'ascii-binary': ASCII_1987,
  /** Packed decimal: ISO87BPackager. */
  binary: BINARY_1987,
} as const satisfies Record<string, Packaging>;

export type PackingName = keyof typeof PACKINGS;

export interface Unpacked {
  readonly message: IsoMessage;
  /** The message as `ASCII_1987`: what its MAC is over. */
  readonly bytes: Uint8Array;
}

/** From a line. Bytes that are `ASCII_1987` already stay as they are. */
export function fromLine(bytes: Uint8Array, packaging: Packaging): Result<Unpacked, IsoErrorCode> {
  const parsed = parse(bytes, packaging);
  if (!parsed.ok) return parsed;
  if (packaging === ASCII_1987) return ok({ message: parsed.value, bytes });
  const inside = packed(parsed.value, ASCII_1987);
  if (inside === undefined) return refused('ISO_CONTENT', 'message: does not fit ASCII');
  return ok({ message: parsed.value, bytes: inside });
}

/** To a line. Undefined when a field does not fit the packaging. */
export function toLine({ message, bytes }: Unpacked, packaging: Packaging): Uint8Array | undefined {
  return packaging === ASCII_1987 ? bytes : packed(message, packaging);
}

function packed(message: IsoMessage, packaging: Packaging): Uint8Array | undefined {
  try {
    return pack(message, packaging);
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** An ISO 8583 message as the rest of the program sees it, and the codes of what can be wrong. */

/** Digit and text fields are strings (leading zeros kept), binary fields bytes. */
export type FieldValue = string | Uint8Array;

/** `fields` is keyed by data element number, 2 to 128; bitmaps are never in it. */
export interface IsoMessage {
  /** Message type indicator, four digits: '0200'. */
  mti: string;
  fields: Record<number, FieldValue>;
}

/** What parsing can refuse. The first fault in wire order decides; `detail` is the field's path. */
export type IsoErrorCode =
  | 'ISO_TRUNCATED' // the bytes end before the element does
  | 'ISO_MTI' // not four digits
  | 'ISO_BITMAP' // not hexadecimal where the packaging says so
  | 'ISO_FIELD_UNKNOWN' // a bit is set for which the packaging has no field
  | 'ISO_LENGTH' // length prefix not a number, or above the field's maximum
  | 'ISO_CONTENT' // a character that the field's kind does not have
  | 'ISO_TRAILING'; // bytes left after the last field

/** A text field, or undefined when it is absent or binary. */
export function textOf(message: IsoMessage, field: number): string | undefined {
  const value = message.fields[field];
  return typeof value === 'string' ? value : undefined;
}

/** A binary field, or undefined when it is absent or text. */
export function bytesOf(message: IsoMessage, field: number): Uint8Array | undefined {
  const value = message.fields[field];
  return value === undefined || typeof value === 'string' ? undefined : value;
}

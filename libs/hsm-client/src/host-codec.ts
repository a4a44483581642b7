/** Host commands as text of the wire, fields by name, from the same layouts as the service has. */
import {
  Cursor,
  HOST_COMMANDS,
  type HostCommandCode,
  type ReplyOf,
  type RequestOf,
} from '@pinfold/host-commands';

/** What came back: two characters of error, and the fields where it is 00 or a warning. */
export type HostReply<C extends HostCommandCode> =
  | { readonly ok: true; readonly error: string; readonly fields: ReplyOf<C> }
  | { readonly ok: false; readonly error: string };

export interface HostCodecOptions {
  /** Identifier of the LMK, two digits. */
  readonly lmk?: string;
  /** Key attributes for A0, A4, A6, A8 with a key-block LMK, without the `#`. */
  readonly attributes?: string;
  /** The device's clear-PIN field; default 5. */
  readonly pinLength?: number;
}

const PIN_FIELD = 5;

/** A command without header. @throws InputError for fields that do not fit the layout */
export function hostRequest<C extends HostCommandCode>(
  code: C,
  fields: RequestOf<C>,
  { lmk, attributes, pinLength = PIN_FIELD }: HostCodecOptions = {},
): string {
  const text = code + HOST_COMMANDS.get(code)!.build(fields, pinLength);
  const named = lmk === undefined ? text : `${text}%${lmk}`;
  return attributes === undefined ? named : `${named}#${attributes}`;
}

/** Reads a reply without header; undefined for what is not one to this command. */
export function readHostReply<C extends HostCommandCode>(
  code: C,
  reply: string,
  { pinLength = PIN_FIELD }: HostCodecOptions = {},
): HostReply<C> | undefined {
  const command = HOST_COMMANDS.get(code)!;
  const error = reply.slice(2, 4);
  if (reply.slice(0, 2) !== command.replyCode || error.length < 2) return undefined;
  if (reply.length === 4 && !isDone(code, error)) return { ok: false, error };
  const cursor = new Cursor();
  cursor.text = reply;
  cursor.at = 4;
  cursor.end = reply.length;
  cursor.pinLength = pinLength;
  if (!command.parseReply(cursor) || cursor.at !== cursor.end) return undefined;
  return { ok: true, error, fields: cursor.values as ReplyOf<C> };
}

/** Whether the command was done: no error, or a warning that it declares. */
export function isDone(code: HostCommandCode, error: string): boolean {
  if (error === '00') return true;
  return HOST_COMMANDS.get(code)!.warnings?.some((each) => each === error) === true;
}

/** A typed client of the host commands: fields by name, from the same layouts as the service. */
import {
  type CommandOf,
  Cursor,
  HOST_COMMANDS,
  type HostCommandCode,
  type ReplyOf,
  type RequestOf,
} from '@pinfold/host-commands';
import { type HsmLink, LinkError } from './pool/link.js';

/** What came back: two characters of error, and the fields where it is 00 or a warning. */
export type HostReply<C extends HostCommandCode> =
  | { readonly ok: true; readonly error: string; readonly fields: ReplyOf<C> }
  | { readonly ok: false; readonly error: string };

export interface HostCallOptions {
  /** Identifier of the LMK, two digits. */
  readonly lmk?: string;
  /** Key attributes for A0, A4, A6, A8 with a key-block LMK, without the `#`. */
  readonly attributes?: string;
  readonly timeoutMs?: number;
  /** The device's clear-PIN field; default 5. */
  readonly pinLength?: number;
}

/**
 * Sends one command. @throws LinkError no reply; InputError for fields that do not fit the layout
 */
export async function callHost<C extends HostCommandCode>(
  link: HsmLink,
  code: C,
  fields: RequestOf<C>,
  options: HostCallOptions = {},
): Promise<HostReply<C>> {
  const command = HOST_COMMANDS.get(code)!;
  const pinLength = options.pinLength ?? 5;
  const lmk = options.lmk === undefined ? '' : `%${options.lmk}`;
  const attributes = options.attributes === undefined ? '' : `#${options.attributes}`;
  const request = code + command.build(fields, pinLength) + lmk + attributes;
  const reply = await link.send(request, options.timeoutMs);
  const error = reply.slice(2, 4);
  if (reply.slice(0, 2) !== command.replyCode || error.length < 2) {
    throw new LinkError('broken', true);
  }
  const cursor = new Cursor();
  cursor.text = reply;
  cursor.at = 4;
  cursor.end = reply.length;
  cursor.pinLength = pinLength;
  if (reply.length === 4 && error !== '00') return { ok: false, error };
  if (!command.parseReply(cursor)) throw new LinkError('broken', true);
  return { ok: true, error, fields: cursor.values as ReplyOf<C> };
}

/** The declaration of a command, for its docs in an editor. */
export type HostCommandOf<C extends HostCommandCode> = CommandOf<C>;

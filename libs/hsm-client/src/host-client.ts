/** A typed client of the host commands over one link: fields by name. */
import type { CommandOf, HostCommandCode, RequestOf } from '@pinfold/host-commands';
import { type HostCodecOptions, type HostReply, hostRequest, readHostReply } from './host-codec.js';
import { type HsmLink, LinkError } from './pool/link.js';

export interface HostCallOptions extends HostCodecOptions {
  readonly timeoutMs?: number;
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
  const text = await link.send(hostRequest(code, fields, options), options.timeoutMs);
  const reply = readHostReply(code, text, options);
  if (reply === undefined) throw new LinkError('broken', true);
  return reply;
}

/** The declaration of a command, for its docs in an editor. */
export type HostCommandOf<C extends HostCommandCode> = CommandOf<C>;

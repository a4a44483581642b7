/** How a command's logic ends early: with the reply code. Not an Error: nothing failed. */
import type { HostErrorCode } from '@pinfold/keyblock';

/** Codes of the common table, and those that have a meaning in single commands only. */
export type ReplyCode = HostErrorCode | '06' | '07' | '08' | '09' | '35' | '52';

export class HostRefusal {
  constructor(
    readonly code: ReplyCode,
    /** The security setting that decided, where one did. */
    readonly setting?: string,
  ) {}
}

/** Ends a command with a reply code. */
export function refuse(code: ReplyCode, setting?: string): never {
  throw new HostRefusal(code, setting);
}

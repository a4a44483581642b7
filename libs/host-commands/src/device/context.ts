/** What a command's logic sees: the LMK side of the device, the host port, what follows the fields. */
import { type Lmk, LmkContext } from '@pinfold/hsm';
import type { Host } from './host.js';
import type { Tail } from './tail.js';

export class Context extends LmkContext {
  constructor(
    readonly host: Host,
    lmk: Lmk = host.module.defaultLmk,
    readonly tail: Tail = { trailer: '' },
  ) {
    super(host.module, lmk, tail.attributes);
  }

  /** Header fields of a private key's block. */
  get privateKeyHeader(): { keyVersion?: string; exportability?: string } {
    const { privateKeyVersion: keyVersion, exported } = this.tail;
    return { keyVersion, exportability: exported?.exportability };
  }
}

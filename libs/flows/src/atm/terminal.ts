/** One terminal as its fleet works with it: PIN pad, STAN counter, link, and whether it is in use. */
import {
  type IsoMessage,
  macInputOf,
  macOf,
  pack,
  packForMac,
  placeMac,
  textOf,
} from '@pinfold/iso8583';
import {
  decodeSecurityInfo,
  encodeSecurityInfo,
  type Incoming,
  type WirePinFormat,
} from '../node.js';
import type { Cassette } from './cassettes.js';
import { nextStan, stanText } from './clock-fields.js';
import { TerminalLink } from './link.js';
import type { PinPad } from './pin-pad.js';
import type { WithdrawalId } from './withdrawal.js';

/** `good`, or why not. `unsigned`: no MAC at all. */
export type MacVerdict = 'good' | 'bad' | 'unsigned';

export class Terminal {
  readonly link = new TerminalLink();
  /** Counts as last seen: to refuse an amount before asking. The store's counts decide. */
  cassettes: readonly Cassette[];
  /** The withdrawal of the customer who stands at it. */
  current: WithdrawalId | undefined;

  constructor(
    readonly id: string,
    readonly pad: PinPad,
    /** What stands for the terminal in record keys. */
    readonly index: string,
    public lastStan: number,
    cassettes: readonly Cassette[],
  ) {
    this.cassettes = cassettes;
  }

  get hasKeys(): boolean {
    return this.pad.version('TPK') !== undefined && this.pad.version('TAK') !== undefined;
  }

  get inService(): boolean {
    return this.hasKeys && this.link.signedOn;
  }

  nextStan(): string {
    this.lastStan = nextStan(this.lastStan);
    return stanText(this.lastStan);
  }

  /** Packs with DE 53 and the MAC under the newest TAK; without both while there is no TAK. */
  finish(message: IsoMessage, pin?: { format: WirePinFormat; version: number }): Uint8Array {
    const macKeyVersion = this.pad.version('TAK');
    if (macKeyVersion === undefined) return pack(message);
    message.fields[53] = encodeSecurityInfo({
      format: pin?.format ?? 'none',
      pinKeyVersion: pin?.version ?? 0,
      macKeyVersion,
    });
    const bytes = packForMac(message);
    return placeMac(bytes, this.pad.mac(macInputOf(bytes)!));
  }

  verdictOf({ bytes, message }: Incoming): MacVerdict {
    const data = macInputOf(bytes);
    const mac = macOf(bytes);
    if (data === undefined || mac === undefined) return 'unsigned';
    const version = decodeSecurityInfo(textOf(message, 53))?.macKeyVersion;
    if (version === undefined) return 'bad';
    return this.pad.verifyMac({ data, mac, version }) ? 'good' : 'bad';
  }
}

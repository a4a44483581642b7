/**
 * A wire that seals nothing: the simulator looks for faults of the network's logic, and sealing has
 * tests of its own. A flipped bit thus reaches the parser and the MACs, as on an open line.
 */
import { ok, type Result } from '@pinfold/crypto';
import type { Incoming, Outgoing, Wire } from '@pinfold/flows';
import { parse } from '@pinfold/iso8583';
import type { BusRecord } from '@pinfold/messages';

export class PlainWire implements Wire {
  /** `link`: the name under which others know what this node sends. */
  constructor(private readonly link: string) {}

  seal({ topic, keyText, bytes, correlation }: Outgoing): BusRecord {
    const type = String.fromCharCode(...bytes.subarray(0, 4));
    const headers = { type, correlation, link: this.link };
    return { topic, key: this.indexOf(keyText), value: bytes, headers };
  }

  open({ value, headers }: BusRecord): Result<Incoming, string> {
    const parsed = parse(value);
    if (!parsed.ok) return parsed;
    const { link = '', correlation = '' } = headers;
    return ok({ message: parsed.value, bytes: value, link, correlation });
  }

  indexOf(text: string): string {
    return `index-${text}`;
  }
}

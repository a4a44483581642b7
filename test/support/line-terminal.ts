/**
 * A terminal of somebody else: a PIN pad, a STAN, and the messages of a cash withdrawal (ISO
 * 8583:1987). Its MACs are over the message packed as ASCII_1987, as docs/reference/iso-port.md says.
 */
import { randomBytes } from 'node:crypto';
import {
  decodeOfferedKeys,
  decodeSecurityInfo,
  encodeSecurityInfo,
  PinPad,
  type WirePinFormat,
} from '@pinfold/flows';
import {
  bytesOf,
  type FieldValue,
  type IsoMessage,
  macFieldOf,
  macInput,
  textOf,
} from '@pinfold/iso8583';
import { encodeOriginalData } from '@pinfold/messages';

const ACQUIRER = '100001';

export interface TypedComponents {
  readonly terminal: string;
  readonly algorithm: 'T' | 'A';
  readonly components: readonly { readonly courier: string; readonly component: Uint8Array }[];
  readonly checkValue: string;
}

export class LineTerminal {
  readonly id: string;
  readonly pad: PinPad;
  #stan = 0;

  constructor({ terminal, algorithm, components, checkValue }: TypedComponents) {
    this.id = terminal;
    const storageKey = new Uint8Array(randomBytes(32));
    const random = (length: number) => new Uint8Array(randomBytes(length));
    this.pad = new PinPad({ terminal, algorithm, storageKey, random });
    for (const typed of components) {
      if (!this.pad.enterComponent(typed).ok) throw new Error('a component was refused');
    }
    const active = this.pad.activateTmk(checkValue);
    if (!active.ok) throw new Error(active.code);
  }

  /** 0800: `001` sign-on, `301` echo, `101` key change. With a MAC as soon as there is a key. */
  network(code: string): IsoMessage {
    return this.#signed({
      mti: '0800',
      fields: { 7: now(), 11: this.#nextStan(), 32: ACQUIRER, 41: this.id, 70: code },
    });
  }

  /** Takes the keys of an 0810. */
  takeKeys(answer: IsoMessage): void {
    const offered = decodeOfferedKeys(answer.fields[48]);
    const taken = offered && this.pad.takeKeys(offered);
    if (!taken?.ok) throw new Error(taken?.code ?? 'no keys in the answer');
  }

  withdrawal(o: { pan: string; pin: string; expiry: string; amountMinor: number }): IsoMessage {
    const { pan, pin, expiry, amountMinor } = o;
    const { block, format } = this.pad.encryptPin({ pin, pan });
    const at = now();
    const stan = this.#nextStan();
    const fields: Record<number, FieldValue> = {
      2: pan,
      3: '010000',
      4: String(amountMinor).padStart(12, '0'),
      7: at,
      11: stan,
      12: at.slice(4),
      13: at.slice(0, 4),
      14: expiry,
      18: '6011',
      22: '021',
      25: '00',
      32: ACQUIRER,
      37: `${String(Date.now()).slice(-6)}${stan}`,
      41: this.id,
      42: this.id.padEnd(15),
      43: 'SOMEBODY ELSE'.padEnd(40),
      49: '978',
    };
    fields[format === 'iso4' ? 63 : 52] = block;
    return this.#signed({ mti: '0200', fields }, format);
  }

  /** The same with other fields, under a MAC that is right. */
  resigned(message: IsoMessage, other: Readonly<Record<number, FieldValue>>): IsoMessage {
    const fields = { ...message.fields, ...other };
    const again: IsoMessage = { mti: message.mti, fields };
    fields[macFieldOf(again)] = this.pad.mac(macInput(again));
    return again;
  }

  /** 0420 of a 0200, in full. */
  reversal({ fields }: IsoMessage): IsoMessage {
    const kept = [2, 3, 4, 12, 13, 32, 37, 41, 49].map((n) => [n, fields[n]!]);
    return this.#signed({
      mti: '0420',
      fields: {
        ...(Object.fromEntries(kept) as Record<number, FieldValue>),
        7: now(),
        11: this.#nextStan(),
        39: '17',
        90: encodeOriginalData({
          mti: '0200',
          stan: fields[11] as string,
          transmittedAt: fields[7] as string,
          acquirer: ACQUIRER,
        }),
      },
    });
  }

  /** Whether an answer carries a good MAC of the switch. */
  trusts(answer: IsoMessage): boolean {
    const mac = bytesOf(answer, macFieldOf(answer));
    const version = decodeSecurityInfo(textOf(answer, 53))?.macKeyVersion;
    if (mac === undefined || version === undefined) return false;
    return this.pad.verifyMac({ data: macInput(answer), mac, version });
  }

  #signed(message: IsoMessage, format: WirePinFormat = 'none'): IsoMessage {
    const macKeyVersion = this.pad.version('TAK');
    if (macKeyVersion === undefined) return message;
    const pinKeyVersion = format === 'none' ? 0 : this.pad.version('TPK')!;
    message.fields[53] = encodeSecurityInfo({ format, pinKeyVersion, macKeyVersion });
    message.fields[macFieldOf(message)] = this.pad.mac(macInput(message));
    return message;
  }

  #nextStan(): string {
    this.#stan += 1;
    return String(this.#stan).padStart(6, '0');
  }
}

/** DE 7: MMDDhhmmss, UTC. */
function now(): string {
  return new Date().toISOString().replace(/\D/g, '').slice(4, 14);
}

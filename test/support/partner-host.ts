/**
 * A partner's host that issues cards, written from docs/reference/iso-port.md: it types in the two
 * letters of its zone control key, takes the zone keys that the switch offers, checks MACs and PINs and
 * answers. Nothing of Pinfold's own issuer is in it.
 */
import { readFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { AesKey, cmac, DesKey, fromHex, iso9797Mac, xorBytes } from '@pinfold/crypto';
import {
  bytesOf,
  type FieldValue,
  FrameSplitter,
  type Framing,
  frame,
  type IsoMessage,
  macFieldOf,
  macInput,
  type Packaging,
  pack,
  parse,
  textOf,
} from '@pinfold/iso8583';
import { unwrapKeyBlock } from '@pinfold/keyblock';
import { decryptPinBlock } from '@pinfold/pin';

/** What it does with a 0200 or 0420: as it should, or as partners do on bad days. */
export type Manner = 'answers' | 'silent' | 'garbage' | 'closes' | 'forged';

/** Fields that an answer repeats. */
const REPEATED = [2, 3, 4, 7, 11, 12, 13, 32, 37, 41, 49, 70, 90];
const GARBAGE = Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n', 'latin1');

export class PartnerHost {
  readonly server: Server;
  manner: Manner = 'answers';
  /** MTI and, of 0800, DE 70, as they came. */
  readonly heard: string[] = [];
  /** What cards have paid, in minor units, by RRN. */
  readonly paid = new Map<string, number>();
  connections = 0;
  readonly #pins: ReadonlyMap<string, string>;
  readonly #algorithm: 'T' | 'A';
  readonly #line: { framing: Framing; packaging: Packaging; header: Uint8Array };
  /** `ZPK.1` and so on. */
  readonly #keys = new Map<string, Uint8Array>();
  #zck = new Uint8Array();
  #newest = '0000';
  readonly #sockets = new Set<Socket>();

  constructor(o: {
    algorithm: 'T' | 'A';
    framing: Framing;
    packaging: Packaging;
    header: Uint8Array;
    pins: ReadonlyMap<string, string>;
  }) {
    this.#pins = o.pins;
    this.#algorithm = o.algorithm;
    this.#line = o;
    this.server = createServer((socket) => this.#serve(socket));
  }

  listen(port: number): Promise<void> {
    return new Promise((resolve) => {
      this.server.listen(port, '127.0.0.1', resolve);
    });
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.server.close();
  }

  /** Both couriers have come. */
  typeIn(dataDir: string, name: string): void {
    const components = [1, 2].map((n) => {
      const letter = readFileSync(join(dataDir, 'letters', `${name}.courier-${n}.json`), 'utf8');
      return fromHex((JSON.parse(letter) as { component: string }).component);
    });
    this.#zck = new Uint8Array(xorBytes(components[0]!, components[1]!));
  }

  #serve(socket: Socket): void {
    this.connections += 1;
    this.#sockets.add(socket);
    const splitter = new FrameSplitter(this.#line.framing);
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('data', (chunk: Buffer) => {
      const frames = splitter.push(chunk);
      if (!frames.ok) throw new Error(frames.code);
      for (const { message } of frames.value) this.#take(message, socket);
    });
  }

  #take(bytes: Uint8Array, socket: Socket): void {
    const { framing, packaging, header } = this.#line;
    const read = parse(bytes, packaging);
    if (!read.ok) throw new Error(`${read.code} ${read.detail}`);
    const request = read.value;
    this.heard.push(`${request.mti} ${textOf(request, 70) ?? ''}`.trim());
    if (request.mti !== '0800') {
      if (this.manner === 'silent') return;
      if (this.manner === 'closes') return void socket.destroy();
      if (this.manner === 'garbage') return void socket.write(GARBAGE);
    }
    const answer = this.#answer(request);
    if (this.manner === 'forged') answer.fields[macFieldOf(answer)] = new Uint8Array(8);
    socket.write(frame(pack(answer, packaging), framing, Uint8Array.from(header)));
  }

  #answer(request: IsoMessage): IsoMessage {
    const fields: Record<number, FieldValue> = {};
    for (const number of REPEATED) {
      if (request.fields[number] !== undefined) fields[number] = request.fields[number];
    }
    const answer: IsoMessage = {
      mti: `${request.mti.slice(0, 2)}${Number(request.mti[2]) + 1}0`,
      fields,
    };
    const authentic = this.#isAuthentic(request);
    if (authentic && fields[70] === '101') this.#takeKeys(request);
    fields[39] = authentic ? this.#decide(request) : '88';
    if (request.mti === '0200' && fields[39] === '00') fields[38] = 'PARTNR';
    fields[53] = `000000${this.#newest}000000`;
    fields[macFieldOf(answer)] = this.#mac(macInput(answer), this.#newest);
    return answer;
  }

  #decide(request: IsoMessage): string {
    const rrn = textOf(request, 37)!;
    if (request.mti === '0200') {
      if (this.#pinOf(request) !== this.#pins.get(textOf(request, 2)!)) return '55';
      this.paid.set(rrn, Number(textOf(request, 4)));
    }
    if (request.mti.startsWith('042')) this.paid.delete(rrn);
    return '00';
  }

  #pinOf(request: IsoMessage): string | undefined {
    const version = textOf(request, 53)!.slice(2, 6);
    const key = this.#keys.get(`ZPK.${Number(version)}`)!;
    const pan = textOf(request, 2)!;
    const pin =
      this.#algorithm === 'A'
        ? decryptPinBlock({
            format: 'iso4',
            key: AesKey.of(key),
            block: bytesOf(request, 63)!,
            pan,
          })
        : decryptPinBlock({
            format: 'iso0',
            key: DesKey.of(key),
            block: bytesOf(request, 52)!,
            pan,
          });
    return pin.ok ? pin.value : undefined;
  }

  /** The first keys come without a MAC: their key blocks authenticate themselves. */
  #isAuthentic(request: IsoMessage): boolean {
    const mac = bytesOf(request, macFieldOf(request));
    if (mac === undefined) return textOf(request, 70) === '101';
    const right = this.#mac(macInput(request), textOf(request, 53)!.slice(6, 10));
    return Buffer.from(right).equals(mac);
  }

  /** DE 48: usage|version|key block|check value, joined by semicolons. */
  #takeKeys(request: IsoMessage): void {
    for (const offered of textOf(request, 48)!.split(';')) {
      const [usage, version, block] = offered.split('|') as [string, string, string];
      const unwrapped = unwrapKeyBlock({ kbpk: this.#zck, block });
      if (!unwrapped.ok) throw new Error(`${usage}: ${unwrapped.code}`);
      this.#keys.set(`${usage}.${version}`, unwrapped.value.key);
      this.#newest = version.padStart(4, '0');
    }
  }

  #mac(data: Uint8Array, version: string): Uint8Array {
    const key = this.#keys.get(`ZAK.${Number(version)}`)!;
    return this.#algorithm === 'A'
      ? cmac(AesKey.of(key), data).subarray(0, 8)
      : iso9797Mac({ algorithm: 3, padding: 1, key, data });
  }
}

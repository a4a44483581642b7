/** jPOS in a Java process of its own, asked over a pipe (see JposClient.java). */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { fromHex, toHex } from '@pinfold/crypto';
import type { FieldValue, IsoMessage } from '@pinfold/iso8583';

export type JposPackager = 'ISO87A' | 'ISO87B';
export type JposChannel = 'ASCIIChannel' | 'NACChannel';

const SOURCE = new URL('JposClient.java', import.meta.url).pathname;

const latin1 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));

export class Jpos {
  readonly #child: ChildProcess;
  readonly #lines: Interface;
  readonly #waiting: ((line: string) => void)[] = [];

  /** Java compiles the source as it starts. */
  constructor(libs: string) {
    this.#child = spawn('java', ['-cp', `${libs}/*`, SOURCE], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#lines = createInterface({ input: this.#child.stdout! });
    this.#lines.on('line', (line) => this.#waiting.shift()?.(line));
    this.#child.once('exit', () => {
      for (const waits of this.#waiting.splice(0)) waits('error jPOS has ended');
    });
  }

  async pack(packager: JposPackager, message: IsoMessage): Promise<string> {
    return this.#ask(`pack ${packager} ${message.mti} ${written(message)}`);
  }

  async open(o: { channel: JposChannel; packager: JposPackager; port: number }): Promise<void> {
    await this.#ask(`open ${o.channel} ${o.packager} 127.0.0.1 ${o.port}`);
  }

  async send(message: IsoMessage): Promise<IsoMessage> {
    return read(await this.#ask(`send ${message.mti} ${written(message)}`));
  }

  async close(): Promise<void> {
    await this.#ask('close');
  }

  end(): void {
    this.#lines.close();
    this.#child.kill();
  }

  async #ask(line: string): Promise<string> {
    const answer = await new Promise<string>((resolve) => {
      this.#waiting.push(resolve);
      this.#child.stdin!.write(`${line}\n`);
    });
    if (answer.startsWith('error ')) throw new Error(`jPOS: ${answer.slice(6)}`);
    return answer;
  }
}

function written({ fields }: IsoMessage): string {
  return Object.entries(fields)
    .map(([number, value]) =>
      typeof value === 'string' ? `${number}=${toHex(latin1(value))}` : `${number}:${toHex(value)}`,
    )
    .join(',');
}

function read(line: string): IsoMessage {
  const [mti = '', list = ''] = line.split(' ');
  const fields: Record<number, FieldValue> = {};
  for (const [, number, kind, hex] of list.matchAll(/(\d+)([=:])([0-9A-Fa-f]*)/g)) {
    const bytes = fromHex(hex!.toUpperCase());
    fields[Number(number)] = kind === ':' ? bytes : Buffer.from(bytes).toString('latin1');
  }
  return { mti, fields };
}

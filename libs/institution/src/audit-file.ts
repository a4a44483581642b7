/**
 * The file of a device's audit chain: one entry a line, appended as it is made. After a crash the file
 * may be ahead of the device's state, and its last line may be torn. The device takes over what it made
 * itself (`auditTail`); what is behind that is cut off and kept in `audit.log.cut`, never dropped.
 */
import {
  appendFileSync,
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import { type AuditEntry, hashOf } from '@pinfold/hsm';

/** Far more than a device writes between two states. */
const TAIL_BYTES = 4 << 20;
const NEW_LINE = 0x0a;

interface TailLine {
  readonly text: string;
  /** Offset in the file behind the line and its end. */
  readonly end: number;
}

export class AuditFile {
  readonly #path: string;
  readonly #file: number;
  readonly #log: (line: string) => void;
  #tail: readonly TailLine[] | undefined;
  #from = 0;

  constructor(path: string, log: (line: string) => void) {
    this.#path = path;
    this.#log = log;
    this.#file = openSync(path, 'a+', 0o600);
    this.#tail = this.#readTail();
  }

  /** Whole lines at the end of the file, as it was when it was opened. */
  get tail(): readonly string[] {
    return this.#tail?.map(({ text }) => text) ?? [];
  }

  /** The first line tells where the device goes on; what the file has behind that is cut off. */
  append(line: string): void {
    if (this.#tail !== undefined) this.#goOnAt(line, this.#tail);
    this.#tail = undefined;
    writeSync(this.#file, `${line}\n`);
  }

  /** On disk when this returns. */
  flush(): void {
    fsyncSync(this.#file);
  }

  close(): void {
    closeSync(this.#file);
  }

  #goOnAt(first: string, tail: readonly TailLine[]): void {
    const { seq, prev } = JSON.parse(first) as AuditEntry;
    const size = fstatSync(this.#file).size;
    const before = tail.findLast(({ text }) => hashOf(text) === prev);
    if (before === undefined && seq > 1) {
      this.#log(`${this.#path} does not hold the audit entries before number ${seq}`);
      if (tail.at(-1)?.end !== size) this.#cut(tail.at(-1)?.end ?? this.#from, size);
      return;
    }
    this.#cut(before?.end ?? 0, size);
  }

  #cut(from: number, to: number): void {
    if (from >= to) return;
    const bytes = Buffer.alloc(to - from);
    readSync(this.#file, bytes, 0, bytes.length, from);
    appendFileSync(`${this.#path}.cut`, bytes, { mode: 0o600 });
    ftruncateSync(this.#file, from);
    this.#log(
      `${bytes.length} bytes behind the audit chain in ${this.#path} moved to audit.log.cut`,
    );
  }

  #readTail(): TailLine[] {
    const { size } = fstatSync(this.#file);
    const start = Math.max(0, size - TAIL_BYTES);
    const bytes = Buffer.alloc(size - start);
    readSync(this.#file, bytes, 0, bytes.length, start);
    let from = start === 0 ? 0 : bytes.indexOf(NEW_LINE) + 1;
    this.#from = start + from;
    const lines: TailLine[] = [];
    for (let end = bytes.indexOf(NEW_LINE, from); end >= 0; end = bytes.indexOf(NEW_LINE, from)) {
      lines.push({ text: bytes.toString('utf8', from, end), end: start + end + 1 });
      from = end + 1;
    }
    return lines;
  }
}

/**
 * Framing of messages on a TCP stream, as a pure incremental splitter: bytes in as they arrive,
 * whole messages out. A frame's size is checked against the limit before anything is kept for it.
 *
 * `length2`: two bytes, big endian (payShield, most ISO 8583 lines). `length4`: four ASCII digits
 * (jPOS ASCIIChannel). `none`: no length; the message itself says where it ends. Each may have a
 * header of fixed size before the message (a TPDU, say), which the length counts.
 */
import { ok, type Result, refused } from '@pinfold/crypto';
import { ASCII_1987, type Packaging } from './packaging.js';
import { measure } from './parse.js';

export interface Framing {
  kind: 'length2' | 'length4' | 'none';
  /** Bytes before the message. */
  headerBytes: number;
  /** Most bytes of header and message; a longer frame is refused. At most 65,535. */
  maxBytes: number;
  /** How messages are packed; read only for kind 'none'. Default ASCII_1987. */
  packaging?: Packaging;
}

export interface Frame {
  header: Uint8Array;
  message: Uint8Array;
}

export type FramingErrorCode =
  | 'FRAME_LENGTH' // the length is not a number, or below the header's size
  | 'FRAME_TOO_LONG' // above maxBytes
  | 'FRAME_CONTENT'; // kind 'none': the message cannot be parsed, so its end is not known

const PREFIX_BYTES = { length2: 2, length4: 4, none: 0 } as const;
const NOTHING = new Uint8Array(0);

/** A message with its length and header in front. Throws RangeError above the limit. */
export function frame(message: Uint8Array, framing: Framing, header = NOTHING): Uint8Array {
  const prefix = PREFIX_BYTES[framing.kind];
  const length = header.length + message.length;
  if (header.length !== framing.headerBytes || length > limitOf(framing)) {
    throw new RangeError(`frame: header ${framing.headerBytes}, at most ${limitOf(framing)} bytes`);
  }
  const out = new Uint8Array(prefix + length);
  if (framing.kind === 'length2') {
    out[0] = length >> 8;
    out[1] = length & 255;
  } else if (framing.kind === 'length4') {
    const digits = String(length).padStart(4, '0');
    for (let i = 0; i < 4; i++) out[i] = digits.charCodeAt(i);
  }
  out.set(header, prefix);
  out.set(message, prefix + header.length);
  return out;
}

function limitOf(framing: Framing): number {
  return Math.min(framing.maxBytes, framing.kind === 'length4' ? 9999 : 65535);
}

/** Splits one connection's bytes. After a refusal the stream has no known place: close it. */
export class FrameSplitter {
  private pending: Uint8Array = NOTHING;
  /** Bytes of `pending` that are used; the rest is room to grow into. */
  private used = 0;
  /** Not worth looking before this many bytes are there. */
  private wanted = 1;
  private broken = false;

  constructor(private readonly framing: Framing) {}

  /** Bytes kept for a frame that is not whole yet. */
  get pendingBytes(): number {
    return this.used;
  }

  /** Whole frames so far, copied out of the chunk; what comes after a fault is never returned. */
  push(chunk: Uint8Array): Result<Frame[], FramingErrorCode> {
    if (this.broken) return refused('FRAME_LENGTH', 'an earlier frame was refused');
    const bytes = this.joined(chunk);
    const frames: Frame[] = [];
    let at = 0;
    while (bytes.length - at >= this.wanted) {
      const size = this.sizeOf(bytes.subarray(at));
      if (!size.ok) {
        this.broken = true;
        this.pending = NOTHING;
        this.used = 0;
        return size;
      }
      this.wanted = size.value.bytes;
      if (bytes.length - at < this.wanted) break;
      if (!size.value.complete) continue;
      const start = at + PREFIX_BYTES[this.framing.kind];
      const end = at + this.wanted;
      const split = start + this.framing.headerBytes;
      frames.push({ header: bytes.slice(start, split), message: bytes.slice(split, end) });
      at = end;
      this.wanted = 1;
    }
    this.keep(bytes, at);
    return ok(frames);
  }

  /** Pending bytes and the chunk as one; room doubles, so each byte is copied a few times at most. */
  private joined(chunk: Uint8Array): Uint8Array {
    if (this.used === 0) return chunk;
    const total = this.used + chunk.length;
    if (this.pending.length < total) {
      const grown = new Uint8Array(Math.max(total, 2 * this.pending.length));
      grown.set(this.pending.subarray(0, this.used));
      this.pending = grown;
    }
    this.pending.set(chunk, this.used);
    this.used = total;
    return this.pending.subarray(0, total);
  }

  private keep(bytes: Uint8Array, from: number): void {
    const left = bytes.length - from;
    if (left === 0) {
      this.pending = NOTHING;
    } else if (from > 0 || this.used === 0) {
      this.pending = bytes.slice(from);
    }
    this.used = left;
  }

  /** Size of the frame that starts here, or how many bytes must be there to know more. */
  private sizeOf(
    bytes: Uint8Array,
  ): Result<{ complete: boolean; bytes: number }, FramingErrorCode> {
    const { kind, headerBytes } = this.framing;
    const prefix = PREFIX_BYTES[kind];
    if (kind === 'none') return this.measured(bytes);
    if (bytes.length < prefix) return ok({ complete: false, bytes: prefix });
    let length = 0;
    for (let i = 0; i < prefix; i++) {
      const digit = kind === 'length2' ? bytes[i]! : bytes[i]! - 0x30;
      if (kind === 'length4' && (digit < 0 || digit > 9)) {
        return refused('FRAME_LENGTH', 'frame: four digits wanted');
      }
      length = length * (kind === 'length2' ? 256 : 10) + digit;
    }
    if (length < headerBytes) return refused('FRAME_LENGTH', 'frame: shorter than its header');
    if (length > limitOf(this.framing)) return refused('FRAME_TOO_LONG', 'frame: above the limit');
    return ok({ complete: true, bytes: prefix + length });
  }

  private measured(
    bytes: Uint8Array,
  ): Result<{ complete: boolean; bytes: number }, FramingErrorCode> {
    const { headerBytes } = this.framing;
    if (bytes.length <= headerBytes) return ok({ complete: false, bytes: headerBytes + 1 });
    const measured = measure(bytes.subarray(headerBytes), this.framing.packaging ?? ASCII_1987);
    if (!measured.ok) return refused('FRAME_CONTENT', measured.detail);
    const total = headerBytes + measured.value.bytes;
    if (total > limitOf(this.framing)) return refused('FRAME_TOO_LONG', 'frame: above the limit');
    return ok({ complete: measured.value.complete, bytes: total });
  }
}

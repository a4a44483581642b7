/**
 * Frames of the host port: two bytes of length, most significant first, and as many bytes of message.
 * The reader gives frames as places in the buffer that came from the socket; only what is left of a
 * frame at the end of a chunk is copied.
 */

export const LENGTH_BYTES = 2;

/** Longest message that is taken, known before anything is kept for it. */
export const MAX_FRAME_BYTES = 32 * 1024;

/** Receives a message: buffer[from, to). The buffer is only good during the call. */
export type TakeFrame = (buffer: Buffer, from: number, to: number) => void;

export class FrameReader {
  /** What is left of the chunks before: joined once, when the frame is whole. */
  #parts: Buffer[] = [];
  #size = 0;
  #need = LENGTH_BYTES;

  constructor(
    readonly minBytes: number,
    readonly maxBytes = MAX_FRAME_BYTES,
  ) {}

  /** Gives every whole frame to `take`; false when a length is not allowed: close the connection. */
  push(chunk: Buffer, take: TakeFrame): boolean {
    const size = this.#size + chunk.length;
    if (size < this.#need) {
      this.#keep(chunk);
      return true;
    }
    const buffer = this.#size === 0 ? chunk : Buffer.concat([...this.#parts, chunk], size);
    this.#parts = [];
    this.#size = 0;
    this.#need = LENGTH_BYTES;
    let at = 0;
    while (buffer.length - at >= LENGTH_BYTES) {
      const length = buffer.readUInt16BE(at);
      if (length < this.minBytes || length > this.maxBytes) return false;
      const end = at + LENGTH_BYTES + length;
      if (end > buffer.length) {
        this.#need = LENGTH_BYTES + length;
        break;
      }
      take(buffer, at + LENGTH_BYTES, end);
      at = end;
    }
    if (at < buffer.length) this.#keep(buffer.subarray(at));
    return true;
  }

  /** Whether a frame has begun that is not whole yet. */
  get waiting(): boolean {
    return this.#size > 0;
  }

  /** A copy: a slice would keep the socket's whole buffer alive. */
  #keep(part: Buffer): void {
    this.#parts.push(Buffer.from(part));
    this.#size += part.length;
  }
}

/** A message with its length before it. */
export function frameOf(message: string): Buffer {
  const frame = Buffer.allocUnsafe(LENGTH_BYTES + message.length);
  frame.writeUInt16BE(message.length, 0);
  frame.write(message, LENGTH_BYTES, 'latin1');
  return frame;
}

/** Many messages as one buffer, for one write. */
export function framesOf(messages: readonly string[]): Buffer {
  let size = 0;
  for (const message of messages) size += LENGTH_BYTES + message.length;
  const out = Buffer.allocUnsafe(size);
  let at = 0;
  for (const message of messages) {
    out.writeUInt16BE(message.length, at);
    out.write(message, at + LENGTH_BYTES, 'latin1');
    at += LENGTH_BYTES + message.length;
  }
  return out;
}

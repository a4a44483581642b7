/** Messages on their way in, and what a port may do with them. */
import type { TakeFrame } from './framing.js';
import type { Replies } from './replies.js';

/**
 * Messages that arrived together, of one connection or several: message i is
 * buffers[i][from[i], end[i]). The lists are good during the call only; the buffers stay as they are.
 */
export interface Messages {
  readonly buffers: readonly Buffer[];
  readonly from: readonly number[];
  readonly end: readonly number[];
  readonly count: number;
}

/** Writes a reply to each message, in order. */
export type Answer = (messages: Messages, replies: Replies) => void;

/** Gives all replies to messages of one connection, in order and with their lengths (`framesOf`). */
export type AnswerLater = (messages: Messages) => Promise<Buffer>;

/** What an inlet needs of a connection. */
export interface ReplySink {
  send(replies: Buffer): void;
  /** Nothing can be said any more: cut it. */
  fail(): void;
  pause(): void;
  resume(): void;
}

/** Where connections put their messages. One at a time does: `begin`, `place` for each, `end`. */
export interface Inlet {
  begin(sink: ReplySink): void;
  readonly place: TakeFrame;
  /** How many messages there were since `begin`. */
  end(): number;
  /** Resolves when what came over a connection is answered. */
  settled(sink: ReplySink): Promise<void>;
}

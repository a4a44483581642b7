/** For tests: messages as they stand in a socket's buffer, and replies as texts. */

import { FrameReader, framesOf } from '../wire/framing.js';
import type { Messages } from '../wire/messages.js';
import { Replies } from '../wire/replies.js';

export function messagesOf(texts: readonly string[]): Messages {
  const buffer = framesOf(texts);
  const from: number[] = [];
  const end: number[] = [];
  new FrameReader(1, 65_535).push(buffer, (_, at, to) => {
    from.push(at);
    end.push(to);
  });
  return { buffers: from.map(() => buffer), from, end, count: from.length };
}

export function answersTo(
  texts: readonly string[],
  answer: (messages: Messages, replies: Replies) => void,
): string[] {
  const replies = new Replies();
  answer(messagesOf(texts), replies);
  const given: string[] = [];
  new FrameReader(1, 65_535).push(replies.taken(0, replies.count), (buffer, at, to) => {
    given.push(buffer.toString('latin1', at, to));
  });
  return given;
}

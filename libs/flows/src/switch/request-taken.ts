/**
 * A withdrawal whose message (terminal, STAN, DE 7) is another withdrawal's already. The store finds it
 * when it writes; the switch says 94 then. Not a repeat: that has the RRN of before, too.
 */
import { RESPONSE } from '@pinfold/messages';
import { echoAnswer } from './build.js';
import type { RoutedItem } from './fill.js';
import { keyOf } from './transaction.js';
import type { Other } from './work.js';

/** Thrown by `save`: a row with the same terminal, STAN and DE 7 is there under another RRN. */
export class RequestTaken extends Error {
  override readonly name = 'RequestTaken';

  constructor() {
    super('a request with this terminal, STAN and time is there already');
  }
}

/** The answer 94 where a chunk was this one withdrawal; undefined where it must be cut first. */
export function answerTaken(items: readonly RoutedItem[]): Other | undefined {
  const [item] = items;
  if (items.length !== 1 || item?.kind !== 'withdrawal') return undefined;
  const { request } = item;
  const { rrn, terminal, incoming } = request;
  const draft = echoAnswer(incoming.message, {
    mti: '0210',
    code: RESPONSE.duplicate,
    terminal,
    correlation: keyOf(request),
    traceparent: incoming.traceparent,
  });
  return { drafts: [draft], notes: [{ what: 'request-taken', terminal, rrn }] };
}

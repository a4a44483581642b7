import { framesOf } from './framing.js';
import { Gathering } from './gathering.js';
import type { ReplySink } from './messages.js';

class Sink implements ReplySink {
  readonly sent: string[] = [];
  failed = false;
  send(replies: Buffer): void {
    this.sent.push(replies.toString('latin1'));
  }
  fail(): void {
    this.failed = true;
  }
  pause(): void {}
  resume(): void {}
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

function put(gathering: Gathering, sink: ReplySink, ...texts: string[]): number {
  gathering.begin(sink);
  for (const text of texts) gathering.place(Buffer.from(text, 'latin1'), 0, text.length);
  return gathering.end();
}

it('answers what several connections brought in one go, and each in one write', async () => {
  const counts: number[] = [];
  const gathering = new Gathering(({ buffers, from, end, count }, replies) => {
    counts.push(count);
    for (let i = 0; i < count; i++) {
      replies.text(`re ${buffers[i]!.toString('latin1', from[i]!, end[i]!)}`);
    }
  });
  const [a, b, silent] = [new Sink(), new Sink(), new Sink()];
  expect(put(gathering, a, 'one', 'two')).toBe(2);
  expect(put(gathering, b, 'three')).toBe(1);
  expect(put(gathering, silent)).toBe(0);
  expect(put(gathering, a, 'four')).toBe(1);
  expect(put(gathering, a, 'five')).toBe(1);
  expect(a.sent).toEqual([]);
  await turn();
  expect(counts).toEqual([5]);
  const text = (...replies: string[]) => framesOf(replies).toString('latin1');
  expect(a.sent).toEqual([text('re one', 're two'), text('re four', 're five')]);
  expect(b.sent).toEqual([text('re three')]);
  expect(silent.sent).toEqual([]);
  put(gathering, b, 'six');
  await gathering.settled(b);
  expect(b.sent[1]).toBe(text('re six'));
});

it('does not let more than its limit wait, and forgets nothing', async () => {
  let answered = 0;
  const gathering = new Gathering(({ count }, replies) => {
    answered += count;
    for (let i = 0; i < count; i++) replies.text('x'.repeat(100));
  });
  const sink = new Sink();
  put(gathering, sink, ...Array(4_095).fill('m'));
  expect(answered).toBe(0);
  put(gathering, sink, 'm');
  expect(answered).toBe(4_096);
  put(gathering, sink, 'm');
  await turn();
  expect(answered).toBe(4_097);
  expect(sink.sent.join('')).toHaveLength(4_097 * 102);
});

it('cuts those whose messages it could not answer, and serves the next ones', async () => {
  const gathering = new Gathering(({ count, buffers }, replies) => {
    if (buffers[0]!.toString() === 'bad') {
      replies.text('half an answer');
      throw new Error('a bug');
    }
    for (let i = 0; i < count; i++) replies.text('ok');
  });
  const [first, second] = [new Sink(), new Sink()];
  put(gathering, first, 'bad');
  await turn();
  expect(first).toMatchObject({ failed: true, sent: [] });
  put(gathering, second, 'good');
  await turn();
  expect(second.sent).toEqual(['\0\x02ok']);
});

describe('a reply that takes its time', () => {
  const slow = () => {
    const ends: ((reply: string) => void)[] = [];
    const gathering = new Gathering(({ buffers, from, end, count }, replies) => {
      for (let i = 0; i < count; i++) {
        const message = buffers[i]!.toString('latin1', from[i]!, end[i]!);
        if (message !== 'slow') replies.text(`re ${message}`);
        else replies.later(new Promise((resolve) => ends.push(resolve)));
      }
    });
    return { gathering, ends };
  };
  class Pausing extends Sink {
    paused = false;
    override pause(): void {
      this.paused = true;
    }
    override resume(): void {
      this.paused = false;
    }
  }
  const text = (...replies: string[]) => framesOf(replies).toString('latin1');

  it('holds up its own connection, in order, and no other', async () => {
    const { gathering, ends } = slow();
    const [a, b] = [new Pausing(), new Pausing()];
    put(gathering, a, 'one', 'slow', 'two', 'slow', 'three');
    put(gathering, b, 'other');
    await turn();
    expect(a.paused).toBe(true);
    expect(a.sent).toEqual([text('re one')]);
    expect(b.sent).toEqual([text('re other')]);
    // What had arrived before the pause waits behind, too.
    put(gathering, a, 'four');
    put(gathering, b, 'more');
    await turn();
    expect(b.sent).toHaveLength(2);
    ends[1]!('late two');
    await turn();
    expect(a.sent).toHaveLength(1);
    ends[0]!('late one');
    await gathering.settled(a);
    expect(a.sent.join('')).toBe(
      text('re one', 'late one', 're two', 'late two', 're three', 're four'),
    );
    expect(a.paused).toBe(false);
    put(gathering, a, 'five');
    await turn();
    expect(a.sent.at(-1)).toBe(text('re five'));
  });

  it('cuts its own connection alone where it never comes', async () => {
    const gathering = new Gathering(({ count }, replies) => {
      for (let i = 0; i < count; i++) {
        if (i === 0) replies.later(Promise.reject(new Error('a bug')));
        else replies.text('re');
      }
    });
    const [a, b] = [new Sink(), new Sink()];
    put(gathering, a, 'one', 'two');
    put(gathering, b, 'other');
    await gathering.settled(a);
    expect(a).toMatchObject({ failed: true, sent: [] });
    expect(b).toMatchObject({ failed: false, sent: [text('re')] });
  });
});

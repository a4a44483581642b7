/**
 * Known frames over TCP: those of public simulators and clients (vectors/payshield-frames.json) and those
 * that other implementations answered (vectors/generated/host-commands.json), all in flight at once.
 */
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { FrameReader, framesOf } from '@pinfold/host-commands';
import { createLogger } from '@pinfold/platform';
import { startHostPort } from './index.js';
import { hostDevice } from './testing.js';

interface Known {
  readonly command: string;
  readonly replies: readonly string[];
  readonly pattern?: string;
}

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../vectors/${name}.json`, import.meta.url), 'utf8'));
const wire = (hex: string): string => Buffer.from(hex, 'hex').toString('latin1');

interface Case {
  readonly command: string;
  readonly expect: { reply?: string; alsoAccept?: string[]; pattern?: string };
}
const published: Known[] = (read('payshield-frames').cases as Case[]).map((one) => {
  const { reply = '', alsoAccept = [], pattern } = one.expect;
  return { command: one.command, replies: [reply, ...alsoAccept], pattern };
});
const answered: Known[] = read('generated/host-commands').tables.flatMap(
  ({ rows }: { rows: [string, string][] }) =>
    rows.map(([command, reply]) => ({ command: wire(command), replies: [wire(reply)] })),
);

/** Replies by header to messages that leave in one write. */
function exchange(port: number, messages: readonly string[], header: number) {
  return new Promise<Map<string, string>>((resolve, reject) => {
    const replies = new Map<string, string>();
    const reader = new FrameReader(header, 65_535);
    const socket = connect(port, '127.0.0.1', () => socket.write(framesOf(messages)));
    socket.on('data', (chunk) => {
      reader.push(chunk, (buffer, from, to) => {
        const text = buffer.toString('latin1', from, to);
        replies.set(text.slice(0, header), text.slice(header));
      });
      if (replies.size === messages.length) socket.end(() => resolve(replies));
    });
    socket.on('error', reject);
  });
}

it.each([4, 12])('answers every known frame over TCP, with a header of %d', async (size) => {
  const port = await startHostPort({
    port: 0,
    device: hostDevice(),
    headerLength: size,
    logger: createLogger({ service: 'test', form: 'json', level: 'silent' }),
  });
  const known = [...published, ...answered];
  const header = (i: number): string => String(i).padStart(size, '0');
  const messages = known.map(({ command }, i) => header(i) + command);
  const replies = await exchange(port.port, messages, size);
  const wrong = known.flatMap(({ command, replies: wanted, pattern }, i) => {
    const given = replies.get(header(i)) ?? 'no reply';
    const right = pattern === undefined ? wanted.includes(given) : new RegExp(pattern).test(given);
    return right ? [] : [{ command, wanted, given }];
  });
  expect(wrong).toEqual([]);
  await port.close();
});

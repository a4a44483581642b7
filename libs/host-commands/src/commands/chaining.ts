/** NK: several commands in one message, as the HSM 8000 reference has it. */
import { refuse } from '@pinfold/hsm';
import { hostCommand } from '../declare.js';
import type { Host } from '../device/host.js';
import { binary, choice, digits, layout, repeat } from '../layout/nodes.js';

const CHAIN_MAX = 99;
const CODE_BYTES = 2;
const COMMAND_MAX = 9_999;

interface Chain {
  readonly headers: '0' | '1';
  readonly count: string;
  readonly commands: readonly { readonly command: Uint8Array }[];
}

/** The commands as whole messages; those without a header get one that is taken off their replies. */
function messagesOf({ headerLength }: Host, o: Chain): Uint8Array[] {
  if (Number(o.count) === 0) refuse('52');
  const header = new Uint8Array(o.headers === '0' ? headerLength : 0).fill(ZERO);
  return o.commands.map(({ command }) => {
    const message = Buffer.concat([header, command]);
    return message.length < headerLength + CODE_BYTES ? refuse('15') : message;
  });
}

const ZERO = '0'.charCodeAt(0);

function replyOf(host: Host, o: Chain, replies: readonly Uint8Array[]) {
  const from = o.headers === '0' ? host.headerLength : 0;
  return {
    count: o.count,
    replies: replies.map((whole) => {
      const reply =
        whole.length - from > COMMAND_MAX ? tooLong(host, whole, from) : whole.slice(from);
      return { length: String(reply.length).padStart(4, '0'), reply };
    }),
  };
}

/** A reply whose length four digits cannot say: its letters and 80. */
const tooLong = ({ headerLength }: Host, whole: Uint8Array, from: number): Uint8Array =>
  Buffer.concat([whole.slice(from, headerLength + CODE_BYTES), Buffer.from('80')]);

export const chaining = hostCommand({
  code: 'NK',
  name: 'Command chaining',
  group: 'service',
  request: layout(
    choice(
      'headers',
      { '0': 'the commands have no headers', '1': 'each begins with a header of its own' },
      { error: '51' },
    ),
    digits('count', 2, { error: '52' }),
    repeat(
      'commands',
      { count: 'count', max: CHAIN_MAX },
      digits('length', 4),
      binary('command', { from: 'length', max: COMMAND_MAX }),
    ),
  ),
  reply: layout(
    digits('count', 2),
    repeat(
      'replies',
      { count: 'count', max: CHAIN_MAX },
      digits('length', 4),
      binary('reply', { from: 'length', max: COMMAND_MAX }),
    ),
  ),
  errors: { '51': 'header flag', '52': 'number of commands' },
  notes:
    'Each command is executed as if it came alone, whatever became of those before it, and its reply stands in its place. NK in NK is answered with 68. A reply of more than 9,999 bytes, or replies that together are longer than a message can be: 80.',
  run: ({ host }, o) =>
    replyOf(
      host,
      o,
      messagesOf(host, o).map((message) => host.answerInner(message)),
    ),
  later: ({ host }, o) => {
    const replies = messagesOf(host, o).map((message) => host.answerInnerOrLater(message));
    return Promise.all(replies).then((all) => replyOf(host, o, all));
  },
});

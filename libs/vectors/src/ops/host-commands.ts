/**
 * Operations of payshield-errors.json and payshield-frames.json: the host device under the published
 * test LMKs answers, in legacy mode, as test set-ups of real devices are.
 */
import { randomBytes } from 'node:crypto';
import { HOST_COMMANDS, HostDevice } from '@pinfold/host-commands';
import { HOST_ERRORS, LmkDevice } from '@pinfold/hsm';
import type { Inputs, Outputs, VectorOps } from '../types.js';

function replyTo(command: string): string {
  const device = new HostDevice({
    commands: HOST_COMMANDS,
    module: new LmkDevice({
      random: (length) => Uint8Array.from(randomBytes(length)),
      mode: 'legacy',
    }),
    headerLength: 0,
  });
  return device.answer(command, 0, command.length);
}

/** Frames with binary fields, in hexadecimal. */
function hostFrame(c: Inputs): Outputs {
  const reply = replyTo(Buffer.from(c.bytes('command')).toString('latin1'));
  return { reply: Buffer.from(reply, 'latin1').toString('hex').toUpperCase() };
}

/** A case accepts one reply, any of a list, or a pattern: what it accepts is what comes out. */
function hostCommand(c: Inputs): Outputs {
  const reply = replyTo(c.text('command'));
  const { reply: wanted, alsoAccept, pattern } = c.raw.expect;
  const others = Array.isArray(alsoAccept) ? alsoAccept : [];
  const matched = typeof pattern === 'string' && new RegExp(pattern).test(reply);
  return {
    reply: others.includes(reply) ? wanted : reply,
    alsoAccept,
    ...(matched ? { pattern } : {}),
  };
}

export const HOST_OPS: VectorOps = {
  'host-command': hostCommand,
  'host-frame': hostFrame,
  'host-error': (c) => {
    const code = c.text('code');
    if (!Object.hasOwn(HOST_ERRORS, code)) return { error: true };
    return { meaning: HOST_ERRORS[code as keyof typeof HOST_ERRORS] };
  },
};

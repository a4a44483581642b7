/**
 * 0800/0810 with terminals: sign-on, sign-off and echo, new working keys for those that ask. A
 * terminal confirms its keys by a good MAC under them.
 */
import { type FieldValue, textOf } from '@pinfold/iso8583';
import { RESPONSE } from '@pinfold/messages';
import { type KeyRecord, NETWORK_CODES } from '../node.js';
import type { Admitted } from './admission.js';
import { type Draft, echoAnswer } from './build.js';
import {
  activated,
  makeOffers,
  type NetworkContext,
  type NetworkOutcome,
  offeredPair,
} from './key-offers.js';
import type { Note, SwitchEvent } from './step.js';

const TERMINAL_USAGES = ['TPK', 'TAK'] as const;

/** Codes that are answered 00, and what the log calls them. */
const ANSWERED: Readonly<Record<string, Note['what']>> = {
  [NETWORK_CODES.signOn]: 'terminal-signed-on',
  [NETWORK_CODES.signOff]: 'terminal-signed-off',
  [NETWORK_CODES.echo]: 'terminal-echo',
};

/** Answers the 0800s of terminals; a key change is stored before it is answered. */
export async function answerTerminals(
  requests: readonly Admitted[],
  ctx: NetworkContext,
): Promise<NetworkOutcome> {
  const drafts: Draft[] = [];
  const notes: Note[] = [];
  const changes = new Map<string, Admitted>();
  for (const request of requests) {
    const code = textOf(request.incoming.message, 70);
    const { owner: terminal, verdict } = request;
    const what = ANSWERED[code ?? ''];
    if (code === NETWORK_CODES.keyChange) {
      changes.set(terminal, request);
    } else if (verdict === 'first') {
      // Only the first keys may be asked for without a MAC.
      drafts.push(answerOf(request, RESPONSE.cryptographicFailure));
      notes.push({ what: 'mac-invalid', terminal });
    } else if (what !== undefined) {
      drafts.push(answerOf(request, RESPONSE.approved));
      notes.push({ what, terminal });
    } else {
      drafts.push(answerOf(request, RESPONSE.invalidTransaction));
      notes.push({ what: 'network-code-unknown', terminal });
    }
  }
  if (changes.size > 0) {
    const changed = await changeTerminalKeys([...changes.values()], ctx);
    drafts.push(...changed.drafts);
    notes.push(...changed.notes);
  }
  return { drafts, notes };
}

function answerOf(request: Admitted, code: string, more?: Record<number, FieldValue>): Draft {
  const { message, correlation, traceparent } = request.incoming;
  const o = { mti: '0810', code, terminal: request.owner, correlation, traceparent, more };
  return echoAnswer(message, o);
}

async function changeTerminalKeys(
  requests: readonly Admitted[],
  ctx: NetworkContext,
): Promise<NetworkOutcome> {
  const { ring, options } = ctx;
  const known = requests.filter(({ owner }) => ring.newest(owner, 'TMK') !== undefined);
  const offers = await makeOffers(
    known.map(({ owner }) => ({
      owner,
      usages: TERMINAL_USAGES,
      algorithm: options.terminalAlgorithm?.(owner) ?? 'T',
      under: ring.newest(owner, 'TMK')!.token,
      offered: offeredPair(ring, owner, TERMINAL_USAGES),
    })),
    ctx,
  );
  const drafts = known.map((request, i) => {
    const text = offers[i]?.text;
    if (text === undefined) return answerOf(request, RESPONSE.systemMalfunction);
    return answerOf(request, RESPONSE.approved, { 48: text });
  });
  const notes = requests.map(({ owner: terminal }): Note => {
    const made = offers[known.findIndex(({ owner }) => owner === terminal)];
    if (made === undefined) return { what: 'terminal-keys-refused', terminal };
    return { what: 'terminal-keys-offered', terminal, detail: { version: made.version } };
  });
  return { drafts, notes };
}

/** A terminal has used keys that were only offered: they are active from now on. */
export function terminalConfirmed(
  terminal: string,
  version: number,
  ctx: NetworkContext,
): { keys: readonly KeyRecord[]; events: readonly SwitchEvent[] } {
  const keys = activated(ctx.ring, terminal, TERMINAL_USAGES, version);
  const atMs = ctx.ports.clock.now();
  const events = keys.map(({ usage, checkValue }) => ({
    type: 'terminal.key-changed' as const,
    id: `key-changed-${terminal}-${usage}-${version}-${checkValue}`,
    atMs,
    data: { terminal, usage: usage as 'TPK' | 'TAK', keyVersion: version, checkValue },
  }));
  return { keys, events };
}

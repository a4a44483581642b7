/** From admitted messages of terminals to what the chunk has to decide, and refusals made at once. */
import { RESPONSE } from '@pinfold/messages';
import type { Admitted } from './admission.js';
import { type Draft, echoAnswer } from './build.js';
import {
  type Reader,
  type ReversalRequest,
  readReversal,
  readWithdrawal,
  type WithdrawalRequest,
} from './read.js';
import type { Note } from './step.js';

export type Item =
  | { readonly kind: 'withdrawal'; readonly request: WithdrawalRequest }
  | { readonly kind: 'reversal'; readonly request: ReversalRequest };

export interface Intake {
  /** In the order of the chunk. */
  readonly items: readonly Item[];
  readonly network: readonly Admitted[];
  readonly refusals: readonly Draft[];
  /** Refusals that go out without a MAC, because no device answers. */
  readonly bare: readonly Draft[];
  readonly notes: readonly Note[];
}

type Class = 'withdrawal' | 'reversal' | 'network';

const CLASSES: Readonly<Record<string, Class>> = {
  '0200': 'withdrawal',
  '0420': 'reversal',
  '0421': 'reversal',
  '0800': 'network',
};

const ANSWERS = { withdrawal: '0210', reversal: '0430', network: '0810' } as const;

/** `trusting`: a withdrawal with a bad MAC is taken in all the same, a planted bug. */
export function takeIn(admitted: readonly Admitted[], o: Reader & { trusting: boolean }): Intake {
  const items: Item[] = [];
  const network: Admitted[] = [];
  const refusals: Draft[] = [];
  const bare: Draft[] = [];
  const notes: Note[] = [];
  for (const message of admitted) {
    const { verdict, owner: terminal, security, incoming } = message;
    const kind = CLASSES[incoming.message.mti];
    if (kind === undefined || terminal === '') {
      notes.push({ what: 'message-not-understood', detail: { mti: incoming.message.mti } });
    } else if (verdict === 'unavailable') {
      notes.push({ what: 'hsm-unavailable', terminal });
      if (kind === 'withdrawal') bare.push(refusal(message, kind, RESPONSE.systemMalfunction));
    } else if (verdict === 'bad' && !(o.trusting && kind === 'withdrawal')) {
      notes.push({ what: 'mac-invalid', terminal });
      refusals.push(refusal(message, kind, RESPONSE.cryptographicFailure));
    } else if (kind === 'network') {
      network.push(message);
    } else {
      const item = read(message, kind, o);
      if (item !== undefined) items.push(item);
      else {
        notes.push({ what: 'format-error', terminal });
        refusals.push(refusal(message, kind, RESPONSE.formatError));
      }
    }
    if (security === undefined && verdict === 'good') {
      notes.push({ what: 'security-info-missing', terminal });
    }
  }
  return { items, network, refusals, bare, notes };
}

function read(
  { incoming, security }: Admitted,
  kind: 'withdrawal' | 'reversal',
  reader: Reader,
): Item | undefined {
  if (kind === 'reversal') {
    const request = readReversal(incoming, reader);
    return request && { kind, request };
  }
  const request = security && readWithdrawal(incoming, security, reader);
  return request && { kind, request };
}

function refusal({ incoming, owner }: Admitted, kind: Class, code: string): Draft {
  const { message, correlation, traceparent } = incoming;
  const mti = ANSWERS[kind];
  return echoAnswer(message, { mti, code, terminal: owner, correlation, traceparent });
}

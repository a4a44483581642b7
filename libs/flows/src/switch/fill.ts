/**
 * Inside the transaction of a chunk: load the rows that its messages name, decide message by message
 * on the rows as they stand, gather what follows. Runs again from the start when the store does.
 */
import { RESPONSE, responseOf } from '@pinfold/messages';
import { spoil } from './bugs.js';
import type { SwitchContext } from './context.js';
import { decideAnswer, decideForwardAnswer } from './decide-answer.js';
import { decideReversal } from './decide-reversal.js';
import { type DecideContext, decideWithdrawal, type Route } from './decide-withdrawal.js';
import type { Item } from './intake.js';
import type { IssuerAnswer } from './read.js';
import { reserve, type StandInWish } from './stand-in.js';
import type { Step } from './step.js';
import type { SwitchTx } from './store.js';
import {
  type ForwardKind,
  keyOf,
  type StoreAndForward,
  type SwitchTransaction,
  type TransactionId,
} from './transaction.js';
import { Work } from './work.js';

/** A withdrawal with its route, or a reversal. */
export type RoutedItem =
  | {
      readonly kind: 'withdrawal';
      readonly request: (Item & { kind: 'withdrawal' })['request'];
      readonly route: Route;
    }
  | (Item & { kind: 'reversal' });

export function decideContext(ctx: SwitchContext): DecideContext {
  const { options, ports, timeouts } = ctx;
  return { acquirer: options.acquirer, nowMs: ports.clock.now(), timeouts };
}

export async function fillRequests(
  tx: SwitchTx,
  items: readonly RoutedItem[],
  ctx: SwitchContext,
): Promise<Work> {
  if (items.length === 0) return new Work();
  const rows = await tx.transactions(items.map((item) => item.request));
  const advices = items
    .filter((item) => item.kind === 'reversal')
    .filter((item) => rows.get(keyOf(item.request))?.state === 'stood-in')
    .map(({ request }) => forwardId(request, 'advice'));
  const forwards = await loadForwards(tx, advices);
  const granted = await standIns(tx, items, rows, ctx);
  const stored = ctx.bugs.has('dedup-across-batches-only') ? new Map(rows) : undefined;
  const work = new Work(rows, forwards);
  const decide = decideContext(ctx);
  items.forEach((item, i) => {
    const row = work.row(item.request);
    if (item.kind === 'reversal') {
      const advice = work.forward(item.request, 'advice');
      const issuer = ctx.routes.issuerOf(item.request.pan) ?? '';
      add(work, decideReversal(item.request, row, { ...decide, advice, issuer }), ctx);
      return;
    }
    const route = settled(item.route, granted.has(i));
    const seen = ctx.bugs.has('dedup-dropped')
      ? undefined
      : (stored?.get(keyOf(item.request)) ?? (stored ? undefined : row));
    const step = decideWithdrawal(item.request, seen, route, decide);
    add(
      work,
      row !== undefined && step.insert ? { ...step, insert: undefined, update: step.insert } : step,
      ctx,
    );
    if (step.insert?.state === 'forwarded')
      ctx.spoiled?.lastByStan.set(step.insert.stan, step.insert);
  });
  return work;
}

function settled(route: Route, granted: boolean): Route {
  if (route.kind !== 'stand-in' || granted) return route;
  return { kind: 'decline', issuer: route.issuer, code: RESPONSE.issuerUnavailable };
}

/** Places of the items that the switch may approve itself; only first copies of new requests ask. */
async function standIns(
  tx: SwitchTx,
  items: readonly RoutedItem[],
  rows: ReadonlyMap<string, SwitchTransaction>,
  ctx: SwitchContext,
): Promise<Set<number>> {
  const asked = new Set<string>();
  const places: number[] = [];
  const wishes: StandInWish[] = [];
  items.forEach((item, i) => {
    if (item.kind !== 'withdrawal' || item.route.kind !== 'stand-in') return;
    const key = keyOf(item.request);
    if (rows.has(key) || asked.has(key)) return;
    asked.add(key);
    places.push(i);
    const { card, amountMinor } = item.request;
    wishes.push({ issuer: item.route.issuer, card, amountMinor });
  });
  if (wishes.length === 0) return new Set();
  const granted = await reserveStandIn(tx, wishes, ctx);
  return new Set(places.filter((_, i) => granted[i]));
}

export async function reserveStandIn(
  tx: SwitchTx,
  wishes: readonly StandInWish[],
  ctx: SwitchContext,
): Promise<boolean[]> {
  const counter = ctx.bugs.has('stand-in-limit-per-instance') ? ctx.spoiled! : tx;
  const { clock } = ctx.ports;
  return reserve(counter, wishes, {
    issuers: ctx.issuers,
    nowMs: clock.now(),
  });
}

const FORWARD_KINDS: Readonly<Record<string, ForwardKind>> = {
  '0430': 'reversal',
  '0230': 'advice',
};

export async function fillAnswers(
  tx: SwitchTx,
  answers: readonly IssuerAnswer[],
  ctx: SwitchContext,
): Promise<Work> {
  if (answers.length === 0) return new Work();
  const named = answers.map((answer) => ({
    answer,
    kind: FORWARD_KINDS[answer.incoming.message.mti],
  }));
  const target = (answer: IssuerAnswer): TransactionId =>
    (ctx.bugs.has('answer-by-stan-alone') && ctx.spoiled!.lastByStan.get(answer.stan)) || answer;
  const requests = named
    .filter(({ kind }) => kind === undefined)
    .map(({ answer }) => target(answer));
  const rows = requests.length > 0 ? await tx.transactions(requests) : new Map();
  const wanted = named.flatMap(({ answer, kind }) => {
    if (kind !== undefined) return [forwardId(answer, kind)];
    const declined = rows.get(keyOf(target(answer)))?.state === 'declined';
    return declined && responseOf(answer.responseCode).approved
      ? [forwardId(answer, 'reversal')]
      : [];
  });
  const work = new Work(rows, await loadForwards(tx, wanted));
  const decide = decideContext(ctx);
  const anyIdentity = ctx.bugs.has('answer-by-stan-alone') ? () => true : undefined;
  for (const { answer, kind } of named) {
    const step =
      kind === undefined
        ? decideAnswer(
            answer,
            work.row(target(answer)),
            work.forward(answer, 'reversal'),
            decide,
            anyIdentity,
          )
        : decideForwardAnswer(answer, work.forward(answer, kind));
    add(work, step, ctx);
  }
  return work;
}

async function loadForwards(
  tx: SwitchTx,
  ids: readonly (TransactionId & { kind: ForwardKind })[],
): Promise<Map<string, StoreAndForward>> {
  return ids.length > 0 ? tx.forwards(ids) : new Map();
}

function forwardId({ rrn, terminal }: TransactionId, kind: ForwardKind) {
  return { rrn, terminal, kind };
}

export function add(work: Work, step: Step, { bugs }: SwitchContext): void {
  work.add(bugs.size > 0 ? spoil(step, bugs) : step);
}

/**
 * The parts of a chunk's way that all nodes share: open all records, one HSM batch for many messages,
 * work in bounded rounds. A node's handler reads: open → ask the HSM → one store transaction → send.
 */
import { type HsmAnswer, type HsmClient, type HsmJob, HsmUnavailable } from '@pinfold/hsm-client';
import type { BusRecord } from '@pinfold/messages';
import type { Incoming, Observe, Wire } from './ports.js';

/** Opens a chunk. Unreadable records are observed and left out: their sender will time out. */
export function openAll(
  wire: Wire,
  records: readonly BusRecord[],
  observe: Observe,
  at: string,
): Incoming[] {
  const opened: Incoming[] = [];
  for (const record of records) {
    const result = wire.open(record);
    if (result.ok) opened.push(result.value);
    else observe({ at, what: 'record-unreadable', detail: { code: result.code } });
  }
  return opened;
}

/**
 * One batch for many items. Returns the answers per item in the order of its jobs, or undefined when
 * no device answers: the caller declines with 96 and carries on.
 */
export async function askAll<T>(
  hsm: HsmClient,
  items: readonly T[],
  ask: (item: T) => readonly HsmJob[],
): Promise<HsmAnswer[][] | undefined> {
  const jobs: HsmJob[] = [];
  const counts: number[] = [];
  for (const item of items) {
    const wanted = ask(item);
    counts.push(wanted.length);
    for (const job of wanted) jobs.push(job);
  }
  const answers = await askBatch(hsm, jobs);
  if (answers === undefined) return undefined;
  let from = 0;
  return counts.map((count) => {
    const own = answers.slice(from, from + count);
    from += count;
    return own;
  });
}

/** As `askAll` for a flat list of jobs; an empty list asks nobody. */
export async function askBatch(
  hsm: HsmClient,
  jobs: readonly HsmJob[],
): Promise<HsmAnswer[] | undefined> {
  if (jobs.length === 0) return [];
  try {
    return await hsm.execute(jobs);
  } catch (error) {
    if (error instanceof HsmUnavailable) return undefined;
    throw error;
  }
}

/**
 * Runs `round` until it reports less than `limit` handled items, at most `maxRounds` times, so that a
 * tick never holds a node for long: what is left is still due in the next tick.
 */
export async function inRounds(
  limit: number,
  maxRounds: number,
  round: (limit: number) => Promise<number>,
): Promise<number> {
  let handled = 0;
  for (let i = 0; i < maxRounds; i++) {
    const count = await round(limit);
    handled += count;
    if (count < limit) break;
  }
  return handled;
}

/**
 * Tells the log why a payShield refuses: by a setting, a licence, its authorised state, a key that it does not
 * know. The network sees no more than a device that does not do it. One line of a kind in a minute.
 */
import { clientOn, type HsmAnswer, type HsmClient } from '@pinfold/hsm-client';

export interface ToldRefusal {
  readonly command: string;
  readonly code: string;
  /** `payshield.68`: the payShield's own code. */
  readonly rule: string;
}

const EVERY_MS = 60_000;
const OWN_CODE = /^payshield\./;

export function toldClient(
  client: HsmClient,
  tell: (refusal: ToldRefusal) => void,
  now: () => number = Date.now,
): HsmClient {
  /** As many as there are commands and codes at most. */
  const last = new Map<string, number>();
  const look = (command: string, answer: HsmAnswer): void => {
    if (answer.ok || !OWN_CODE.test(answer.rule ?? '')) return;
    const refusal = { command, code: answer.code, rule: answer.rule! };
    const kind = `${command} ${refusal.rule}`;
    const at = now();
    const before = last.get(kind);
    if (before !== undefined && Math.abs(at - before) < EVERY_MS) return;
    last.set(kind, at);
    tell(refusal);
  };
  return clientOn(async (jobs) => {
    const answers = await client.execute(jobs);
    for (const [i, answer] of answers.entries()) look(jobs[i]!.command, answer);
    return answers;
  });
}

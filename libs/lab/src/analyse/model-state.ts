/**
 * What the commands of the model find the device to keep: ceremonies that are always open, counts that
 * are never used up. Both allow more than the device does.
 */
import type { Ceremonies, CeremonyPlan, KeyEnv } from '@pinfold/hsm';
import { CUSTODIANS } from './candidates.js';

export function modelEnv(identity: string, mode: KeyEnv['mode']): KeyEnv {
  return { identity, mode, ceremonies: alwaysOpen(), uses: neverUsedUp() };
}

/** Ceremonies are named by what they are for. */
function alwaysOpen(): Ceremonies {
  const opened = (plan: CeremonyPlan) => ({
    ...plan,
    id: `ceremony ${plan.usage} ${plan.algorithm} ${plan.lengthBytes}`,
    contributed: [],
  });
  const model = {
    open: opened,
    find(id: string) {
      const [, usage, algorithm, lengthBytes] = id.split(' ');
      if (usage === undefined) return undefined;
      const plan = { usage, algorithm, lengthBytes: Number(lengthBytes), custodians: CUSTODIANS };
      return { ...plan, type: undefined, id, contributed: [] };
    },
    contribute: (_id: string, custodian: string) => CUSTODIANS.indexOf(custodian) + 1 || undefined,
    close: () => true,
  };
  return model as unknown as Ceremonies;
}

function neverUsedUp(): KeyEnv['uses'] {
  return { add: () => true, take: () => true, move: () => undefined } as unknown as KeyEnv['uses'];
}

/** Each attack against a legacy device, where it succeeds, and against a hardened one, where a rule refuses it. */
import { ATTACKS } from './attacks/index.js';
import { runAttack } from './run-attack.js';

const now = () => performance.now();

describe('attacks', () => {
  it.each(ATTACKS.map((attack) => [attack.name, attack] as const))('%s', async (_, attack) => {
    for (const mode of ['legacy', 'hardened'] as const) {
      const report = await runAttack(attack, { mode, now, options: { effort: 'small' } });
      const { distribution, steps, ...rest } = report;
      console.log(JSON.stringify(rest));
    }
  });
});

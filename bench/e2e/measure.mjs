/**
 * Finds the most that a program does, then measures there and at half of it. Open loop: customers come
 * at a fixed rate whatever happens, and wait from the moment they meant to start.
 */

const FIRST_RATE = 1_000;
const STEP = 1.5;
/** A program that finishes less than this part of what comes is at its limit. */
const KEEPS_UP = 0.93;
const MOST_STEPS = 10;
/** Before anything counts: compilers warm up, caches fill. */
const WARM_UP = { ratePerSecond: 500, seconds: 3, warmUpSeconds: 0 };

/**
 * `seconds`: of each measured load. Returns `{most, half}`, each as `Program.load` gives it.
 * `say`: progress.
 */
export async function measure(program, { seconds, say = () => {} }) {
  const stepSeconds = Math.max(2, Math.round(seconds / 2));
  await program.load(WARM_UP);
  const keepsUp = ({ perSecond }, rate) => perSecond >= rate * KEEPS_UP;
  let ratePerSecond = FIRST_RATE;
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const load = await program.load({ ratePerSecond, seconds: stepSeconds, warmUpSeconds: 1 });
    say(`  offered ${Math.round(ratePerSecond)}/s, done ${Math.round(load.perSecond)}/s`);
    if (!keepsUp(load, ratePerSecond)) break;
    ratePerSecond *= STEP;
  }
  // More than it can do is offered, so that nobody stands idle.
  let most = await program.load({ ratePerSecond, seconds, warmUpSeconds: 2 });
  for (let step = 0; step < MOST_STEPS && keepsUp(most, ratePerSecond); step += 1) {
    ratePerSecond *= STEP;
    most = await program.load({ ratePerSecond, seconds, warmUpSeconds: 2 });
  }
  const half = await program.load({
    ratePerSecond: Math.max(1, most.perSecond / 2),
    seconds,
    warmUpSeconds: 2,
  });
  return { most, half };
}

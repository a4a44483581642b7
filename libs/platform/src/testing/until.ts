/** How long a test waits for what must come about: far longer than it takes, as machines stall. */
const PATIENCE_MS = 20_000;
const LOOK_MS = 5;

/**
 * Waits until a condition holds, and tells what was seen last where it never did. A test that pauses for
 * a fixed time and then expects fails on a slow machine; one that waits for the condition does not.
 *
 * @param tell what is shown when it does not come about; default the condition's own text
 * @throws Error it did not come about in `patienceMs` (20 s)
 */
export async function until(
  holds: () => boolean | Promise<boolean>,
  { patienceMs = PATIENCE_MS, tell = () => String(holds) as unknown } = {},
): Promise<void> {
  const giveUp = Date.now() + patienceMs;
  while (!(await holds())) {
    if (Date.now() > giveUp) {
      throw new Error(`it did not come about in ${patienceMs} ms: ${JSON.stringify(tell())}`);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

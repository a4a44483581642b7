/**
 * Calls `late` after a time, and after what has arrived by then was read: where this process itself was
 * held up for longer, its timers are due before it looks at its sockets, and the reply may lie there.
 *
 * @returns to be called when what was waited for is there; `late` is not called any more
 */
export function whenLate(ms: number, late: () => void): () => void {
  let immediate: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    immediate = setImmediate(late);
  }, ms);
  return () => {
    clearTimeout(timer);
    clearImmediate(immediate);
  };
}

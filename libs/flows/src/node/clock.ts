/** Time as a node sees it: passed in, so that a simulator can own it. */
export interface Clock {
  /** Milliseconds since the epoch (UTC). */
  now(): number;
}

/** The wall clock, for production composition. */
export const systemClock: Clock = { now: () => Date.now() };

/** Limits of every ISO 8583 connection: Node's `net` has none of its own. */

export interface LineLimits {
  /** Header and message of one frame; known from the length before anything is kept for it. */
  readonly frameBytes: number;
  /** From the first byte of a frame to its last. */
  readonly frameMs: number;
  /** Without any byte in either direction. */
  readonly idleMs: number;
  /** Open connections from one address, and in all. */
  readonly connectionsPerAddress: number;
  readonly connections: number;
  /** New TLS connections from one address in a second. */
  readonly handshakesPerSecond: number;
  readonly handshakeMs: number;
  /** Requests without an answer on one connection; at the limit it is read no further. */
  readonly inFlight: number;
  /** A request counts as in flight no longer than this: its answer may never come. */
  readonly inFlightMs: number;
  /** Bytes that the other side does not take; above, the connection is closed. */
  readonly writeBufferBytes: number;
  /** From the end of a connection on our side: what the other side has not taken by then is lost. */
  readonly lingerMs: number;
  /** From a request to a partner, without a word from it, to a new connection. */
  readonly unansweredMs: number;
}

export const LINE_LIMITS: LineLimits = {
  frameBytes: 32 * 1024,
  frameMs: 5_000,
  idleMs: 300_000,
  connectionsPerAddress: 64,
  connections: 512,
  handshakesPerSecond: 20,
  handshakeMs: 5_000,
  inFlight: 256,
  inFlightMs: 20_000,
  writeBufferBytes: 256 * 1024,
  lingerMs: 2_000,
  unansweredMs: 30_000,
};

/** The limits of a line that may name some of its own. */
export function limitsOf(
  { idleSeconds, inFlight }: { readonly idleSeconds?: number; readonly inFlight?: number },
  limits: LineLimits = LINE_LIMITS,
): LineLimits {
  return {
    ...limits,
    idleMs: idleSeconds === undefined ? limits.idleMs : 1_000 * idleSeconds,
    inFlight: inFlight ?? limits.inFlight,
  };
}

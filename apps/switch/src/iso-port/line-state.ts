/** What an operator may want to know of a line, as `GET /lines` says it. */
import { z } from 'zod';
import { CLOSE_REASONS } from './close-reasons.js';

export const lineStateSchema = z.object({
  name: z.string(),
  /** Terminals connect to an acquirer's line; to an issuer the switch connects. */
  side: z.enum(['acquirer', 'issuer']),
  /** Where it listens, or whom it connects to. */
  address: z.string(),
  packing: z.string(),
  lengthBytes: z.number(),
  tls: z.boolean(),
  connections: z.number(),
  /** For whom an acquirer's line may speak, and how many of them are signed on now. */
  terminals: z.number(),
  signedOn: z.number(),
  /** Requests without an answer. */
  inFlight: z.number(),
  /** Milliseconds since the epoch; null before the first message. */
  lastMessageAtMs: z.number().nullable(),
  /** Why the connection that ended last ended. */
  lastClosed: z.enum(CLOSE_REASONS).nullable(),
});
export type LineState = z.infer<typeof lineStateSchema>;

export const linesAnswerSchema = z.object({ lines: z.array(lineStateSchema) });

/** Why a connection ended; `ended`: the other side closed it. */
export const CLOSE_REASONS = [
  'ended',
  'error',
  'frame-refused',
  'frame-late',
  'idle',
  'write-buffer',
  'malformed',
  'unanswered',
  'sign-on-failed',
  'stopped',
] as const;
export type CloseReason = (typeof CLOSE_REASONS)[number];

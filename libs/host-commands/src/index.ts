/** payShield-style host commands: layouts as data, codec, the LMK device behind them, framing. */
export * from './commands/index.js';
export { replyCodeOf } from './declare.js';
export * from './device/host-device.js';

export { hostCommandsMarkdown } from './docs/markdown.js';
export * from './fuzz/keys-for.js';
export * from './fuzz/samples.js';
export { Cursor } from './layout/parse.js';
export { WIRE_LIMITS, type WireEvent, type WireLimits } from './wire/connection.js';
export * from './wire/framing.js';
export * from './wire/listen.js';
export type { Answer, AnswerLater, Messages } from './wire/messages.js';
export * from './wire/replies.js';

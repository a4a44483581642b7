/** Every host command, by code. */
import type { ReadyCommand } from '../declare.js';
import type { ValuesOf } from '../layout/nodes.js';
import { CARD_COMMANDS } from './cards/index.js';
import { DATA_COMMANDS } from './data/index.js';
import { KEY_COMMANDS } from './keys/index.js';
import { MAC_COMMANDS } from './macs/index.js';
import { PIN_COMMANDS } from './pins/index.js';
import { RSA_COMMANDS } from './rsa/index.js';
import { SERVICE_COMMANDS } from './service.js';

const ALL = [
  ...SERVICE_COMMANDS,
  ...KEY_COMMANDS,
  ...RSA_COMMANDS,
  ...PIN_COMMANDS,
  ...MAC_COMMANDS,
  ...DATA_COMMANDS,
  ...CARD_COMMANDS,
] as const;

export type HostCommandCode = (typeof ALL)[number]['code'];
/** The declaration of a code, with its types. */
export type CommandOf<C extends HostCommandCode> = Extract<(typeof ALL)[number], { code: C }>;

/** Fields of a command, and of its reply, by name. */
export type RequestOf<C extends HostCommandCode> = ValuesOf<CommandOf<C>['request']>;
export type ReplyOf<C extends HostCommandCode> = ValuesOf<CommandOf<C>['reply']>;

/** By code; no two commands share one. */
export const HOST_COMMANDS: ReadonlyMap<string, ReadyCommand> = new Map(
  (ALL as unknown as readonly ReadyCommand[]).map((command) => [command.code, command]),
);

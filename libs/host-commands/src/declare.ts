/** One declaration per host command: code, layouts of request and reply, errors of its own, logic. */

import type { ReplyCode } from '@pinfold/hsm';
import type { Context } from './device/context.js';
import type { Lane, LaneHost } from './lanes/lane.js';
import { type Builder, compileBuilder } from './layout/build.js';
import type { Layout, ValuesOf } from './layout/nodes.js';
import { compileParser, type Step, type Values } from './layout/parse.js';

export type Group = 'service' | 'keys' | 'rsa' | 'pins' | 'macs and data' | 'cards' | 'vendor';

/** What a reply adds to code 00; a warning goes with the whole reply. */
export type Reply<R extends Layout> = ValuesOf<R> & { readonly $warning?: ReplyCode };

export interface HostCommand<Q extends Layout = Layout, R extends Layout = Layout> {
  /** Two characters. */
  readonly code: string;
  readonly name: string;
  readonly group: Group;
  readonly request: Q;
  readonly reply: R;
  /** Headers of key blocks (`#…`, `&…`, `!…`) may follow the fields: the command makes keys. */
  readonly attributes?: boolean | 'private key' | 'public key';
  /** Meanings that error codes have in this command. */
  readonly errors?: Readonly<Partial<Record<ReplyCode, string>>>;
  /** Codes beside 00 with which the command was done: its reply is whole. */
  readonly warnings?: readonly ReplyCode[];
  /** Safe to send again when no reply came: it changes nothing and gives nothing away twice. */
  readonly repeatable?: boolean;
  /** What the docs say beside the fields. */
  readonly notes?: string;
  readonly run: (context: Context, values: ValuesOf<Q>) => Reply<R>;
  /**
   * As `run`, for what would hold the event loop for long: a port asks this first, and serves others
   * meanwhile. Undefined where `run` does it at once.
   */
  readonly later?: (context: Context, values: ValuesOf<Q>) => Promise<Reply<R>> | undefined;
  /** The same for many messages at once, of the usual forms. */
  readonly lane?: (host: LaneHost) => Lane;
}

/** A command with its layouts compiled. */
export interface ReadyCommand extends HostCommand {
  readonly replyCode: string;
  readonly parse: Step;
  readonly parseReply: Step;
  readonly build: Builder;
  readonly buildReply: Builder;
  /** Erased form of `run`, for the dispatcher. */
  readonly perform: (context: Context, values: Values) => Values;
  /** Erased form of `later`. */
  readonly performLater: (context: Context, values: Values) => Promise<Values> | undefined;
}

/** What the client knows of a command: its code and the types of its layouts. */
export interface Declared<C extends string, Q extends Layout, R extends Layout> {
  readonly code: C;
  readonly request: Q;
  readonly reply: R;
}

const AT_ONCE = (): undefined => undefined;

/** Compiles a declaration, keeping its types for the client. */
export function hostCommand<const C extends string, const Q extends Layout, const R extends Layout>(
  command: HostCommand<Q, R> & { readonly code: C },
): Declared<C, Q, R> {
  const ready: ReadyCommand = {
    ...(command as unknown as HostCommand),
    replyCode: replyCodeOf(command.code),
    parse: compileParser(command.request),
    parseReply: compileParser(command.reply),
    build: compileBuilder(command.request),
    buildReply: compileBuilder(command.reply),
    perform: command.run as unknown as ReadyCommand['perform'],
    performLater: (command.later ?? AT_ONCE) as unknown as ReadyCommand['performLater'],
  };
  return ready as unknown as Declared<C, Q, R>;
}

/** The second character plus one. */
export function replyCodeOf(code: string): string {
  return code[0] + String.fromCharCode(code.charCodeAt(1) + 1);
}

/**
 * The face of the device that host commands show: reads a message, has the device do what it means,
 * writes the reply. Keys, PINs, settings and cryptography are the device's (`LmkDevice` of libs/hsm);
 * here is only what a command means.
 *
 * `answer` takes a message (header, command, fields) and gives the reply; it never throws.
 */
import {
  bytesOfWire,
  HostRefusal,
  InputError,
  type LmkDevice,
  type ReplyCode,
  wireOfBytes,
} from '@pinfold/hsm';
import type { ReadyCommand } from '../declare.js';
import { replyCodeOf } from '../declare.js';
import { Lanes } from '../lanes/lanes.js';
import { Cursor, type Values } from '../layout/parse.js';
import type { Messages } from '../wire/messages.js';
import type { Replies } from '../wire/replies.js';
import { Context } from './context.js';
import type { Host } from './host.js';
import { lastTrailer, readTail } from './tail.js';

export interface HostDeviceOptions {
  readonly commands: ReadonlyMap<string, ReadyCommand>;
  /** The device itself. */
  readonly module: LmkDevice;
  /** Characters before the command, sent back as they are; 0 to 255, default 4. */
  readonly headerLength?: number;
  /** Commands that are switched off (code 68). */
  readonly disabled?: readonly string[];
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
  /** How busy the process is, 0 to 100, for J2 and JK. */
  readonly loadPercent?: () => number;
  /** Told of fields that do not fit, refusals by a security setting and bugs; never a field's value. */
  readonly report?: (event: {
    command: string;
    code: string;
    setting?: string;
    /** The field that did not fit its layout. */
    field?: string;
    error?: unknown;
  }) => void;
}

/** What the device and the ones limited to some of its commands have in common. */
interface State {
  /** Commands served since the start, by code. */
  readonly volumes: Map<string, number>;
  readonly started: number;
}

/** A client that has a device of its own: its rights. */
export interface ClientOfDevice {
  /** Codes of the commands that it may use. */
  readonly commands: ReadonlySet<string>;
  /** The officer's name, for an officer. */
  readonly officer?: string;
}

/** A command that has passed everything before its logic. */
interface Begun {
  readonly command: ReadyCommand;
  readonly values: Values;
  readonly context: Context;
  readonly start: string;
  readonly trailer: string;
}

const DEFAULT_HEADER = 4;
const BAD_DATA: ReplyCode = '15';
/** A reply fits a frame (65,535 bytes) with its header and trailer; only chains (NK) can be longer. */
const REPLY_MAX = 65_000;
const TOO_LONG: ReplyCode = '80';
const CHAIN = 'NK';

export class HostDevice implements Host {
  readonly module: LmkDevice;
  readonly headerLength: number;
  readonly commands: ReadonlyMap<string, ReadyCommand>;
  readonly #options: HostDeviceOptions;
  readonly #state: State;
  readonly #officer: string | undefined;
  readonly #clock: () => number;
  readonly #loadPercent: () => number;
  readonly #disabled: ReadonlySet<string>;
  readonly #report: NonNullable<HostDeviceOptions['report']>;
  readonly #cursor = new Cursor();
  readonly #lanes: Lanes;

  constructor(options: HostDeviceOptions, state?: State & { readonly officer?: string }) {
    this.#options = options;
    this.#officer = state?.officer;
    this.module = options.module;
    this.commands = options.commands;
    this.headerLength = options.headerLength ?? DEFAULT_HEADER;
    this.#disabled = new Set(options.disabled);
    this.#clock = options.clock ?? Date.now;
    this.#loadPercent = options.loadPercent ?? (() => 0);
    this.#state = state ?? { volumes: new Map(), started: this.#clock() };
    this.#report = options.report ?? (() => undefined);
    checkHeader(this.headerLength);
    this.#lanes = new Lanes({
      module: this.module,
      headerLength: this.headerLength,
      commands: [...this.commands.values()].filter(({ code }) => !this.#disabled.has(code)),
      ordinary: (text, from, to) => this.answerOrLater(text, from, to),
      count: (code, many) => this.#count(code, many),
      failed: (command, error) => this.#report({ command, code: '41', error }),
    });
  }

  get volumes(): ReadonlyMap<string, number> {
    return this.#state.volumes;
  }

  /** The same device for a client that may use some commands alone; others have code 68, also in NK. */
  limitedTo({ commands, officer }: ClientOfDevice): HostDevice {
    const others = [...this.commands.keys()].filter((code) => !commands.has(code));
    const disabled = [...this.#disabled, ...others];
    return new HostDevice({ ...this.#options, disabled }, { ...this.#state, officer });
  }

  get officer(): string | undefined {
    return this.#officer;
  }

  /** The reply to a message: text[from, to) as it came from the wire. At least header and command. */
  answer(text: string, from: number, to: number): string {
    const begun = this.#begin(text, from, to);
    if (typeof begun === 'string') return begun;
    const { command, values, context } = begun;
    return begun.start + this.#perform(command, values, context) + begun.trailer;
  }

  /** As `answer`; a promise where the command would hold the event loop for long. */
  answerOrLater(text: string, from: number, to: number): string | Promise<string> {
    const begun = this.#begin(text, from, to);
    if (typeof begun === 'string') return begun;
    const { command, values, context, start, trailer } = begun;
    const done = this.#performOrLater(command, values, context);
    return typeof done === 'string'
      ? start + done + trailer
      : done.then((late) => start + late + trailer);
  }

  /** Replies to messages that arrived together, in order; the usual ones in batches. */
  answerMany(messages: Messages, replies: Replies): void {
    this.#lanes.answer(messages, replies);
  }

  /** Everything before the logic: the whole reply where there is nothing to do. */
  #begin(text: string, from: number, to: number): string | Begun {
    const codeAt = from + this.headerLength;
    const header = text.slice(from, codeAt);
    const code = text.slice(codeAt, codeAt + 2);
    const command = this.commands.get(code);
    if (command === undefined) return `${header}${replyCodeOf(code)}67`;
    const start = header + command.replyCode;
    this.#count(code, 1);
    if (this.#disabled.has(code)) return `${start}68`;
    const { shut } = this.module;
    if (shut !== undefined) return `${start}${shut}`;
    const c = this.#cursor;
    c.text = text;
    c.at = codeAt + 2;
    c.end = to;
    c.values = {};
    c.pinLength = this.module.pinLength;
    c.failed = undefined;
    if (!command.parse(c)) {
      this.#report({ command: code, code: c.error, field: c.failed });
      return `${start}${c.error}${lastTrailer(text, codeAt, to)}`;
    }
    const tail = this.#tail(command, text, c.at, to);
    if (typeof tail === 'string') {
      this.#report({ command: code, code: tail, field: 'after the fields' });
      return `${start}${tail}${lastTrailer(text, c.at, to)}`;
    }
    const { context, trailer } = tail;
    return { command, values: c.values, context, start, trailer };
  }

  /** A whole message inside another (NK), with header and at least a command; NK is disabled there. */
  answerInner(message: Uint8Array): Uint8Array {
    const text = wireOfBytes(message);
    return bytesOfWire(this.#refusedInside(text) ?? this.answer(text, 0, text.length));
  }

  /** The same, as `answerOrLater`. */
  answerInnerOrLater(message: Uint8Array): Uint8Array | Promise<Uint8Array> {
    const text = wireOfBytes(message);
    const reply = this.#refusedInside(text) ?? this.answerOrLater(text, 0, text.length);
    return typeof reply === 'string' ? bytesOfWire(reply) : reply.then(bytesOfWire);
  }

  #refusedInside(text: string): string | undefined {
    const chained = text.startsWith(CHAIN, this.headerLength);
    return chained ? `${text.slice(0, this.headerLength)}${replyCodeOf(CHAIN)}68` : undefined;
  }

  /** Serial number, start and now, as the J commands give them (YYMMDD, HHMMSS, UTC). */
  period() {
    const { started } = this.#state;
    const now = this.#clock();
    const [startDate, startTime] = dateTime(started);
    const [endDate, endTime] = dateTime(now);
    const seconds = Math.max(0, Math.floor((now - started) / 1_000));
    return { serial: 'PINFOLD00001', startDate, startTime, endDate, endTime, seconds };
  }

  /** Three digits of percent. */
  load(): string {
    const percent = Math.round(Math.min(100, Math.max(0, this.#loadPercent())));
    return String(percent).padStart(3, '0');
  }

  #perform(command: ReadyCommand, values: Record<string, unknown>, context: Context): string {
    try {
      return this.#done(command, command.perform(context, values));
    } catch (error) {
      return this.#refusal(command, error);
    }
  }

  #performOrLater(
    command: ReadyCommand,
    values: Record<string, unknown>,
    context: Context,
  ): string | Promise<string> {
    try {
      const later = command.performLater(context, values);
      if (later === undefined) return this.#done(command, command.perform(context, values));
      return later
        .then((reply) => this.#done(command, reply))
        .catch((error) => this.#refusal(command, error));
    } catch (error) {
      return this.#refusal(command, error);
    }
  }

  #done(command: ReadyCommand, reply: Values): string {
    const warning = reply.$warning as string | undefined;
    const done = (warning ?? '00') + command.buildReply(reply, this.module.pinLength);
    return done.length > REPLY_MAX ? TOO_LONG : done;
  }

  #count(code: string, many: number): void {
    const { volumes } = this.#state;
    volumes.set(code, (volumes.get(code) ?? 0) + many);
  }

  /** The code for what ended a command. */
  #refusal(command: ReadyCommand, error: unknown): ReplyCode {
    if (error instanceof HostRefusal) {
      const { code, setting } = error;
      if (setting !== undefined) {
        this.module.refused(command.code, code, setting);
        this.#report({ command: command.code, code, setting });
      }
      return code;
    }
    // Libraries state their preconditions by InputError; what the fields let through is bad input.
    if (error instanceof InputError) return BAD_DATA;
    this.#report({ command: command.code, code: '41', error });
    return '41';
  }

  /** What may follow the fields, see `tail.ts`. */
  #tail(
    command: ReadyCommand,
    text: string,
    from: number,
    to: number,
  ): { context: Context; trailer: string } | ReplyCode {
    const tail = readTail(command, text, from, to);
    if (typeof tail === 'string') return tail;
    const { lmkId, trailer } = tail;
    const { defaultLmk, lmks } = this.module;
    const lmk = lmkId === undefined ? defaultLmk : lmks.find(({ id }) => id === lmkId);
    return lmk === undefined ? '13' : { context: new Context(this, lmk, tail), trailer };
  }
}

function dateTime(ms: number): [string, string] {
  const text = new Date(ms).toISOString().replace(/\D/g, '');
  return [text.slice(2, 8), text.slice(8, 14)];
}

function checkHeader(length: number): void {
  if (!Number.isInteger(length) || length < 0 || length > 255) {
    throw new InputError('HEADER_LENGTH', 'headerLength must be 0 to 255');
  }
}

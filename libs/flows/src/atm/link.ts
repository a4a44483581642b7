/**
 * A terminal's line to the switch: working keys, sign-on, echo (0800, DE 70). In memory: a restart
 * signs on again, and working keys count as new. One request is under way at a time; unanswered it is sent again with a new STAN.
 */
import { NETWORK_CODES, type Timeouts } from '../node.js';

export type NetworkCode = (typeof NETWORK_CODES)[keyof typeof NETWORK_CODES];

/** Unanswered requests in a row after which the terminal goes out of service. */
export const SILENT_AFTER = 3;

interface Waiting {
  readonly code: NetworkCode;
  readonly stan: string;
  readonly transmittedAt: string;
  readonly untilMs: number;
  /** Sent without a MAC, before there was a TAK: its answer may come without one. */
  readonly unsigned: boolean;
}

export class TerminalLink {
  signedOn = false;
  #keysWanted = false;
  /** When the working keys came, or when this process first saw them. */
  #keysSinceMs: number | undefined;
  #waiting: Waiting | undefined;
  #unanswered = 0;
  /** A refused request is not asked again before this. */
  #notBeforeMs = 0;
  #heardMs = 0;

  /** Asks for new working keys as soon as the line is free. */
  wantKeys(): void {
    this.#keysWanted = true;
  }

  /** The request under way went out without a MAC. */
  get unsigned(): boolean {
    return this.#waiting?.unsigned === true;
  }

  /** A message with a good MAC came in. */
  heard(nowMs: number): void {
    this.#heardMs = nowMs;
    this.#unanswered = 0;
  }

  /** What to send now, if anything. */
  due(nowMs: number, hasKeys: boolean, timeouts: Timeouts): NetworkCode | undefined {
    if (this.#waiting !== undefined) {
      if (nowMs < this.#waiting.untilMs) return undefined;
      this.#waiting = undefined;
      this.#unanswered += 1;
      if (this.#unanswered >= SILENT_AFTER) this.signedOn = false;
    }
    if (nowMs < this.#notBeforeMs) return undefined;
    this.#keysSinceMs ??= nowMs;
    const aged = nowMs - this.#keysSinceMs >= timeouts.keyLifeMs;
    if (!hasKeys || this.#keysWanted || aged) return NETWORK_CODES.keyChange;
    if (!this.signedOn) return NETWORK_CODES.signOn;
    return nowMs - this.#heardMs >= timeouts.echoEveryMs ? NETWORK_CODES.echo : undefined;
  }

  asked(request: Omit<Waiting, 'untilMs'>, nowMs: number, timeouts: Timeouts): void {
    this.#waiting = { ...request, untilMs: nowMs + timeouts.networkAnswerMs };
  }

  /** The code of the request that this 0810 answers; undefined when it answers none under way. */
  matches(answer: {
    stan?: string;
    transmittedAt?: string;
    code?: string;
  }): NetworkCode | undefined {
    const waiting = this.#waiting;
    const same =
      waiting !== undefined &&
      waiting.stan === answer.stan &&
      waiting.transmittedAt === answer.transmittedAt &&
      waiting.code === answer.code;
    return same ? waiting.code : undefined;
  }

  /** The request under way has its answer. A refusal waits before the next try. */
  answered(approved: boolean, nowMs: number, timeouts: Timeouts): void {
    const code = this.#waiting?.code;
    this.#waiting = undefined;
    if (!approved) {
      this.#notBeforeMs = nowMs + timeouts.networkAnswerMs;
      if (code !== NETWORK_CODES.keyChange) this.signedOn = false;
      return;
    }
    if (code === NETWORK_CODES.keyChange) {
      this.#keysWanted = false;
      this.#keysSinceMs = nowMs;
    }
    if (code === NETWORK_CODES.signOn) this.signedOn = true;
    if (code === NETWORK_CODES.signOff) this.signedOn = false;
  }
}

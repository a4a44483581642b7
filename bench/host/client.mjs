/**
 * A load generator that is cheap enough not to be the limit: frames are made before, sent as slices of
 * one buffer, and of a reply nothing is looked at but its length and its two characters of error.
 *
 * `frames` are messages with their length before them, sent in turn, again and again.
 */
import { connect } from 'node:net';

const READ_BYTES = 64 * 1024;
/** Of so many replies one has its time kept. */
const SAMPLE_EVERY = 8;
const ZERO = 48;

/** Frames as one buffer, written out so often that any `inFlight` following ones are a slice. */
export function cycleOf(frames, inFlight) {
  const times = 1 + Math.ceil(inFlight / frames.length);
  const all = Array(times).fill(frames).flat();
  const at = [0];
  for (const frame of all) at.push(at.at(-1) + frame.length);
  return { bytes: Buffer.concat(all), at, count: frames.length };
}

/** Where replies go: counts while `counting`. Latencies are in ms. */
export class Tally {
  counting = false;
  done = 0;
  wrong = 0;
  latencies = [];

  at(share) {
    this.latencies.sort((a, b) => a - b);
    return this.latencies[Math.floor(this.latencies.length * share)] ?? 0;
  }
}

/** One connection. `errorAt`: where a reply has its error, counted from the start of its message. */
export class Client {
  #socket;
  #cycle;
  #limit;
  #tally;
  #next = 0;
  #sent = 0;
  #answered = 0;
  /** Times of sending, by number of the command. */
  #times;
  #mask;
  /** What is left of a reply that has begun, its length field, and where in it the reader stands. */
  #left = 0;
  #lengthHi = -1;
  #at = 0;
  #e1 = ZERO;

  static open(port, cycle, o) {
    return new Promise((resolve, reject) => {
      const client = new Client();
      client.#cycle = cycle;
      client.#limit = o.inFlight;
      client.#tally = o.tally;
      const slots = 2 ** Math.ceil(Math.log2(Math.max(2, o.slots ?? o.inFlight)));
      client.#times = new Float64Array(slots);
      client.#mask = slots - 1;
      const socket = connect({
        port,
        host: '127.0.0.1',
        noDelay: true,
        onread: {
          buffer: Buffer.allocUnsafeSlow(READ_BYTES),
          callback: (size, buffer) => client.#take(size, buffer, o.loop),
        },
      });
      client.#socket = socket;
      socket.once('error', reject);
      socket.once('connect', () => resolve(client));
    });
  }

  get outstanding() {
    return this.#sent - this.#answered;
  }

  /** Sends the next `count` commands, as begun at `now`. */
  send(count, now = performance.now()) {
    const { bytes, at, count: all } = this.#cycle;
    for (let i = 0; i < count; i++) this.#times[(this.#sent + i) & this.#mask] = now;
    this.#sent += count;
    this.#socket.write(bytes.subarray(at[this.#next], at[this.#next + count]));
    this.#next = (this.#next + count) % all;
  }

  /** Sends the next `count` commands; they were due at `due`, each `stepMs` after the one before. */
  sendDue(count, due, stepMs) {
    for (let i = 0; i < count; i++) this.#times[(this.#sent + i) & this.#mask] = due + i * stepMs;
    this.#sent += count;
    const { bytes, at, count: all } = this.#cycle;
    for (let left = count; left > 0; ) {
      const now = Math.min(left, this.#limit);
      this.#socket.write(bytes.subarray(at[this.#next], at[this.#next + now]));
      this.#next = (this.#next + now) % all;
      left -= now;
    }
  }

  close() {
    this.#socket.destroy();
  }

  #take(size, buffer, loop) {
    const tally = this.#tally;
    const before = this.#answered;
    let now = 0;
    let i = 0;
    while (i < size) {
      if (this.#left === 0) {
        if (this.#lengthHi < 0) {
          this.#lengthHi = buffer[i++];
          continue;
        }
        this.#left = (this.#lengthHi << 8) | buffer[i++];
        this.#lengthHi = -1;
        this.#at = 0;
        continue;
      }
      const take = Math.min(this.#left, size - i);
      // Header of 4, two letters, two characters of error.
      if (this.#at <= 6 && this.#at + take > 6) this.#e1 = buffer[i + 6 - this.#at];
      if (this.#at <= 7 && this.#at + take > 7) {
        const wrong = this.#e1 !== ZERO || buffer[i + 7 - this.#at] !== ZERO;
        if (wrong) tally.wrong++;
      }
      this.#at += take;
      this.#left -= take;
      i += take;
      if (this.#left > 0) continue;
      if (tally.counting) {
        tally.done++;
        if (tally.done % SAMPLE_EVERY === 0) {
          now ||= performance.now();
          tally.latencies.push(now - this.#times[this.#answered & this.#mask]);
        }
      }
      this.#answered++;
    }
    if (loop && !this.stopped) {
      const free = this.#answered - before;
      if (free > 0) this.send(Math.min(free, this.#limit));
    }
    return true;
  }

  stopped = false;
}

/**
 * Calls at a steady rate, whether or not the ones before were answered; what became of each is kept by
 * the time when it was due. A latency counts from there, so a pause is seen by all that were due in it.
 */
const TICK_MS = 1;

export class Load {
  #calls = [];
  #timer;
  #open = 0;

  /** `call` resolves, or rejects with an error that has a code. */
  constructor(call) {
    this.call = call;
  }

  get open() {
    return this.#open;
  }

  start(perSecond) {
    const stepMs = 1000 / perSecond;
    let due = performance.now();
    this.#timer = setInterval(() => {
      for (const now = performance.now(); due <= now; due += stepMs) this.#one(due);
    }, TICK_MS);
  }

  async stop() {
    clearInterval(this.#timer);
    while (this.#open > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  #one(due) {
    this.#open++;
    const kept = { due, tookMs: 0, code: undefined };
    this.#calls.push(kept);
    const end = (code) => {
      kept.tookMs = performance.now() - due;
      kept.code = code;
      this.#open--;
    };
    this.call().then(
      () => end(''),
      (error) => end(error.code ?? 'BUG'),
    );
  }

  /** What became of the calls that were due in [from, to) (performance.now). */
  between(from, to) {
    const calls = this.#calls.filter(
      ({ due, code }) => code !== undefined && due >= from && due < to,
    );
    const good = calls.filter(({ code }) => code === '');
    const times = good.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
    const at = (share) => times[Math.floor(times.length * share)] ?? 0;
    return {
      calls: calls.length,
      failed: calls.length - good.length,
      codes: [...new Set(calls.map(({ code }) => code).filter((code) => code !== ''))],
      p50: at(0.5),
      p99: at(0.99),
      longest: times.at(-1) ?? 0,
    };
  }

  /** Answers that came in each `stepMs` of [from, to). */
  rates(from, to, stepMs) {
    const counts = new Array(Math.ceil((to - from) / stepMs)).fill(0);
    for (const { due, tookMs, code } of this.#calls) {
      const i = Math.floor((due + tookMs - from) / stepMs);
      if (code === '' && i >= 0 && i < counts.length) counts[i]++;
    }
    return counts;
  }
}

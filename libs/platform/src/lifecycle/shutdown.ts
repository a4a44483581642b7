/**
 * How a program ends: in stated order and within a stated time. Steps register with a phase; phases run
 * one after the other, the steps of one phase in reverse order of registration (what came up last goes
 * down first). A step that fails or takes too long is reported and the rest goes on.
 */

/** In order. */
export const SHUTDOWN_PHASES = {
  intake: 'no new work: load generator, HTTP, listening sockets',
  drain: 'what has begun is finished: nodes, bus subscriptions',
  release: 'connections are closed: bus, HSM, database pools',
  servers: 'servers of our own stop: the embedded PostgreSQL, locks, files',
} as const;
export type ShutdownPhase = keyof typeof SHUTDOWN_PHASES;

const STEP_TIMEOUT_MS = 10_000;
/** Less than this is no time: timers fire a millisecond early or late. */
const LEAST_MS = 5;

export interface ShutdownStep {
  readonly phase: ShutdownPhase;
  readonly name: string;
  readonly stop: () => Promise<unknown> | unknown;
  /** Default 10 s. */
  readonly timeoutMs?: number;
}

export interface StepOutcome {
  readonly phase: ShutdownPhase;
  readonly name: string;
  readonly outcome: 'done' | 'failed' | 'late' | 'skipped';
  readonly tookMs: number;
  readonly reason?: string;
}

export class Shutdown {
  private readonly steps: ShutdownStep[] = [];
  private running: Promise<StepOutcome[]> | undefined;

  constructor(
    /** For everything together; steps that find no time left are skipped, except in `servers`. */
    readonly limitMs = 30_000,
    private readonly clock: () => number = Date.now,
  ) {}

  /** Adds a step; the function given back takes it out again. Once shutdown has begun it runs at once. */
  add(step: ShutdownStep): () => void {
    if (this.running !== undefined) {
      void runStep(step, step.timeoutMs ?? STEP_TIMEOUT_MS, this.clock);
      return () => undefined;
    }
    this.steps.push(step);
    return () => {
      const index = this.steps.indexOf(step);
      if (index >= 0) this.steps.splice(index, 1);
    };
  }

  get begun(): boolean {
    return this.running !== undefined;
  }

  /** Runs every step once, however often it is called. Never rejects. */
  run(): Promise<StepOutcome[]> {
    this.running ??= this.runAll();
    return this.running;
  }

  private async runAll(): Promise<StepOutcome[]> {
    const deadline = this.clock() + this.limitMs;
    const outcomes: StepOutcome[] = [];
    for (const phase of Object.keys(SHUTDOWN_PHASES) as ShutdownPhase[]) {
      const steps = this.steps.filter((step) => step.phase === phase).reverse();
      for (const step of steps) {
        const own = step.timeoutMs ?? STEP_TIMEOUT_MS;
        const left = phase === 'servers' ? own : Math.min(own, deadline - this.clock());
        outcomes.push(
          left >= LEAST_MS
            ? await runStep(step, left, this.clock)
            : { phase, name: step.name, outcome: 'skipped', tookMs: 0, reason: 'no time left' },
        );
      }
    }
    return outcomes;
  }
}

async function runStep(
  step: ShutdownStep,
  timeoutMs: number,
  clock: () => number,
): Promise<StepOutcome> {
  const { phase, name } = step;
  const begun = clock();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), timeoutMs);
  });
  const done = (async () => step.stop())().then(
    () => 'done' as const,
    (error: unknown) => ({ reason: (error as Error)?.message ?? String(error) }),
  );
  const result = await Promise.race([done, late]);
  clearTimeout(timer);
  const tookMs = clock() - begun;
  if (result === 'done') return { phase, name, outcome: 'done', tookMs };
  if (result === 'late') {
    return { phase, name, outcome: 'late', tookMs, reason: `not done in ${timeoutMs} ms` };
  }
  return { phase, name, outcome: 'failed', tookMs, reason: result.reason };
}

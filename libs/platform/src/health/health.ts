/**
 * Whether the process lives and whether it can serve: named checks with reasons. `live` says that it
 * should not be restarted; `ready` that everything it needs is up. `GET /health/…`, the ready file and the
 * command line all read this.
 */

/** Resolves when up; otherwise the reason, as a returned text or a thrown error's message. */
export type Check = () => unknown;

export interface CheckReport {
  readonly status: 'up' | 'down';
  readonly reason?: string;
}
export interface HealthReport {
  readonly status: 'ok' | 'unavailable';
  readonly checks: Readonly<Record<string, CheckReport>>;
}

/** A check that takes longer is down. */
const CHECK_TIMEOUT_MS = 2_000;
const CHECKS_MAX = 100;

export class Health {
  private readonly checks = { live: new Map<string, Check>(), ready: new Map<string, Check>() };

  /** Adds a check under a name of its own; the function given back removes it. */
  add(kind: 'live' | 'ready', name: string, check: Check): () => void {
    const checks = this.checks[kind];
    if (checks.has(name)) throw new Error(`there is a ${kind} check ${name} already`);
    if (checks.size >= CHECKS_MAX) throw new Error(`more than ${CHECKS_MAX} ${kind} checks`);
    checks.set(name, check);
    return () => void checks.delete(name);
  }

  /** A ready check set by hand: down with the reason until `up()`, down again with `down(reason)`. */
  gate(name: string, reason = 'starting'): { up(): void; down(reason: string): void } {
    let why: string | undefined = reason;
    this.add('ready', name, () => why);
    return {
      up: () => {
        why = undefined;
      },
      down: (next) => {
        why = next;
      },
    };
  }

  live(): Promise<HealthReport> {
    return report(this.checks.live);
  }

  /** Everything that makes it live, and the ready checks. */
  ready(): Promise<HealthReport> {
    return report(new Map([...this.checks.live, ...this.checks.ready]));
  }
}

async function report(checks: ReadonlyMap<string, Check>): Promise<HealthReport> {
  const results = await Promise.all(
    [...checks].map(async ([name, check]) => [name, await runCheck(check)] as const),
  );
  const down = results.some(([, result]) => result.status === 'down');
  return { status: down ? 'unavailable' : 'ok', checks: Object.fromEntries(results) };
}

async function runCheck(check: Check): Promise<CheckReport> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(
      () => resolve(`no answer in ${CHECK_TIMEOUT_MS / 1000} s`),
      CHECK_TIMEOUT_MS,
    );
    timer.unref();
  });
  try {
    const reason = await Promise.race([(async () => check())(), late]);
    return typeof reason === 'string' ? { status: 'down', reason } : { status: 'up' };
  } catch (error) {
    return { status: 'down', reason: (error as Error).message || 'failed' };
  } finally {
    clearTimeout(timer);
  }
}

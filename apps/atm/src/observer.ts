/** What the fleet observes, as metrics and log lines; others may listen too (narration). */
import type { Observation, Observe } from '@pinfold/flows';
import type { Logger, Metrics } from '@pinfold/platform';

/** Every observation of a fleet: what it counts as in the log. Table for metrics, docs and spec. */
export const OBSERVATIONS = {
  'withdrawal-requested': 'trace',
  'withdrawal-dispensed': 'debug',
  'withdrawal-partly-dispensed': 'info',
  'withdrawal-declined': 'debug',
  'withdrawal-reversing': 'info',
  'withdrawal-reversed': 'info',
  'withdrawal-partly-reversed': 'info',
  'reversal-sent': 'info',
  'reversal-parked': 'error',
  'reversal-not-built': 'error',
  'answer-unmatched': 'warn',
  'answer-for-no-terminal': 'warn',
  'mac-invalid': 'warn',
  'record-unreadable': 'warn',
  'keys-refused': 'error',
  'network-request-refused': 'warn',
  'terminal-signed-on': 'debug',
  'terminal-signed-off': 'info',
  'terminal-keys-taken': 'debug',
  'terminal-echoed': 'trace',
  'pad-state-refused': 'error',
  'journal-failed': 'error',
  'send-failed': 'error',
} as const satisfies Record<string, 'trace' | 'debug' | 'info' | 'warn' | 'error'>;

type Name = keyof typeof OBSERVATIONS;

export function fleetObserver(o: { logger: Logger; metrics: Metrics; also?: Observe }): Observe {
  const { logger, metrics, also } = o;
  const counter = metrics.counter({
    name: 'pinfold_atm_observations_total',
    help: 'what happened at the terminals, by kind',
    labels: { what: Object.keys(OBSERVATIONS) },
  });
  return (observation: Observation) => {
    const { what, terminal, rrn, responseCode, detail } = observation;
    counter.add({ what });
    const level = Object.hasOwn(OBSERVATIONS, what) ? OBSERVATIONS[what as Name] : 'warn';
    if (logger.enabled(level)) logger[level](what, { terminal, rrn, responseCode, ...detail });
    also?.(observation);
  };
}

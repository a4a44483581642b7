/**
 * Metrics of one process: prom-client behind a few rules. Names are `pinfold_…` with the unit last; a
 * label's values are declared, so a metric cannot grow with cards or terminals, and each combination keeps
 * its own handle. A value that was not declared counts as `other`.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Label → the values it may have. */
export type LabelTable = Readonly<Record<string, readonly string[]>>;
type LabelValues<L extends LabelTable> = { readonly [K in keyof L]: L[K][number] | (string & {}) };

interface MetricOptions<L extends LabelTable> {
  readonly name: string;
  readonly help: string;
  readonly labels?: L;
}

const NAME = /^pinfold_[a-z0-9_]+_(seconds|bytes|total|ratio|info|count|percent)$/;
/** Nothing that identifies a card, a person or a single terminal, and nothing of many values. */
const FORBIDDEN_LABELS = new Set([
  'pan',
  'card',
  'account',
  'terminal',
  'stan',
  'rrn',
  'user',
  'ip',
]);
/** Combinations of label values a metric may have. */
export const SERIES_MAX = 500;

/** 0.5 ms to 30 s, for anything a withdrawal waits for. */
export const LATENCY_BUCKETS: readonly number[] = [
  0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30,
];

export interface CounterMetric<L extends LabelTable> {
  add(labels: LabelValues<L>, by?: number): void;
}
export interface GaugeMetric<L extends LabelTable> {
  set(labels: LabelValues<L>, value: number): void;
}
export interface HistogramMetric<L extends LabelTable> {
  observe(labels: LabelValues<L>, value: number): void;
}

export class Metrics {
  readonly registry = new Registry();

  /** `service` is a label of every metric. Event loop, memory and CPU come with it unless `process` is false. */
  constructor(o: { service: string; process?: boolean }) {
    this.registry.setDefaultLabels({ service: o.service });
    if (o.process !== false) {
      collectDefaultMetrics({ register: this.registry, prefix: 'pinfold_' });
    }
  }

  counter<const L extends LabelTable = Record<never, never>>(
    o: MetricOptions<L>,
  ): CounterMetric<L> {
    const labelNames = check(o, 'total');
    const metric = new Counter({
      name: o.name,
      help: o.help,
      labelNames,
      registers: [this.registry],
    });
    const child = handles(o.labels ?? {}, (labels) => metric.labels(labels));
    return { add: (labels, by = 1) => child(labels).inc(by) };
  }

  gauge<const L extends LabelTable = Record<never, never>>(o: MetricOptions<L>): GaugeMetric<L> {
    const labelNames = check(o);
    const metric = new Gauge({
      name: o.name,
      help: o.help,
      labelNames,
      registers: [this.registry],
    });
    const child = handles(o.labels ?? {}, (labels) => metric.labels(labels));
    return { set: (labels, value) => child(labels).set(value) };
  }

  /** A gauge read when metrics are asked for; `read` must be quick and not fail. */
  observed(o: { name: string; help: string; read: () => number }): void {
    check({ ...o, labels: {} });
    new Gauge({
      name: o.name,
      help: o.help,
      registers: [this.registry],
      collect() {
        this.set(o.read());
      },
    });
  }

  /** A gauge for each value of one label, read when metrics are asked for. */
  observedEach(o: {
    name: string;
    help: string;
    label: string;
    values: readonly string[];
    read: (value: string) => number;
  }): void {
    check({ name: o.name, labels: { [o.label]: o.values } });
    new Gauge({
      name: o.name,
      help: o.help,
      labelNames: [o.label],
      registers: [this.registry],
      collect() {
        for (const value of o.values) this.set({ [o.label]: value }, o.read(value));
      },
    });
  }

  histogram<const L extends LabelTable = Record<never, never>>(
    o: MetricOptions<L> & { buckets?: readonly number[] },
  ): HistogramMetric<L> {
    const labelNames = check(o);
    const buckets = [...(o.buckets ?? LATENCY_BUCKETS)];
    const metric = new Histogram({
      name: o.name,
      help: o.help,
      labelNames,
      buckets,
      registers: [this.registry],
    });
    const child = handles(o.labels ?? {}, (labels) => metric.labels(labels));
    return { observe: (labels, value) => child(labels).observe(value) };
  }

  /** Prometheus text. */
  async text(): Promise<{ contentType: string; body: string }> {
    return { contentType: this.registry.contentType, body: await this.registry.metrics() };
  }
}

function check(o: { name: string; labels?: LabelTable }, unit?: string): string[] {
  const bad = (why: string) => new Error(`metric ${o.name}: ${why}`);
  if (!NAME.test(o.name)) throw bad('name it pinfold_…, with its unit last');
  if (unit !== undefined && !o.name.endsWith(`_${unit}`)) throw bad(`a counter ends in _${unit}`);
  const labels = Object.entries(o.labels ?? {});
  const forbidden = labels.find(([label]) => FORBIDDEN_LABELS.has(label.toLowerCase()));
  if (forbidden !== undefined) throw bad(`label ${forbidden[0]} has no limit on its values`);
  const series = labels.reduce((product, [, values]) => product * (values.length + 1), 1);
  if (series > SERIES_MAX) throw bad(`${series} series, allowed are ${SERIES_MAX}`);
  return labels.map(([label]) => label);
}

/** One handle per combination of values, made when first used; unknown values become `other`. */
function handles<L extends LabelTable, H>(table: L, make: (labels: Record<string, string>) => H) {
  const names = Object.keys(table);
  const allowed = names.map((name) => new Set(table[name]));
  const made = new Map<string, H>();
  return (labels: LabelValues<L>): H => {
    let key = '';
    const values: string[] = [];
    for (let i = 0; i < names.length; i++) {
      const value = labels[names[i] as string] as string;
      const known = (allowed[i] as Set<string>).has(value) ? value : 'other';
      values.push(known);
      key += `${known}\0`;
    }
    let handle = made.get(key);
    if (handle === undefined) {
      handle = make(Object.fromEntries(names.map((name, i) => [name, values[i] as string])));
      made.set(key, handle);
    }
    return handle;
  };
}

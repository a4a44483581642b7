/** Measurements as rows of the document that `--json` of every benchmark prints. */

const round = (value, digits = 1) => Math.round(value * 10 ** digits) / 10 ** digits;
const row = (name, value, unit) => ({ name, value, unit, baseline: null, ratio: null });

/** Who was declined or turned away, and how busy the neighbours were: what a reader must know. */
function troubleRows(name, load) {
  const declined = Object.values(load.declined).reduce((sum, n) => sum + n, 0);
  const refused = Object.values(load.refused).reduce((sum, n) => sum + n, 0);
  const rows = [row(`${name}, CPUs taken by others`, round(load.othersCpus, 2), 'CPUs')];
  const counts = { declined, refused, reversed: load.reversed };
  for (const [what, n] of Object.entries(counts)) {
    if (n > 0) rows.push(row(`${name}, ${what}`, n, 'withdrawals'));
  }
  return rows;
}

function latencyRows(name, { p50Ms, p99Ms, p999Ms }) {
  return [
    row(`${name}, p50`, round(p50Ms), 'ms'),
    row(`${name}, p99`, round(p99Ms), 'ms'),
    row(`${name}, p99.9`, round(p999Ms), 'ms'),
  ];
}

/** `relay`: result of the baseline in the same run, or null. */
export function loadRows(name, { most, half }, relay) {
  const rate = row(`${name}, most`, Math.round(most.perSecond), 'withdrawals/s');
  if (relay !== null) {
    rate.baseline = 'bare kafkajs, most';
    rate.ratio = round(most.perSecond / relay.perSecond, 3);
  }
  return [
    rate,
    ...latencyRows(`${name}, most (with a line)`, most),
    ...Object.entries(most.cpuMs).map(([process, ms]) =>
      row(`${name}, most, CPU of ${process}`, round(ms, 3), 'ms/withdrawal'),
    ),
    ...troubleRows(`${name}, most`, most),
    row(`${name}, half load`, Math.round(half.perSecond), 'withdrawals/s'),
    ...latencyRows(`${name}, half load`, half),
    ...Object.entries(half.cpuMs).map(([process, ms]) =>
      row(`${name}, half load, CPU of ${process}`, round(ms, 3), 'ms/withdrawal'),
    ),
    ...Object.entries(half.memory).map(([process, mib]) =>
      row(`${name}, memory of ${process}`, Math.round(mib), 'MiB'),
    ),
    ...troubleRows(`${name}, half load`, half),
  ];
}

export function flatRows({ ratePerSecond, p99Ms, minutes, first, last, peak, perHour }) {
  const name = `embedded, half load, ${minutes} min`;
  return [
    row(name, Math.round(ratePerSecond), 'withdrawals/s'),
    row(`${name}, p99`, round(p99Ms), 'ms'),
    ...['Node', 'PostgreSQL'].flatMap((process) => [
      row(`${name}, memory of ${process} at first`, Math.round(first[process]), 'MiB'),
      row(`${name}, memory of ${process} at last`, Math.round(last[process]), 'MiB'),
      row(`${name}, memory of ${process} at most`, Math.round(peak[process]), 'MiB'),
      row(`${name}, growth of ${process}, second half`, round(perHour[process]), 'MiB/h'),
    ]),
  ];
}

/** What attacks cost, as pictures: calls of each on a logarithmic scale, and how many runs took how many. */
import type { AttackReport } from '../run-attack.js';
import { detailsOf } from './markdown.js';
import { text } from './text.js';

const BAR = 15;
const STEP = 21;
const LEFT = 315;
const WIDTH = 430;
const RIGHT = 210;

/** One bar for each attack: mean calls, and a mark at the most; one call is a stub. */
export function costChart(figures: readonly AttackReport[]): string {
  const worked = figures.filter(({ succeeded }) => succeeded);
  const most = Math.max(10, ...worked.map(({ calls }) => calls.max));
  const at = (calls: number) =>
    6 + ((WIDTH - 6) * Math.log10(Math.max(1, calls))) / Math.log10(most);
  const height = worked.length * STEP + 26;
  const bars = worked.map((report, i) => {
    const y = i * STEP;
    const { mean, max } = report.calls;
    const said = max === mean ? `${round(mean)}` : `${round(mean)} (at most ${round(max)})`;
    const mark =
      max === mean
        ? ''
        : `<line x1="${LEFT + at(max)}" x2="${LEFT + at(max)}" y1="${y + 2}" y2="${y + BAR}" class="mark"/>`;
    return (
      `<text x="${LEFT - 10}" y="${y + 13}" text-anchor="end">${text(detailsOf(report))}</text>` +
      `<rect x="${LEFT}" y="${y + 1}" width="${at(mean)}" height="${BAR}" rx="2" class="bar"><title>${text(report.title)}</title></rect>` +
      `${mark}<text x="${LEFT + at(max) + 8}" y="${y + 13}">${said}</text>`
    );
  });
  const ticks: string[] = [];
  for (let calls = 1; calls <= most; calls *= 10) {
    const x = LEFT + at(calls);
    ticks.push(
      `<line x1="${x}" x2="${x}" y1="0" y2="${height - 22}" class="guide"/>` +
        `<text x="${x}" y="${height - 6}" text-anchor="middle" class="idle">${calls.toLocaleString('en')}</text>`,
    );
  }
  return svg(LEFT + WIDTH + RIGHT, height, 'Calls of each attack', [...ticks, ...bars]);
}

/** How many runs took how many calls. */
export function distributionChart(report: AttackReport): string {
  const counts = report.distribution ?? [];
  const from = counts.findIndex((count) => count > 0);
  const shown = counts.slice(from);
  const most = Math.max(...shown);
  const [wide, high] = [20, 130];
  const columns = shown.map((count, i) => {
    const tall = (high * count) / most;
    const x = i * wide + 10;
    const title = `${count} of ${report.calls.runs} PINs took ${from + i} calls`;
    return (
      `<rect x="${x}" y="${high - tall + 4}" width="${wide - 3}" height="${Math.max(tall, count > 0 ? 1 : 0)}" class="bar"><title>${title}</title></rect>` +
      `<text x="${x + wide / 2 - 1}" y="${high + 18}" text-anchor="middle" class="idle">${from + i}</text>`
    );
  });
  const label = `Calls that ${detailsOf(report)} took`;
  return svg(shown.length * wide + 20, high + 24, label, columns);
}

function svg(width: number, height: number, label: string, parts: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${text(label)}">
${parts.join('\n')}
</svg>`;
}

function round(value: number): string {
  const shown = value < 100 ? Math.round(value * 100) / 100 : Math.round(value);
  return shown.toLocaleString('en');
}

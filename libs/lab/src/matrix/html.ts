/** The matrix as one page with a picture: inline SVG, no script, nothing from elsewhere. */
import type { MatrixDocument } from './markdown.js';
import { CELLS, type CellKind, kindOf } from './words.js';

const COLOURS: Readonly<Record<CellKind, string>> = {
  both: '#9b1c31',
  necessary: '#d9622b',
  sufficient: '#2f6f9f',
  member: '#8fb8d8',
  claimed: '#d8d8d8',
};
const CELL = 22;
const LEFT = 190;
const TOP = 190;

export function matrixHtml(document: MatrixDocument): string {
  const { matrix, date, machine } = document;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Pinfold: attacks and rules</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #1c1c1c; }
svg text { font: 12px system-ui, sans-serif; fill: #1c1c1c; }
li span { display: inline-block; width: 1em; height: 1em; margin-right: .5em; vertical-align: -2px; }
.picture { overflow-x: auto; }
</style>
<h1>Attacks and rules</h1>
<p>Measured on the device by <code>npx pinfold attack --matrix</code> on ${text(date)}, ${text(machine)}. Each cell is an experiment: the hardened device without that rule, and with that rule alone.</p>
<ul>
${legend()}
</ul>
<div class="picture">
${picture(document)}
</div>
<p>Rules whose absence lets none of these attacks through: ${text(matrix.idleRules.join(', ') || 'none')}.</p>
<p>Attacks that no rule stops: ${text(matrix.unstopped.join(', ') || 'none')}.</p>
<h2>Smallest sets of rules whose absence lets an attack through</h2>
<ul>
${matrix.rows.flatMap((row) => row.smallestSets.map((set) => `<li>${text(row.attack)}: ${text(set.join(' + '))}</li>`)).join('\n')}
</ul>
</html>
`;
}

function legend(): string {
  return Object.entries(CELLS)
    .map(
      ([kind, { says }]) =>
        `<li><span style="background:${COLOURS[kind as CellKind]}"></span>${text(says)}</li>`,
    )
    .join('\n');
}

function picture({ matrix }: MatrixDocument): string {
  const width = LEFT + matrix.rows.length * CELL + 120;
  const height = TOP + matrix.rules.length * CELL + 10;
  const columns = matrix.rows.map((row, x) => {
    const at = LEFT + x * CELL + CELL / 2 + 4;
    const name = row.unstopped ? `${row.attack} (no rule stops it)` : row.attack;
    return `<text transform="translate(${at} ${TOP - 8}) rotate(-55)">${text(name)}</text>`;
  });
  const rows = matrix.rules.map((rule, y) => {
    const top = TOP + y * CELL;
    const label = `<text x="${LEFT - 8}" y="${top + 15}" text-anchor="end">${text(rule)}</text>`;
    const cells = matrix.rows.map((row, x) => {
      const kind = kindOf(row.cells[rule]);
      const fill = kind === undefined ? '#f6f6f6' : COLOURS[kind];
      const says = kind === undefined ? 'no difference' : CELLS[kind].says;
      const title = `<title>${text(`${rule}, ${row.attack}: ${says}`)}</title>`;
      return `<rect x="${LEFT + x * CELL}" y="${top}" width="${CELL - 2}" height="${CELL - 2}" fill="${fill}">${title}</rect>`;
    });
    return label + cells.join('');
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="Heat map of rules against attacks">
${[...columns, ...rows].join('\n')}
</svg>`;
}

function text(value: string): string {
  return value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** The matrix as a picture: rules down, attacks across; each cell a colour, a sign and a tooltip. */
import { RULES, type RuleId } from '@pinfold/hsm';
import type { Matrix } from './measure.js';
import { text } from './text.js';
import { CELLS, type CellKind, kindOf } from './words.js';

export const COLOURS: Readonly<Record<CellKind, string>> = {
  both: '#9b1c31',
  necessary: '#d9622b',
  sufficient: '#2f6f9f',
  member: '#9cc3df',
  claimed: '#c9c9c9',
};
const CELL = 22;
const LEFT = 215;
const TOP = 215;
const RIGHT = 150;
/** Between two families of rules. */
const GAP = 8;

interface Row {
  readonly rule: RuleId;
  readonly top: number;
}

export function heatMap(matrix: Matrix): string {
  const rows = rowsOf(matrix.rules);
  const bottom = rows.at(-1)!.top + CELL;
  const width = LEFT + matrix.rows.length * CELL + RIGHT;
  const columns = matrix.rows.map((row, x) => {
    const at = LEFT + x * CELL + CELL / 2;
    const name = row.unstopped ? `${row.attack} (no rule stops it)` : row.attack;
    const style = row.unstopped ? ' class="open"' : '';
    return (
      `<line x1="${at}" y1="${TOP - 2}" x2="${at}" y2="${bottom}" class="guide"/>` +
      `<text${style} transform="translate(${at + 4} ${TOP - 8}) rotate(-55)">${text(name)}</text>`
    );
  });
  const bodies = rows.map((row) => rowOf(matrix, row));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${bottom + 6}" width="${width}" height="${bottom + 6}" role="img" aria-label="Heat map of rules against attacks">
${[...columns, ...bodies].join('\n')}
</svg>`;
}

function rowsOf(rules: readonly RuleId[]): Row[] {
  let top = TOP;
  let family = '';
  return rules.map((rule) => {
    const own = rule.slice(0, rule.indexOf('.'));
    if (family !== '' && own !== family) top += GAP;
    family = own;
    const row = { rule, top };
    top += CELL;
    return row;
  });
}

function rowOf(matrix: Matrix, { rule, top }: Row): string {
  const idle = matrix.idleRules.includes(rule);
  const label =
    `<text x="${LEFT - 10}" y="${top + 15}" text-anchor="end"${idle ? ' class="idle"' : ''}>` +
    `${text(rule)}<title>${text(`refuses ${RULES[rule].refuses}`)}</title></text>`;
  const cells = matrix.rows.map((row, x) => {
    const kind = kindOf(row.cells[rule]);
    const left = LEFT + x * CELL;
    const says = kind === undefined ? 'no difference' : CELLS[kind].says;
    const title = `<title>${text(`${rule}, ${row.attack}: ${says}`)}</title>`;
    const fill = kind === undefined ? '' : ` fill="${COLOURS[kind]}"`;
    const rect = `<rect x="${left + 1}" y="${top + 1}" width="${CELL - 2}" height="${CELL - 2}" rx="3"${fill}${kind === undefined ? ' class="none"' : ''}>${title}</rect>`;
    if (kind === undefined) return rect;
    const dark = kind === 'member' || kind === 'claimed' ? ' class="sign dark"' : ' class="sign"';
    return `${rect}<text${dark} x="${left + CELL / 2}" y="${top + 15.5}" text-anchor="middle">${CELLS[kind].sign}</text>`;
  });
  const tail = idle
    ? `<text x="${LEFT + matrix.rows.length * CELL + 8}" y="${top + 15}" class="idle">stands behind others</text>`
    : '';
  return label + cells.join('') + tail;
}

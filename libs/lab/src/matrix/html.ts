/** The matrix as one page with pictures: inline SVG, no script, nothing from elsewhere. */
import { RULES } from '@pinfold/hsm';
import { costChart, distributionChart } from './charts.js';
import { COLOURS, heatMap } from './heat-map.js';
import { detailsOf, type MatrixDocument } from './markdown.js';
import { text } from './text.js';
import { CELLS, type CellKind } from './words.js';

const STYLE = `
:root { --ink: #1c1c1c; --soft: #6b6b6b; --line: #e4e4e4; --none: #f4f4f4; --page: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8e8e8; --soft: #9a9a9a; --line: #3a3a3a; --none: #262626; --page: #171717; }
}
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem; color: var(--ink); background: var(--page); }
h2 { margin-top: 2.5rem; }
svg text { font: 12px system-ui, sans-serif; fill: var(--ink); }
svg .idle { fill: var(--soft); }
svg .open { fill: #c0392b; font-weight: 600; }
svg .sign { fill: #fff; font-size: 11px; pointer-events: none; }
svg .sign.dark { fill: #1c1c1c; }
svg .none { fill: var(--none); }
svg .guide { stroke: var(--line); }
svg .bar { fill: #2f6f9f; }
svg .mark { stroke: var(--ink); stroke-width: 1.5; }
svg rect:hover { stroke: var(--ink); stroke-width: 1.5; }
.legend { list-style: none; padding: 0; columns: 2; }
.legend span { display: inline-block; width: 1.3em; height: 1.3em; border-radius: 3px; margin-right: .6em; text-align: center; color: #fff; font-size: 11px; line-height: 1.3em; }
.legend .dark { color: #1c1c1c; }
.picture { overflow-x: auto; }
table { border-collapse: collapse; }
td, th { text-align: left; vertical-align: top; padding: .2rem 1.2rem .2rem 0; border-bottom: 1px solid var(--line); }
`;

export function matrixHtml(document: MatrixDocument): string {
  const { matrix, figures, date, machine } = document;
  const held = matrix.rows.filter(({ unstopped }) => !unstopped).length;
  const spread = figures.filter(
    ({ distribution, figures: own }) => distribution !== null && own.tableCheck === 'none',
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Pinfold: attacks and rules</title>
<style>${STYLE}</style>
<h1>Attacks and rules</h1>
<p>${matrix.rows.length} attacks (insiders counted by themselves), ${held} of them refused by the hardened device; ${matrix.rules.length} rules, each switched off in turn. Measured by <code>npx pinfold attack --matrix</code> on ${text(date)}, ${text(machine)}. Each cell is an experiment: the hardened device without that rule, and with that rule alone. Point at a cell or a rule to read it.</p>
<ul class="legend">
${legend()}
</ul>
<div class="picture">
${heatMap(matrix)}
</div>
<p>Attacks that no rule stops: ${text(matrix.unstopped.join(', ') || 'none')}.</p>
<h2>What each attack costs on the legacy device</h2>
<p>Calls of the device, logarithmic; the mark is the longest run.</p>
<div class="picture">
${costChart(figures)}
</div>
${spread
  .map(
    (report) =>
      `<h3>${text(detailsOf(report))}: mean ${report.calls.mean.toFixed(2)}, at most ${report.calls.max} calls</h3>\n<div class="picture">\n${distributionChart(report)}\n</div>`,
  )
  .join('\n')}
<h2>Smallest sets of rules whose absence lets an attack through</h2>
<table>
${matrix.rows.map(({ attack, smallestSets }) => `<tr><td>${text(attack)}</td><td>${smallestSets.map((set) => text(set.join(' + '))).join('<br>') || 'none'}</td></tr>`).join('\n')}
</table>
<h2>Rules whose absence lets none of these attacks through</h2>
<table>
${matrix.idleRules.map((rule) => `<tr><td>${rule}</td><td>${text(RULES[rule].behind ?? '')}</td></tr>`).join('\n')}
</table>
</html>
`;
}

function legend(): string {
  return Object.entries(CELLS)
    .map(([kind, { says, sign }]) => {
      const dark = kind === 'member' || kind === 'claimed' ? ' class="dark"' : '';
      return `<li><span${dark} style="background:${COLOURS[kind as CellKind]}">${sign}</span>${text(says)}</li>`;
    })
    .join('\n');
}

/** A circuit as libs/crypto/src/bitslice/circuits.ts writes it, to be put in the old one's place. */

const COLUMNS = 94;
const INDENT = '      ';

export function rowsOf({ gates, outputs }) {
  const lines = [INDENT.slice(1)];
  for (const { operator, a, b } of gates) {
    const gate = operator === '~' ? `~${a}` : `${a}${operator}${b}`;
    const line = `${lines.at(-1)} ${gate}`;
    if (line.length <= COLUMNS) lines[lines.length - 1] = line;
    else lines.push(`${INDENT}${gate}`);
  }
  return `  {
    outputs: [${outputs.join(', ')}],
    gates: \`
${lines.join('\n')}\`,
  },`;
}

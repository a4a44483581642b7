/**
 * The survivors that docs/reference/mutation.md explains. There, each is an item of a list:
 *
 *   - libs/pin/src/words.ts: `from < 0` → `from <= 0`
 *
 * with the text before and after, white space joined to single blanks and cut after 90 characters;
 * two backticks around a text that has backticks in it.
 */

const ITEM = /^- (libs\/\S+\.ts): (`{1,2})(.+?)\2 → (`{1,2})(.*?)\4$/;
const MOST_SHOWN = 90;

/** The keys (`keyOf`) of all items. @throws Error for a line that looks like an item and is none */
export function explainedMutants(markdown) {
  const keys = new Set();
  for (const line of markdown.split('\n')) {
    if (!line.startsWith('- libs/')) continue;
    const item = ITEM.exec(line);
    if (item === null) throw new Error(`no mutant: ${line}`);
    const [, file, , before, , after] = item;
    keys.add(`${file}: ${quote(before.trim())} → ${quote(after.trim())}`);
  }
  return keys;
}

/** A mutant of a report as an item of the list has it, without the leading dash. */
export function keyOf(file, source, { location: { start, end }, replacement }) {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  lines[lines.length - 1] = lines.at(-1).slice(0, end.column - 1);
  lines[0] = lines[0].slice(start.column - 1);
  return `${file}: ${quote(short(lines.join(' ')))} → ${quote(short(replacement))}`;
}

function short(text) {
  const joined = text.replace(/\s+/g, ' ').trim();
  return joined.length > MOST_SHOWN ? `${joined.slice(0, MOST_SHOWN).trim()}…` : joined;
}

function quote(text) {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}

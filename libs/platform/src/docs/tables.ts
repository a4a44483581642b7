/** The tables of this library as Markdown, for the pages that quote them (docs/operations.md). */
import { variablesAsMarkdown } from '../config/configuration.js';
import { VARIABLES } from '../config/variables.js';
import { PROBLEMS, type ProblemCode } from '../http/problem.js';
import { SHUTDOWN_PHASES } from '../lifecycle/shutdown.js';
import { LOG_FIELDS } from '../logging/fields.js';
import { EXIT_CODES } from '../process/exit-codes.js';

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const { httpPort, hostPort, hostTlsPort, isoPort, awsPort } = VARIABLES;
const PORTS = [httpPort, hostPort, hostTlsPort, isoPort, awsPort];

/** Section name → its Markdown. */
export const DOC_TABLES: Readonly<Record<string, () => string>> = {
  variables: variablesAsMarkdown,
  ports: () =>
    table(
      ['port', 'variable', 'what'],
      PORTS.map((row) => [row.default, `\`${row.name}\``, row.about]),
    ),
  'exit codes': () =>
    table(
      ['code', 'meaning'],
      Object.values(EXIT_CODES).map(({ code, meaning }) => [String(code), meaning]),
    ),
  'shutdown phases': () =>
    table(
      ['phase', 'what'],
      Object.entries(SHUTDOWN_PHASES).map(([phase, what]) => [`\`${phase}\``, what]),
    ),
  problems: () =>
    table(
      ['code', 'status', 'title'],
      (Object.keys(PROBLEMS) as ProblemCode[]).map((code) => [
        `\`${code}\``,
        String(PROBLEMS[code].status),
        PROBLEMS[code].title,
      ]),
    ),
  'hidden log fields': () => {
    const named = (wanted: string) =>
      Object.keys(LOG_FIELDS)
        .filter((name) => LOG_FIELDS[name] === wanted)
        .map((name) => `\`${name}\``)
        .join(', ');
    return table(
      ['shown as', 'fields'],
      [
        ['first six and last four digits', named('pan')],
        ['`[secret]`', named('secret')],
      ],
    );
  },
};

const MARKER = /<!-- table: ([a-z ]+) -->\n[\s\S]*?<!-- end -->/g;

/** A page with every `<!-- table: NAME --> … <!-- end -->` filled from the tables; throws on an unknown name. */
export function fillTables(page: string): string {
  return page.replace(MARKER, (_, name: string) => {
    const make = DOC_TABLES[name];
    if (make === undefined) throw new Error(`there is no table ${name}`);
    return `<!-- table: ${name} -->\n${make()}\n<!-- end -->`;
  });
}

/** `pinfold doctor`: looks at everything that a start depends on and says what to do about it. */
import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, statfsSync } from 'node:fs';
import { createServer } from 'node:net';
import { act, jsonCommand } from '../cli/command.js';
import { EXIT } from '../cli/exit.js';
import { styled } from '../cli/output.js';
import { dataDirOf } from '../cli/settings.js';

interface Finding {
  readonly check: string;
  readonly ok: boolean;
  /** Needed for the main job, or only for something that can be left out. */
  readonly needed: boolean;
  readonly says: string;
}

const LEAST_FREE_BYTES = 512 * 1024 * 1024;
const FIRST_SOUND_YEAR = 2025;
const PORTS = [
  ['http', 'PINFOLD_HTTP_PORT', 8080],
  ['host commands', 'PINFOLD_HOST_PORT', 1500],
  ['ISO 8583', 'PINFOLD_ISO_PORT', 8583],
] as const;

const finding = (check: string, ok: boolean, says: string, needed = true): Finding => ({
  check,
  ok,
  needed,
  says,
});

function node(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const ok = major > 20 || (major === 20 && minor >= 19);
  return finding('Node', ok, `${process.versions.node}${ok ? '' : '; 20.19 or newer is needed'}`);
}

function dataFolder(dir: string): Finding {
  try {
    if (!existsSync(dir)) mkdirSync(dir, { recursive: true, mode: 0o700 });
    accessSync(dir, constants.R_OK | constants.W_OK | constants.X_OK);
    const { bavail, bsize } = statfsSync(dir);
    const free = bavail * bsize;
    const ok = free >= LEAST_FREE_BYTES;
    const gib = (free / 2 ** 30).toFixed(1);
    return finding('data folder', ok, `${dir}, ${gib} GiB free${ok ? '' : '; 0.5 GiB is needed'}`);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unknown';
    return finding('data folder', false, `${dir} cannot be written (${reason})`);
  }
}

function clock(): Finding {
  const year = new Date().getUTCFullYear();
  return finding('clock', year >= FIRST_SOUND_YEAR, new Date().toISOString());
}

async function port([name, variable, usual]: (typeof PORTS)[number]): Promise<Finding> {
  const wanted = Number(process.env[variable] ?? usual);
  const check = `port ${name}`;
  if (wanted === 0) return finding(check, true, 'any free port');
  const free = await new Promise<boolean>((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(wanted, '127.0.0.1', () => server.close(() => resolve(true)));
  });
  return finding(
    check,
    free,
    `${wanted} is ${free ? 'free' : `taken; set ${variable} to another, or 0`}`,
  );
}

function java(): Finding {
  try {
    execFileSync('java', ['-version'], { stdio: 'ignore' });
    execFileSync('mvn', ['-version'], { stdio: 'ignore' });
    return finding('Java and Maven', true, 'found; npm run kafka works', false);
  } catch {
    return finding('Java and Maven', false, 'not both found; only npm run kafka needs them', false);
  }
}

export const doctorCommand = jsonCommand('doctor', 'check ports, data folder, Node, clock, Java')
  .option('--data <dir>', 'data folder to check')
  .action(
    act<{ data?: string }>(async ({ output, options }) => {
      const findings = [
        node(),
        dataFolder(dataDirOf(options)),
        clock(),
        ...(await Promise.all(PORTS.map(port))),
        java(),
      ];
      const well = findings.every(({ ok, needed }) => ok || !needed);
      output.document({ ok: well, checks: findings });
      for (const { check, ok, needed, says } of findings) {
        const mark = ok ? styled('green', 'ok  ') : needed ? styled('red', 'NO  ') : 'note';
        output.line(`${mark} ${check.padEnd(18)} ${says}`);
      }
      return well ? EXIT.done : EXIT.environment;
    }),
  );

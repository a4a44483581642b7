/**
 * jPOS's jars, fetched once with Maven into a cache outside the checkout. jPOS is under the AGPL: it
 * is a test's counterpart, never in the repository and never a dependency of the program.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Of the line that Java 17 runs; 3.0 is compiled for Java 22. */
const JPOS_VERSION = '2.1.10';

const POM = new URL('pom.xml', import.meta.url).pathname;
const CACHE = process.env.JPOS_CACHE ?? join(homedir(), '.cache', 'pinfold-jpos');

const runs = (command: string, ...args: string[]): boolean =>
  spawnSync(command, args, { stdio: 'ignore' }).status === 0;

export interface Installed {
  /** Folder of the jars; undefined where they cannot be had. */
  readonly libs?: string;
  readonly missing?: string;
}

export function installJpos(): Installed {
  const libs = join(CACHE, JPOS_VERSION, 'libs');
  if (!runs('javac', '-version')) return { missing: 'a Java 17 development kit (javac)' };
  if (existsSync(libs)) return { libs };
  if (!runs('mvn', '-v')) return { missing: 'Maven, and jPOS was not fetched before' };
  mkdirSync(join(CACHE, JPOS_VERSION), { recursive: true });
  const unfinished = `${libs}.${process.pid}`;
  const copy = ['-q', '-B', '-f', POM, 'dependency:copy-dependencies', '-DincludeScope=runtime'];
  const what = [`-Djpos.version=${JPOS_VERSION}`, `-DoutputDirectory=${unfinished}`];
  try {
    execFileSync('mvn', [...copy, ...what], { stdio: 'ignore', timeout: 180_000 });
    // Another process may have been faster.
    if (!existsSync(libs)) renameSync(unfinished, libs);
    return { libs };
  } catch {
    return existsSync(libs) ? { libs } : { missing: 'jPOS: Maven could not fetch it' };
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

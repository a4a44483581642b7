/**
 * Makes the random cases of vectors/generated again: installs the implementations that answer them
 * into a temporary folder, runs them, and writes the files, or with --check compares them.
 *
 *     node scripts/vectors/generate.mjs [--check] [python] [java] [rust]
 *
 * Needs Python 3.11, Java 17 with Maven, and Rust 1.89; the versions of what is installed are pinned in
 * python/requirements.txt, java/pom.xml and rust/Cargo.lock. None of it is a dependency of the project.
 */
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const generated = join(here, '..', '..', 'vectors', 'generated');
const work = mkdtempSync(join(tmpdir(), 'pinfold-vectors-'));
const made = join(work, 'made');

function run(command, args, options = {}) {
  const done = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options });
  if (done.status === 0) return;
  throw new Error(`${command} failed (${done.error?.code ?? done.status})`);
}

function python() {
  const own = join(work, 'python');
  run('python3', ['-m', 'venv', own]);
  const pip = [join(own, 'bin', 'pip'), ['-q', 'install', '--disable-pip-version-check']];
  run(pip[0], [...pip[1], '-r', join(here, 'python', 'requirements.txt')]);
  run(pip[0], [...pip[1], '--no-deps', 'emv==1.0.14']);
  run(join(own, 'bin', 'python'), ['-B', join(here, 'python', 'main.py'), made]);
}

function java() {
  const list = join(work, 'class-path');
  const pom = join(here, 'java', 'pom.xml');
  run('mvn', ['-q', '-B', '-f', pom, 'dependency:build-classpath', `-Dmdep.outputFile=${list}`]);
  const classes = join(work, 'classes');
  const classPath = `${classes}:${readFileSync(list, 'utf8')}`;
  const sources = readdirSync(join(here, 'java')).filter((name) => name.endsWith('.java'));
  const paths = sources.map((name) => join(here, 'java', name));
  run('javac', ['-d', classes, '-cp', classPath, ...paths]);
  // jPOS loads the JDK's provider by the name of its class.
  const exported = ['--add-exports', 'java.base/com.sun.crypto.provider=ALL-UNNAMED'];
  run('java', [...exported, '-cp', classPath, 'JposVectors', made]);
  run('java', ['-cp', classPath, 'TokenVectors', made]);
}

function rust() {
  const env = { ...process.env, CARGO_TARGET_DIR: join(work, 'rust') };
  const manifest = join(here, 'rust', 'Cargo.toml');
  run('cargo', ['run', '-q', '--locked', '--manifest-path', manifest, '--', made], { env });
}

/** Names of files that differ from those in the repository. */
function differing() {
  return readdirSync(made).filter((name) => {
    const kept = join(generated, name);
    return !existsSync(kept) || !readFileSync(kept).equals(readFileSync(join(made, name)));
  });
}

const ALL = { python, java, rust };
const asked = process.argv.slice(2).filter((word) => word !== '--check');
const unknown = asked.find((word) => !Object.hasOwn(ALL, word));
try {
  if (unknown !== undefined) throw new Error(`${unknown}: give python, java, rust or nothing`);
  mkdirSync(made);
  for (const name of asked.length > 0 ? asked : Object.keys(ALL)) ALL[name]();
  const changed = differing();
  if (!process.argv.includes('--check')) {
    for (const name of changed) copyFileSync(join(made, name), join(generated, name));
  } else if (changed.length > 0) {
    throw new Error(`not as in vectors/generated: ${changed.join(', ')}`);
  }
  const what = process.argv.includes('--check') ? 'all the same' : `${changed.length} changed`;
  console.log(`${readdirSync(made).length} files, ${what}`);
} catch (error) {
  console.error(`generate: ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}

/**
 * Makes a checkout runnable: installs from the lock file, builds and signs the build, each only when
 * needed.
 *
 * Uses nothing but Node, because it runs before anything is installed. What was installed and built
 * is remembered by a hash of the lock file and of the sources, so a second run takes milliseconds.
 * Two commands started together do not build over each other: the second waits for the first.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildKey, MANIFEST, signManifest } from './manifest.mjs';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const MINIMUM_NODE = [20, 19];
const SOURCES = ['apps', 'libs'];
const BUILD_SETTINGS = ['nest-cli.json', 'tsconfig.json', 'tsconfig.build.json', '.swcrc'];
const INSTALLED_MARK = join(root, 'node_modules', '.pinfold-installed');
const BUILT_MARK = join(root, 'dist', '.pinfold-built');
const LOCK = join(root, '.cache', 'prepare.lock');
const WAIT_FOR_OTHER_MS = 300_000;

/** Says what is going on; on standard error, so that `--json` output stays clean. */
function say(text) {
  process.stderr.write(`pinfold: ${text}\n`);
}

function fail(text) {
  say(text);
  process.exit(3);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [needMajor, needMinor] = MINIMUM_NODE;
  if (major < needMajor || (major === needMajor && minor < needMinor)) {
    fail(`Node ${process.versions.node} is too old: ${needMajor}.${needMinor} or newer is needed`);
  }
}

function hashFile(path) {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

function* filesBelow(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (path.endsWith('.ts')) yield path;
  }
}

/** Name, size and time of change of every source: enough to see an edit, cheap enough for each start. */
function sourcesHash() {
  const hash = createHash('sha256');
  const settings = BUILD_SETTINGS.map((name) => join(root, name));
  const sources = SOURCES.flatMap((name) => [...filesBelow(join(root, name))]).sort();
  for (const path of [...settings, ...sources]) {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${path.slice(root.length)} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

const readMark = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : '');

function runQuietly(command, args) {
  const done = spawnSync(command, args, { cwd: root, encoding: 'utf8', shell: false });
  if (done.status === 0) return;
  process.stderr.write(`${done.stdout ?? ''}${done.stderr ?? ''}\n`);
  fail(`'${command} ${args.join(' ')}' failed; its output is above`);
}

function install() {
  // `npm ci` empties the folder that a link leads to, and with it another checkout.
  if (lstatSync(join(root, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink()) {
    fail('node_modules is a link and out of date: run `npm ci` where it leads to, or remove it');
  }
  say('installing packages from the lock file (once; about half a minute) …');
  runQuietly('npm', ['ci', '--no-audit', '--no-fund', '--loglevel', 'error']);
  writeFileSync(INSTALLED_MARK, hashFile(join(root, 'package-lock.json')));
}

function build(wanted) {
  say('building …');
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  runQuietly(process.execPath, [
    join(root, 'node_modules/@nestjs/cli/bin/nest.js'),
    'build',
    '--all',
  ]);
  signManifest(join(root, 'dist'), buildKey());
  writeFileSync(BUILT_MARK, wanted);
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Runs `work` while no other prepare of this checkout does; a lock of a dead process is taken over. */
function exclusively(work) {
  mkdirSync(dirname(LOCK), { recursive: true });
  const giveUp = Date.now() + WAIT_FOR_OTHER_MS;
  for (let told = false; ; ) {
    try {
      writeFileSync(LOCK, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = Number(readMark(LOCK));
    if (holder > 0 && !isAlive(holder)) {
      rmSync(LOCK, { force: true });
      continue;
    }
    if (Date.now() > giveUp)
      fail(`process ${holder} has been preparing this checkout for too long`);
    if (!told) say(`waiting for process ${holder}, which is preparing this checkout …`);
    told = true;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
  try {
    work();
  } finally {
    rmSync(LOCK, { force: true });
  }
}

/** Installs and builds what is missing or out of date. In an image without sources there is nothing to do. */
export function prepare() {
  checkNode();
  if (!existsSync(join(root, 'libs'))) return;
  const lockHash = hashFile(join(root, 'package-lock.json'));
  const current = () =>
    readMark(INSTALLED_MARK) === lockHash &&
    readMark(BUILT_MARK) === sourcesHash() &&
    existsSync(join(root, 'dist', MANIFEST));
  if (current()) return;
  exclusively(() => {
    if (readMark(INSTALLED_MARK) !== lockHash) install();
    const wanted = sourcesHash();
    if (readMark(BUILT_MARK) !== wanted || !existsSync(join(root, 'dist', MANIFEST))) build(wanted);
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) prepare();

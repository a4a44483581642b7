/**
 * Measures the running program's files against the manifest that was signed when they were built
 * (`scripts/manifest.mjs`): every file's SHA-256, none missing, none that the build did not make, and
 * the signature. Whether the signer is trusted is the device's business.
 *
 * It finds what was changed, damaged or mixed from two builds. It does not find somebody who changes
 * this file too: nothing in software measures itself from outside (docs/threats.md).
 */
import { createHash, createPublicKey, verify } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ProgramIntegrity } from '@pinfold/hsm';
import { EnvironmentError } from '@pinfold/platform';
import { z } from 'zod';

const MANIFEST = 'manifest.json';
const LEFT_OUT: ReadonlySet<string> = new Set([MANIFEST, '.pinfold-built']);
/** Devices of one process start together: one measurement serves them. */
const FRESH_MS = 2_000;
const MODULES = 'node_modules/';

const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`));
const manifestSchema = z.object({
  version: z.literal(1),
  publicKey: z.string().regex(/^(?:[0-9a-f]{2}){32,128}$/),
  signature: hex(64),
  files: z.record(z.string(), hex(32)),
});
type Manifest = z.infer<typeof manifestSchema>;

/** The built folder that a module runs from; undefined where it runs from sources, as in tests. */
export function builtFolder(moduleUrl: string): string | undefined {
  const path = fileURLToPath(moduleUrl);
  if (path.endsWith('.ts')) return undefined;
  const parts = path.split(sep);
  const at = parts.lastIndexOf('libs');
  return at <= 0 ? undefined : parts.slice(0, at).join(sep);
}

const fault = (reason: string): ProgramIntegrity => ({ intact: false, reason });

/** What a built folder is, beside the manifest in it. Reads every file: some 50 ms. */
export function measureProgram(folder: string): ProgramIntegrity {
  const manifest = readManifest(join(folder, MANIFEST));
  if (typeof manifest === 'string') return fault(manifest);
  const { files, publicKey } = manifest;
  if (!isSigned(manifest)) return fault('the manifest is not signed by the key that it names');
  for (const [name, expected] of Object.entries(files)) {
    const found = hashOf(pathOf(folder, name));
    if (found === undefined) return fault(`missing ${name}`);
    if (found !== expected) return fault(`changed ${name}`);
  }
  const extra = namesBelow(folder).find((name) => !Object.hasOwn(files, name));
  if (extra !== undefined) return fault(`not of the build: ${extra}`);
  const signer = createHash('sha256').update(Buffer.from(publicKey, 'hex')).digest('hex');
  return { intact: true, signer };
}

/** Measures the program that is running; undefined where it runs from sources. */
export function programMeasure(
  moduleUrl: string = import.meta.url,
): (() => ProgramIntegrity) | undefined {
  const folder = builtFolder(moduleUrl);
  if (folder === undefined) return undefined;
  return () => {
    const now = performance.now();
    if (last === undefined || last.folder !== folder || now - last.at > FRESH_MS) {
      last = { folder, at: now, found: measureProgram(folder) };
    }
    return last.found;
  };
}

/** For hosts of devices that have no state to keep. @throws EnvironmentError when a file is not the build's */
export function requireIntactProgram(): void {
  const found = programMeasure()?.();
  if (found?.intact === false) {
    throw new EnvironmentError(`the program's files are not those of its build: ${found.reason}`);
  }
}

let last: { folder: string; at: number; found: ProgramIntegrity } | undefined;

/** The manifest, or what is wrong with it. */
function readManifest(path: string): Manifest | string {
  if (!existsSync(path)) return 'the manifest of the build is missing';
  try {
    return manifestSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return 'the manifest of the build is damaged';
  }
}

function isSigned({ files, publicKey, signature }: Manifest): boolean {
  const lines = Object.entries(files).map(([name, hash]) => `${hash}  ${name}\n`);
  const signed = Buffer.from(`pinfold manifest 1\n${lines.join('')}`);
  try {
    const key = createPublicKey({
      key: Buffer.from(publicKey, 'hex'),
      format: 'der',
      type: 'spki',
    });
    if (key.asymmetricKeyType !== 'ed25519') return false;
    return verify(null, signed, key, Buffer.from(signature, 'hex'));
  } catch {
    return false;
  }
}

/** Packages lie beside the built folder. */
function pathOf(folder: string, name: string): string {
  return name.startsWith(MODULES) ? join(dirname(folder), name) : join(folder, name);
}

function hashOf(path: string): string | undefined {
  try {
    return createHash('sha256').update(readFileSync(path)).digest('hex');
  } catch {
    return undefined;
  }
}

function namesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((name) => !LEFT_OUT.has(name));
}

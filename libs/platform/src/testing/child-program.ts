/**
 * For specs that need a process of their own (signals, kill -9, exit codes): runs a small program on the
 * sources of `libs/platform` and `libs/storage/src/postgres`, compiled once per Jest worker into
 * `node_modules/.cache`, where its imports are found. Not part of the library's exports.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { transformSync } from '@swc/core';

const ROOT = join(import.meta.dirname, '../../../..');
const SOURCES = ['libs/platform/src', 'libs/storage/src/postgres'];
const ALIASES: Readonly<Record<string, string>> = {
  '@pinfold/platform': 'libs/platform/src/index.js',
  '@pinfold/storage': 'libs/storage/src/postgres/index.js',
};

let compiled: string | undefined;

function compile(): string {
  if (compiled !== undefined) return compiled;
  const out = join(ROOT, 'node_modules/.cache/pinfold-child', process.env.JEST_WORKER_ID ?? '0');
  const { exclude: _, ...swc } = JSON.parse(readFileSync(join(ROOT, '.swcrc'), 'utf8'));
  for (const folder of SOURCES) {
    for (const entry of readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })) {
      if (!entry.endsWith('.ts') || /spec\.ts$|testing/.test(entry)) continue;
      const source = join(folder, entry);
      const { code } = transformSync(readFileSync(join(ROOT, source), 'utf8'), {
        ...swc,
        swcrc: false,
        filename: source,
      });
      write(join(out, source.replace(/\.ts$/, '.js')), resolveAliases(code, dirname(source)));
    }
  }
  write(join(out, 'package.json'), '{"type":"module"}');
  compiled = out;
  return out;
}

function write(file: string, text: string): void {
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  mkdirSync(dirname(file), { recursive: true });
  // Whole or not at all: another run may read it at the same time.
  const fresh = `${file}.${process.pid}`;
  writeFileSync(fresh, text);
  renameSync(fresh, file);
}

/** `from '@pinfold/platform'` → `from '../../platform/src/index.js'`, seen from folder `from`. */
function resolveAliases(code: string, from: string): string {
  return code.replace(/(['"])(@pinfold\/[a-z0-9-]+)\1/g, (whole, quote: string, alias: string) => {
    const target = ALIASES[alias];
    if (target === undefined) return whole;
    const path = relative(from, target);
    return `${quote}${path.startsWith('.') ? path : `./${path}`}${quote}`;
  });
}

export interface ChildProgram {
  readonly process: ChildProcess;
  readonly pid: number;
  /** Everything on standard output and standard error so far. */
  output(): { stdout: string; stderr: string };
  /** Waits for a line of standard output that starts with this; returns the rest of it. */
  line(start: string, timeoutMs?: number): Promise<string>;
  /** Ends when the process has ended. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

let programs = 0;

/** Runs JavaScript text as a program of its own; it may import `@pinfold/platform` and `@pinfold/storage`. */
export function runChildProgram(
  text: string,
  options: { env?: Record<string, string>; args?: string[]; cwd?: string } = {},
): ChildProgram {
  const file = join(compile(), `program-${process.pid}-${++programs}.js`);
  write(file, resolveAliases(text, '.'));
  const child = spawn(process.execPath, [file, ...(options.args ?? [])], {
    cwd: options.cwd ?? ROOT,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString('utf8');
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8');
  });
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.once('close', (code, signal) => {
      rmSync(file, { force: true });
      resolve({ code, signal });
    }),
  );
  const find = (start: string) =>
    stdout
      .split('\n')
      .slice(0, -1)
      .find((text) => text.startsWith(start));
  const line = async (start: string, timeoutMs = 20_000) => {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const found = find(start);
      if (found !== undefined) return found.slice(start.length).trim();
      if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline) {
        await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 500))]);
        const last = find(start);
        if (last !== undefined) return last.slice(start.length).trim();
        throw new Error(`no line "${start}" from the child: ${stdout}${stderr}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  return {
    process: child,
    pid: child.pid as number,
    output: () => ({ stdout, stderr }),
    line,
    ended,
  };
}

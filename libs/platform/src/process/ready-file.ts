/**
 * The file that `--ready-file` names: written in one step when everything is ready, removed at the end.
 * Ports are 0 for what is not served.
 */
import { rename, rm, writeFile } from 'node:fs/promises';
import { EnvironmentError } from './exit-codes.js';

export interface ReadyPorts {
  readonly http?: number;
  readonly host?: number;
  readonly iso?: number;
  readonly aws?: number;
}

export interface ReadyDocument extends Required<ReadyPorts> {
  readonly pid: number;
  readonly mode: 'hardened' | 'legacy';
}

export function readyDocument(o: {
  ports: ReadyPorts;
  mode: ReadyDocument['mode'];
}): ReadyDocument {
  const { http = 0, host = 0, iso = 0, aws = 0 } = o.ports;
  return { pid: process.pid, http, host, iso, aws, mode: o.mode };
}

/** Nobody sees a part of it: written beside, then renamed. */
export async function writeReadyFile(file: string, document: ReadyDocument): Promise<void> {
  const fresh = `${file}.${process.pid}.new`;
  try {
    await writeFile(fresh, `${JSON.stringify(document)}\n`);
    await rename(fresh, file);
  } catch (cause) {
    await rm(fresh, { force: true });
    const { code } = cause as NodeJS.ErrnoException;
    throw new EnvironmentError(`ready file ${file} cannot be written (${code})`, { cause });
  }
}

export async function removeReadyFile(file: string): Promise<void> {
  await rm(file, { force: true });
}

/** Replaces a file in one step: whoever reads it, also after a power cut, finds the old or the new. */
import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Written beside, flushed, renamed, and the folder flushed; mode 0600. */
export function writeWhole(path: string, content: Uint8Array | string): void {
  const fresh = `${path}.new`;
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const file = openSync(fresh, 'w', 0o600);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(fresh, path);
  flushFolder(dirname(path));
}

/** Windows opens no folders, and flushes renames itself. */
function flushFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const opened = openSync(folder, 'r');
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}

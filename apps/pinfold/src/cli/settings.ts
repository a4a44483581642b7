/** The settings that every command shares: where the data is. */
import { resolve } from 'node:path';

export const DEFAULT_DATA_DIR = '.pinfold';

/** `--data` before `PINFOLD_DATA_DIR` before `.pinfold` in the working directory. */
export function dataDirOf(options: { data?: string | undefined }): string {
  return resolve(options.data ?? process.env.PINFOLD_DATA_DIR ?? DEFAULT_DATA_DIR);
}

/** The TLS files of `PINFOLD_HSM_TLS`: who this program is to the security modules, and whom it believes. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { LinkOptions } from '@pinfold/hsm-client';
import { ConfigurationError } from '@pinfold/platform';

const VARIABLE = 'PINFOLD_HSM_TLS';
const FILES = { key: 'client.key', cert: 'client.pem', ca: 'devices.pem' } as const;

/** @throws ConfigurationError for a file that is missing or is not what it should be */
export function hsmTlsOptions(folder: string | null): LinkOptions['tls'] {
  if (folder === null) return undefined;
  const read = (name: string): string => {
    try {
      return readFileSync(join(folder, name), 'utf8');
    } catch {
      throw new ConfigurationError(VARIABLE, `has no ${name} that can be read`);
    }
  };
  const files = { key: read(FILES.key), cert: read(FILES.cert), ca: read(FILES.ca) };
  try {
    createSecureContext(files);
    // Without a certificate in it, Node would silently believe every public authority.
    new X509Certificate(files.ca);
  } catch (error) {
    const problem = `has files that are no key with its certificates: ${(error as Error).message}`;
    throw new ConfigurationError(VARIABLE, problem);
  }
  return files;
}

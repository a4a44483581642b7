/** PEM files of the lines. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { EnvironmentError } from '@pinfold/platform';

/** @throws EnvironmentError where it cannot be read */
export function pem(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new EnvironmentError(`TLS file ${path} cannot be read (${code})`);
  }
}

/**
 * Certificates of authorities. Without one in the list Node would silently trust every public authority.
 * @throws EnvironmentError where it cannot be read, or begins with no certificate
 */
export function authorities(path: string): string {
  const text = pem(path);
  try {
    new X509Certificate(text);
  } catch {
    throw new EnvironmentError(`TLS file ${path} holds no certificate of an authority (PEM)`);
  }
  return text;
}

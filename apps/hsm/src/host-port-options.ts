/** What the environment says of the host port: header, PIN field, settings, TLS. */

import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { type LmkOptions, SETTING_NAMES, type SettingName } from '@pinfold/hsm';
import { type Configuration, ConfigurationError } from '@pinfold/platform';
import { type ClientRights, readClientRights } from './client-rights.js';
import type { HostTls } from './start-host-port.js';

type Settings = Pick<
  Configuration,
  'mode' | 'hostHeader' | 'hostPinField' | 'hostSettingsOff' | 'hostTls' | 'hostTlsPort'
>;

/** @throws ConfigurationError for a setting that there is not */
export function hostDeviceOptions(
  config: Settings,
): Pick<LmkOptions, 'mode' | 'pinLength' | 'without'> {
  const { mode, hostPinField: pinLength } = config;
  const without = (config.hostSettingsOff ?? []).map((name): SettingName => {
    const known = SETTING_NAMES.find((each) => each === name);
    if (known !== undefined) return known;
    const problem = `names ${JSON.stringify(name)}; settings are ${SETTING_NAMES.join(', ')}`;
    throw new ConfigurationError('PINFOLD_HOST_SETTINGS_OFF', problem);
  });
  return { mode, pinLength, without };
}

const FILES = { key: 'server.key', cert: 'server.pem', ca: 'clients.pem' } as const;
const RIGHTS = 'clients.json';

/**
 * The TLS port's certificates and rights; undefined where none is wanted.
 * @throws ConfigurationError for a file that is missing or is not what it should be
 */
export function hostTlsOptions({
  hostTls: folder,
  hostTlsPort: port,
}: Settings): HostTls | undefined {
  if (folder === null) return undefined;
  const read = (name: string): string => {
    try {
      return readFileSync(join(folder, name), 'utf8');
    } catch {
      throw new ConfigurationError('PINFOLD_HOST_TLS', `has no ${name} that can be read`);
    }
  };
  const { key, cert, ca } = FILES;
  const certificates = { key: read(key), cert: read(cert), ca: read(ca) };
  try {
    createSecureContext(certificates);
    // Without a certificate in it, Node would silently take the clients of every public authority.
    new X509Certificate(certificates.ca);
  } catch (error) {
    const problem = `has files that are no key with its certificates: ${(error as Error).message}`;
    throw new ConfigurationError('PINFOLD_HOST_TLS', problem);
  }
  return {
    port,
    certificates,
    clients: existsSync(join(folder, RIGHTS)) ? rightsOf(read(RIGHTS)) : undefined,
  };
}

function rightsOf(text: string): ReadonlyMap<string, ClientRights> {
  try {
    return readClientRights(text);
  } catch (error) {
    throw new ConfigurationError(
      'PINFOLD_HOST_TLS',
      `has a ${RIGHTS} with ${(error as Error).message}`,
    );
  }
}

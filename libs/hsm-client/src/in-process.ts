/** A device in the same process as an `HsmClient`. */
import type { Device, Session } from '@pinfold/hsm';
import { clientOn } from './client-on.js';
import { type HsmClient, HsmUnavailable, UNAVAILABLE_CODES } from './port.js';

export function inProcessClient(device: Device, session: Session): HsmClient {
  return clientOn(async (jobs) => {
    const answers = device.executeMany(session, jobs);
    const first = answers[0];
    if (first !== undefined && !first.ok && UNAVAILABLE_CODES.has(first.code)) {
      throw new HsmUnavailable(first.code);
    }
    return answers;
  });
}

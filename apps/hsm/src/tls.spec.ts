import { connect, type TLSSocket } from 'node:tls';
import { callHost, HsmLink } from '@pinfold/hsm-client';
import { createLogger } from '@pinfold/platform';
import { Authority } from '../../../test/support/certificates.js';
import { startHostPort } from './index.js';

const logger = createLogger({ service: 'test', form: 'json', level: 'silent' });

it('serves clients with a certificate of its authority, and nobody else', async () => {
  const ours = new Authority('pinfold test');
  const theirs = new Authority('somebody else');
  const signed = (by: Authority, name: string) => {
    const { key, certificate: cert } = by.sign(name);
    return { key, cert };
  };
  const port = await startHostPort({
    port: 0,
    device: { mode: 'legacy' },
    tls: { ...signed(ours, 'hsm'), ca: ours.certificate },
    logger,
  });
  const tls = { ...signed(ours, 'switch'), ca: ours.certificate };
  const link = await HsmLink.open({ host: '127.0.0.1', port: port.port, tls });
  const reply = await callHost(link, 'NC', {});
  expect(reply).toMatchObject({ ok: true, error: '00', fields: { firmware: '0001-0001' } });
  const made = await callHost(link, 'A0', { mode: '0', keyType: '001', schemeLmk: 'U' });
  expect(made.ok && made.fields.key).toMatch(/^U[0-9A-F]{32}$/);
  expect(await callHost(link, 'NC', {}, { lmk: '77' })).toEqual({ ok: false, error: '13' });
  const { key, certificate: cert } = ours.sign('switch', { expired: true });
  for (const wrong of [{}, signed(theirs, 'switch'), { key, cert }]) {
    expect(await refused({ ...wrong, ca: ours.certificate }, port.port)).toBe(true);
  }
  await link.close();
  await port.close();
});

/** With TLS 1.3 the client may think itself connected: what counts is that nothing is answered. */
function refused(options: object, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket: TLSSocket = connect({ host: '127.0.0.1', port, ...options }, () =>
      socket.write(Buffer.from('\x00\x06HEADNC', 'latin1')),
    );
    socket.once('data', () => resolve(false));
    socket.once('error', () => resolve(true));
    socket.once('close', () => resolve(true));
  });
}

import { connect, type TLSSocket } from 'node:tls';
import { callHost, HsmLink } from '@pinfold/hsm-client';
import { createLogger } from '@pinfold/platform';
import { Authority } from '../../../test/support/certificates.js';
import { readClientRights, startHostPort } from './index.js';
import { hostDevice } from './testing.js';

const lines: string[] = [];
const logger = createLogger({
  service: 'test',
  form: 'json',
  level: 'warn',
  destination: { write: (line) => lines.push(line) },
});
/** These members of what the log has said since it was last asked. */
const said = (...members: readonly string[]) =>
  lines.splice(0).map((line) => {
    const shown = JSON.parse(line) as Record<string, unknown>;
    return members.map((name) => shown[name]);
  });
beforeEach(() => lines.splice(0));

it('serves clients with a certificate of its authority, and nobody else', async () => {
  const ours = new Authority('pinfold test');
  const theirs = new Authority('somebody else');
  const signed = (by: Authority, name: string) => {
    const { key, certificate: cert } = by.sign(name);
    return { key, cert };
  };
  const port = await startHostPort({
    port: 0,
    device: hostDevice(),
    tls: { port: 0, certificates: { ...signed(ours, 'hsm'), ca: ours.certificate } },
    logger,
  });
  const tls = { ...signed(ours, 'switch'), ca: ours.certificate };
  const link = await HsmLink.open({ host: '127.0.0.1', port: port.tlsPort, tls });
  const reply = await callHost(link, 'NC', {});
  expect(reply).toMatchObject({ ok: true, error: '00', fields: { firmware: '0001-0001' } });
  const made = await callHost(link, 'A0', { mode: '0', keyType: '001', schemeLmk: 'U' });
  expect(made.ok && made.fields.key).toMatch(/^U[0-9A-F]{32}$/);
  expect(await callHost(link, 'NC', {}, { lmk: '77' })).toEqual({ ok: false, error: '13' });
  const { key, certificate: cert } = ours.sign('switch', { expired: true });
  for (const wrong of [{}, signed(theirs, 'switch'), { key, cert }]) {
    expect(await refused({ ...wrong, ca: ours.certificate }, port.tlsPort)).toBe(true);
  }
  await link.close();
  await port.close();
});

it('lets each client use the commands that are its own, and strangers none', async () => {
  const authority = new Authority('pinfold test');
  const [server, atm, officer, stranger] = ['hsm', 'atm switch', 'key officer', 'stranger'].map(
    (name) => authority.sign(name),
  );
  const { certificate: ca } = authority;
  const clients = readClientRights(
    JSON.stringify({
      clients: [
        { name: 'atm switch', sha256: atm!.fingerprint, commands: ['pins', 'NC', 'NK'] },
        { name: 'key officer', sha256: officer!.fingerprint, commands: ['keys', 'rsa', 'RA'] },
      ],
    }),
  );
  const port = await startHostPort({
    port: 0,
    device: hostDevice(),
    tls: { port: 0, certificates: { key: server!.key, cert: server!.certificate, ca }, clients },
    logger,
  });
  const open = ({ key, certificate: cert }: { key: string; certificate: string }) =>
    HsmLink.open({ host: '127.0.0.1', port: port.tlsPort, tls: { key, cert, ca } });
  const asAtm = await open(atm!);
  const asOfficer = await open(officer!);
  const account = '000012345678';
  expect(await callHost(asAtm, 'NC', {})).toMatchObject({ ok: true });
  const pin = { clearPin: '1234F', account };
  expect(await callHost(asAtm, 'BA', pin)).toMatchObject({ ok: true });
  const wanted = { mode: '0', keyType: '001', schemeLmk: 'U' } as const;
  expect(await callHost(asAtm, 'A0', wanted)).toEqual({ ok: false, error: '68' });
  expect(await callHost(asOfficer, 'A0', wanted)).toMatchObject({ ok: true });
  expect(await callHost(asOfficer, 'BA', pin)).toEqual({ ok: false, error: '68' });
  // Chained commands are held to the same list.
  const command = Buffer.from('A00001U');
  const commands = [{ length: '0007', command }];
  const chain = { headers: '0' as const, count: '01', commands };
  const chained = await callHost(asAtm, 'NK', chain);
  expect(chained).toMatchObject({ ok: true, fields: { replies: [{ length: '0004' }] } });
  expect(Buffer.from(chained.ok ? chained.fields.replies[0]!.reply : [])).toEqual(
    Buffer.from('A168'),
  );
  // What is the device's is one for all of them: the officer ends the authorised state of the switch.
  expect(await callHost(asOfficer, 'RA', {})).toMatchObject({ ok: true });
  expect(await callHost(asAtm, 'BA', pin)).toEqual({ ok: false, error: '17' });
  expect(port.device.volumes.get('BA')).toBe(3);
  const { key, certificate: cert } = stranger!;
  expect(said('state', 'name')).toEqual([['ended', undefined]]);
  expect(await refused({ key, cert, ca }, port.tlsPort)).toBe(true);
  expect(said('fingerprint')).toContainEqual([stranger!.fingerprint.replaceAll(':', '')]);
  await Promise.all([asAtm.close(), asOfficer.close()]);
  await port.close();
});

it('is authorised by two officers with certificates of their own, and by nobody else', async () => {
  const authority = new Authority('pinfold test');
  const [server, one, two, clerk] = ['hsm', 'one', 'two', 'clerk'].map((name) =>
    authority.sign(name),
  );
  const { certificate: ca } = authority;
  const rights = [
    { name: 'one', sha256: one!.fingerprint, commands: ['NC'], officer: true },
    { name: 'two', sha256: two!.fingerprint, commands: ['NC'], officer: true },
    { name: 'clerk', sha256: clerk!.fingerprint, commands: ['all'] },
  ];
  const port = await startHostPort({
    port: 0,
    device: hostDevice({ mode: 'hardened' }),
    tls: {
      port: 0,
      certificates: { key: server!.key, cert: server!.certificate, ca },
      clients: readClientRights(JSON.stringify({ clients: rights })),
    },
    logger,
  });
  const open = ({ key, certificate: cert }: { key: string; certificate: string }) =>
    HsmLink.open({ host: '127.0.0.1', port: port.tlsPort, tls: { key, cert, ca } });
  const [first, second, third] = await Promise.all([one!, two!, clerk!].map(open));
  const pin = { clearPin: '4829F', account: '000012345678' };
  const consent = { mode: '1' } as const;
  expect(await callHost(third!, 'BA', pin)).toEqual({ ok: false, error: '17' });
  expect(await callHost(third!, 'PX', consent)).toEqual({ ok: false, error: '17' });
  for (const time of [1, 2]) {
    // The same officer twice is one officer.
    expect([time, await callHost(first!, 'PX', consent)]).toMatchObject([
      time,
      { ok: true, fields: { state: '0' } },
    ]);
  }
  expect(await callHost(second!, 'PX', consent)).toMatchObject({ fields: { state: '1' } });
  expect(await callHost(third!, 'BA', pin)).toMatchObject({ ok: true });
  expect(await callHost(first!, 'PX', { mode: '0' })).toMatchObject({ fields: { state: '0' } });
  expect(await callHost(third!, 'BA', pin)).toEqual({ ok: false, error: '17' });
  expect(said('state', 'name')).toEqual([
    ['consent of one', 'one'],
    ['consent of one', 'one'],
    ['authorised', 'two'],
    ['ended', 'one'],
  ]);
  await Promise.all([first!.close(), second!.close(), third!.close()]);
  await port.close();
});

const HEX = 'AB'.repeat(32);

it.each([
  ['no JSON', '{', 'not a JSON document'],
  ['nobody', '{"clients":[]}', 'clients:'],
  ['another member', '{"clients":[],"more":1}', 'clients'],
  ['a short fingerprint', `{"clients":[{"name":"a","sha256":"AB","commands":["NC"]}]}`, 'sha256'],
  ['an unknown command', `{"clients":[{"name":"a","sha256":"${HEX}","commands":["Q1"]}]}`, 'code'],
  [
    'a certificate twice',
    `{"clients":[{"name":"a","sha256":"${HEX}","commands":["NC"]},{"name":"b","sha256":"${HEX}","commands":["all"]}]}`,
    'certificate of b is there twice',
  ],
])('refuses rights with %s, in one line', (_, text, message) => {
  expect(() => readClientRights(text)).toThrow(message);
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

/** What the network asks of a device, in both modes: keys, MACs, PINs, data keys. */
import { DesKey, fromHex } from '@pinfold/crypto';
import { unwrapKeyBlock } from '@pinfold/keyblock';
import { encryptPinBlock } from '@pinfold/pin';
import { Device } from './device.js';
import { MODES } from './policy/policy.js';
import { benchDevice, seededRandom, valued } from './testing.js';

const SEED = 'demo';

describe.each(MODES)('a %s device', (mode) => {
  const algorithm = 'T';
  const { device, envelopes, as, key } = benchDevice({ mode });
  const production = as('production');
  const zck = key('ZCK');
  const tmk = key('TMK');
  const working = (usage: 'TPK' | 'TAK' | 'ZPK' | 'ZAK') =>
    valued(device.execute(production, 'GenerateWorkingKey', { usage, algorithm }));

  /** The terminal's or other bank's side of an exported key. */
  const received = (keyBlock: string, transport: Uint8Array): Uint8Array => {
    if (mode === 'hardened') {
      const opened = unwrapKeyBlock({ kbpk: transport, block: keyBlock });
      if (!opened.ok) throw new Error(opened.code);
      return opened.value.key;
    }
    const cipher = DesKey.of(transport);
    const out = fromHex(keyBlock);
    for (let at = 0; at < out.length; at += 8) cipher.decryptInto(out, at, out, at);
    return out;
  };

  it('delivers one envelope to each custodian, whose XOR is the key', () => {
    const [a, b] = envelopes.slice(2, 4);
    expect(a!.custodian).not.toBe(b!.custodian);
    const tpk = working('TPK');
    const exported = valued(device.execute(production, 'ExportKey', { key: tpk.key, under: tmk }));
    expect(exported.checkValue).toBe(tpk.checkValue);
    const transport = a!.component.map((byte, i) => byte ^ b!.component[i]!);
    expect(received(exported.keyBlock, transport)).toHaveLength(16);
  });

  it('makes and verifies MACs, one at a time and in a batch', async () => {
    const { key: tak } = working('TAK');
    const data = Uint8Array.from({ length: 100 }, (_, i) => i);
    const { mac } = valued(device.execute(production, 'GenerateMac', { key: tak, data }));
    expect(device.execute(production, 'VerifyMac', { key: tak, data, mac }).ok).toBe(true);
    const wrong = Uint8Array.from(mac, (byte, i) => (i === 7 ? byte ^ 1 : byte));
    const answers = device.executeMany(production, [
      { command: 'VerifyMac', input: { key: tak, data, mac } },
      { command: 'VerifyMac', input: { key: tak, data, mac: wrong } },
    ]);
    expect(answers.map((answer) => (answer.ok ? 'ok' : answer.code))).toEqual([
      'ok',
      'MAC_INVALID',
    ]);
    const many = Array.from({ length: 40 }, (_, i) => data.subarray(0, 1 + 2 * i));
    const made = device.executeMany(
      production,
      many.map((each) => ({ command: 'GenerateMac', input: { key: tak, data: each } })),
    );
    expect(made).toEqual(
      many.map((each) => device.execute(production, 'GenerateMac', { key: tak, data: each })),
    );
  });

  it.each([
    ['visa-pvv', 'PVK', '4000000000000010'],
    ['ibm3624', 'PGK', '5100000000000017'],
  ] as const)('translates and verifies a PIN by %s', (method, usage, pan) => {
    const { tableId } = valued(
      device.execute(as('keyManager'), 'RegisterDecimalisationTable', {
        table: '0123456789012345',
      }),
    );
    valued(device.execute(as('officer'), 'ActivateDecimalisationTable', { tableId }));
    const pvk = key('P', { usage });
    const { record } = valued(
      device.execute(production, 'IssueDemoPin', {
        pan,
        seed: SEED,
        method,
        pvk,
        pvki: '1',
        tableId,
      }),
    );
    expect(record).not.toContain(pan);
    const { pin } = valued(device.execute(production, 'ShowDemoPin', { pan, seed: SEED }));
    const tpk = working('TPK');
    const zpk = working('ZPK').key;
    const exported = valued(device.execute(production, 'ExportKey', { key: tpk.key, under: tmk }));
    const [a, b] = envelopes.slice(2, 4);
    const clearTpk = received(
      exported.keyBlock,
      a!.component.map((byte, i) => byte ^ b!.component[i]!),
    );
    const blockOf = (typed: string) =>
      encryptPinBlock({ format: 'iso0', key: DesKey.of(clearTpk), pin: typed, pan });
    const translate = (typed: string) => ({
      pinBlock: blockOf(typed),
      pan,
      from: { key: tpk.key, format: 'iso0' as const },
      to: { key: zpk, format: 'iso3' as const },
    });
    const wrongPin = pin === '1234' ? '4321' : '1234';
    const pins = Array.from({ length: 12 }, (_, i) => (i % 4 === 3 ? wrongPin : pin));
    const translated = device.executeMany(
      production,
      pins.map((typed) => ({ command: 'TranslatePinBlock', input: translate(typed) })),
    ) as { ok: true; value: { pinBlock: Uint8Array } }[];
    const inputs = translated.map(({ value }) => ({
      pinBlock: value.pinBlock,
      pan,
      key: zpk,
      format: 'iso3' as const,
      pvk,
      record,
    }));
    const expected = pins.map((typed) => (typed === pin ? 'ok' : 'PIN_WRONG'));
    const verdicts = device.executeMany(
      production,
      inputs.map((input) => ({ command: 'VerifyPin', input })),
    );
    const single = inputs.map((input) => device.execute(production, 'VerifyPin', input));
    expect(verdicts.map((answer) => (answer.ok ? 'ok' : answer.code))).toEqual(expected);
    expect(single.map((answer) => (answer.ok ? 'ok' : answer.code))).toEqual(expected);
  });

  it('moves working keys and data keys to another device under a zone key', () => {
    const other = benchDevice({ mode }, 'other');
    const { ceremony } = valued(
      other.device.execute(other.as('keyManager'), 'OpenCeremony', {
        type: 'ZCK',
        custodians: ['ann', 'bob'],
      }),
    );
    const shares = ['ann', 'bob'].map(
      (name, i) =>
        valued(
          other.device.execute(other.as('custodian', name), 'ContributeShare', {
            ceremony,
            component: envelopes[i]!.component,
          }),
        ).share,
    );
    const combined = valued(
      other.device.execute(other.as('custodian'), 'CombineKeyShares', { type: 'ZCK', shares }),
    );
    const zak = working('ZAK');
    const exported = valued(device.execute(production, 'ExportKey', { key: zak.key, under: zck }));
    const imported = valued(
      other.device.execute(other.as('production'), 'ImportKey', {
        keyBlock: exported.keyBlock,
        under: combined.key,
        usage: 'ZAK',
        checkValue: exported.checkValue,
      }),
    );
    const data = Uint8Array.of(1, 2, 3);
    const ours = valued(device.execute(production, 'GenerateMac', { key: zak.key, data }));
    const theirs = valued(
      other.device.execute(other.as('production'), 'GenerateMac', { key: imported.key, data }),
    );
    expect(theirs).toEqual(ours);

    const context = 'acq1 bank-a';
    const made = valued(device.execute(production, 'GenerateDataKey', { context }));
    const { keyBlock } = valued(
      device.execute(as('keyManager'), 'ExportDataKey', { wrapped: made.wrapped, zck, context }),
    );
    const { wrapped } = valued(
      other.device.execute(other.as('keyManager'), 'ImportDataKey', {
        keyBlock,
        zck: combined.key,
        context,
      }),
    );
    const back = other.device.execute(other.as('production'), 'DecryptDataKey', {
      wrapped,
      context,
    });
    expect(valued(back).dataKey).toEqual(made.dataKey);
  });

  it('comes back from its sealed state, and refuses a damaged one', () => {
    const sealingKey = new Uint8Array(32).fill(7);
    const sealed = device.sealState(sealingKey);
    const options = { random: seededRandom('again'), clock: { now: () => 0 } };
    const { key: tak } = working('TAK');
    const opened = Device.openState(sealed, sealingKey, options);
    const again = valued(opened);
    const session = again.session({ name: 'x', role: 'production' });
    const data = Uint8Array.of(9);
    expect(again.execute(session, 'GenerateMac', { key: tak, data })).toEqual(
      device.execute(production, 'GenerateMac', { key: tak, data }),
    );
    for (const at of [0, 9, 30, sealed.length - 1]) {
      const damaged = Uint8Array.from(sealed, (byte, i) => (i === at ? byte ^ 1 : byte));
      expect(Device.openState(damaged, sealingKey, options).ok).toBe(false);
    }
  });
});

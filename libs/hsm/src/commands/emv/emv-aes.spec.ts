/** EMV under AES keys through the device: generated cases, and what does not go together. */
import { readFileSync } from 'node:fs';
import { AesKey, fromHex, toHex } from '@pinfold/crypto';
import { encryptPinBlock } from '@pinfold/pin';
import { valued } from '../../testing.js';
import { keyBench } from '../../testing-keys.js';

type Row = Readonly<Record<string, string>>;
const { tables } = JSON.parse(
  readFileSync(new URL('../../../../../vectors/generated/emv-aes.json', import.meta.url), 'utf8'),
) as { tables: { id: string; columns: string[]; rows: string[][] }[] };
const CASES = 20;
const rowsOf = (id: string): Row[] => {
  const { columns, rows } = tables.find((table) => table.id === id)!;
  const entry = (row: string[]) => columns.map((name, i) => [name, row[i]!] as const);
  return rows.slice(0, CASES).map((row) => Object.fromEntries(entry(row)));
};
const { ask, load, clear, key: make } = keyBench('hardened');
const loaded = (usage: 'IMKAC' | 'IMKSMI' | 'IMKSMC', hex: string) => load(usage, hex, 'A');
const cardOf = ({ pan, psn }: Row) => ({ pan: pan!, psn: psn! });

const requestOf = (row: Row) =>
  ({
    ...cardOf(row),
    imk: loaded('IMKAC', row.imk!),
    atc: fromHex(row.atc!),
    session: 'common',
    data: fromHex(row.data!),
    padding: 'none',
    arqc: fromHex(row['=arqc']!),
  }) as const;

describe('cryptograms under AES', () => {
  it.each(rowsOf('arpc-1'))('method 1: $=arqc', (row) => {
    const asked = { ...requestOf(row), response: { arc: fromHex(row.arc!) } };
    const { arpc } = valued(ask('production', 'VerifyArqcGenerateArpc', asked));
    expect(toHex(arpc!)).toBe(row['=arpc']);
  });

  it.each(rowsOf('arpc-2'))('method 2: $=arqc', (row) => {
    const proprietaryData = fromHex(row.proprietaryData!);
    const response = { csu: fromHex(row.csu!), proprietaryData };
    const asked = { ...requestOf(row), response };
    const { arpc } = valued(ask('production', 'VerifyArqcGenerateArpc', asked));
    expect(toHex(arpc!)).toBe(row['=arpc']);
  });

  it('refuses derivations, sessions and paddings of triple DES, and each wrong bit', () => {
    const asked = requestOf(rowsOf('arpc-1')[0]!);
    const verify = (change: object) =>
      ask('production', 'VerifyArqcGenerateArpc', { ...asked, ...change });
    expect(verify({ derivation: 'C' }).ok).toBe(true);
    for (const derivation of ['A', 'B']) {
      expect(verify({ derivation })).toMatchObject({ code: 'INPUT_INVALID' });
    }
    for (const session of ['emv2000', 'mastercard']) {
      const un = new Uint8Array(4);
      expect(verify({ session, un })).toMatchObject({ code: 'INPUT_INVALID' });
    }
    expect(verify({ padding: 'iso2' })).toMatchObject({ code: 'INPUT_INVALID' });
    for (let bit = 0; bit < 64; bit++) {
      const arqc = asked.arqc.slice();
      arqc[bit >> 3]! ^= 0x80 >> (bit % 8);
      expect(verify({ arqc })).toEqual({ ok: false, code: 'ARQC_WRONG' });
    }
    const imk = load('IMKAC', '0123456789ABCDEFFEDCBA9876543210');
    expect(verify({ imk, derivation: 'C' })).toMatchObject({ code: 'INPUT_INVALID' });
  });
});

describe('scripts under AES', () => {
  const pad = make('WK', { usage: 'ZPK', algorithm: 'A' });
  const padClear = AesKey.of(clear(pad));
  const scriptOf = (row: Row) =>
    ({
      ...cardOf(row),
      atc: fromHex(row.macPrefix!.slice(0, 4)),
      cryptogram: fromHex(row.cryptogram!),
      session: 'common',
      commandHeader: fromHex(row.commandHeader!),
    }) as const;

  it.each(['emv', 'mastercard'] as const)('MAC and data, padded as %s', (encryption) => {
    for (const row of rowsOf(`script-${encryption}`)) {
      const data = fromHex(row['=pinBlock']!);
      const imk = loaded('IMKSMC', row.imkSmc!);
      const enciphered = ask('production', 'EncryptScriptData', {
        ...scriptOf(row),
        imk,
        data,
        encryption,
      });
      expect(toHex(valued(enciphered).data)).toBe(row['=commandData']);
      const made = ask('production', 'GenerateScriptMac', {
        ...scriptOf(row),
        imk: loaded('IMKSMI', row.imkSmi!),
        commandData: fromHex(row['=commandData']!),
      });
      expect(toHex(valued(made).mac)).toBe(row['=mac']);
    }
  });

  it('puts a new PIN into a script', () => {
    const row = rowsOf('script-emv')[0]!;
    const pinBlock = encryptPinBlock({
      format: 'iso4',
      key: padClear,
      pin: '9275',
      pan: row.pan!,
      random: (length) => new Uint8Array(length),
    });
    const asked = {
      ...scriptOf(row),
      imkIntegrity: loaded('IMKSMI', row.imkSmi!),
      imkConfidentiality: loaded('IMKSMC', row.imkSmc!),
      encryption: 'emv',
      block: 'iso2',
      newPinBlock: pinBlock,
      key: pad,
      format: 'iso4',
    } as const;
    const change = (changed: object) =>
      ask('production', 'GeneratePinChangeScript', { ...asked, ...changed });
    const { commandData, mac } = valued(change({}));
    const data = fromHex('249275FFFFFFFFFF');
    const imk = asked.imkConfidentiality;
    const alone = { ...scriptOf(row), imk, data, encryption: 'emv' } as const;
    expect(valued(ask('production', 'EncryptScriptData', alone)).data).toEqual(commandData);
    expect(mac).toHaveLength(8);
    expect(change({ encryption: 'visa' })).toMatchObject({ code: 'INPUT_INVALID' });
    expect(change({ session: 'visa' })).toMatchObject({ code: 'INPUT_INVALID' });
    const imkCryptogram = loaded('IMKAC', row.imkSmc!);
    expect(change({ imkCryptogram, block: 'visa' })).toMatchObject({ code: 'INPUT_INVALID' });
  });
});

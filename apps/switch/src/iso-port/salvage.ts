/**
 * What can still be read of a message that does not parse: MTI, STAN and, with luck, date and
 * terminal, so that its sender gets an answer 30 instead of silence.
 *
 * Fields stand in order of number, so what comes before the fault is sound: the bitmap is cut after
 * field 41, then after field 11, and what it then announces is measured and parsed.
 */
import { type IsoMessage, measure, type Packaging, parse } from '@pinfold/iso8583';

const CUTS = [41, 11];
/** Fields of an answer that says no more than "not understood". */
const ECHOED = [3, 7, 11, 12, 13, 32, 37, 41, 70];

/** Undefined when not even MTI and STAN can be read. */
export function salvage(bytes: Uint8Array, packaging: Packaging): IsoMessage | undefined {
  for (const last of CUTS) {
    const cut = withoutFieldsAfter(bytes, packaging, last);
    const measured = cut && measure(cut, packaging);
    if (!cut || !measured?.ok || !measured.value.complete) continue;
    const parsed = parse(cut.subarray(0, measured.value.bytes), packaging);
    if (parsed.ok && parsed.value.fields[11] !== undefined) return parsed.value;
  }
  return undefined;
}

/** MTI, a primary bitmap without the bits after `last`, and the fields. */
function withoutFieldsAfter(
  bytes: Uint8Array,
  { encoding, alwaysSecondary }: Packaging,
  last: number,
): Uint8Array | undefined {
  const mtiBytes = encoding.mti === 'bcd' ? 2 : 4;
  const hex = encoding.bitmap === 'hex';
  const mapBytes = hex ? 16 : 8;
  if (alwaysSecondary || bytes.length < mtiBytes + mapBytes) return undefined;
  const text = Buffer.from(bytes.subarray(mtiBytes, mtiBytes + mapBytes));
  const map = hex ? Buffer.from(text.toString('latin1'), 'hex') : text;
  if (map.length !== 8) return undefined;
  const fieldsAt = mtiBytes + (map[0]! & 0x80 ? 2 : 1) * mapBytes;
  map[0]! &= 0x7f;
  for (let number = last + 1; number <= 64; number++) {
    map[(number - 1) >> 3]! &= ~(0x80 >> ((number - 1) & 7));
  }
  const written = hex ? Buffer.from(map.toString('hex').toUpperCase(), 'latin1') : map;
  return Buffer.concat([bytes.subarray(0, mtiBytes), written, bytes.subarray(fieldsAt)]);
}

/** True for 0200, 0220, 0421, 0800 …: somebody waits for an answer to it. */
export function wantsAnswer(mti: string): boolean {
  return mti[2] === '0' || mti[2] === '2';
}

/** The answer with a response code and without a MAC: 0210, 0230, 0430, 0810. */
export function refusalOf({ mti, fields }: IsoMessage, code: string): IsoMessage {
  const answer: IsoMessage = {
    mti: `${mti.slice(0, 2)}${Number(mti[2]) + 1}0`,
    fields: { 39: code },
  };
  for (const number of ECHOED) {
    const value = fields[number];
    if (value !== undefined) answer.fields[number] = value;
  }
  return answer;
}

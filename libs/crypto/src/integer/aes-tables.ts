/** The tables of AES encryption, made from the field: FIPS 197 sections 4.2 and 5.1. */

function double(x: number): number {
  return ((x << 1) ^ ((x >> 7) * 0x11b)) & 0xff;
}

/** The S-box: the inverse in GF(2^8) through the affine map. */
export const AES_S_BOX: Uint8Array = (() => {
  const box = new Uint8Array(256);
  let power = 1;
  let inverse = 1;
  do {
    // Powers of 3 and of its inverse: each element meets its inverse once.
    power ^= double(power);
    for (const shift of [1, 2, 4]) inverse ^= inverse << shift;
    inverse = (inverse & 0xff) ^ ((inverse >> 7) & 1 ? 0x09 : 0);
    let out = 0x63;
    for (let turn = 0; turn < 5; turn++) out ^= (inverse << turn) | (inverse >> (8 - turn));
    box[power] = out & 0xff;
  } while (power !== 1);
  box[0] = 0x63;
  return box;
})();

/** S-box and MixColumns of byte 0 to 3 of a column, a column being a word whose first byte is lowest. */
export const AES_COLUMNS: readonly Int32Array[] = [0, 8, 16, 24].map((turn) =>
  Int32Array.from({ length: 256 }, (_, x) => {
    const s = AES_S_BOX[x]!;
    const column = ((s ^ double(s)) << 24) | (s << 16) | (s << 8) | double(s);
    return turn === 0 ? column : (column << turn) | (column >>> (32 - turn));
  }),
);

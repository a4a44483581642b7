/**
 * What `npm run mutation` tests, part by part: the folder of the code and its specs, the published
 * vectors that go with it, and the modules of libs/vectors/src/ops that run those. TR-34 is a part of
 * its own because its specs make RSA keys, too slow for every mutant of the key blocks.
 */
export const PARTS = {
  pin: {
    folder: 'libs/pin/src',
    vectors: /^(pin-|card-values|dukpt-)/,
    ops: ['pin', 'card-values', 'dukpt'],
  },
  keyblock: {
    folder: 'libs/keyblock/src',
    except: 'libs/keyblock/src/tr34',
    vectors: /^(tr31|thales-key-block)/,
    ops: ['key-block'],
  },
  tr34: { folder: 'libs/keyblock/src/tr34', vectors: /^tr34/, ops: ['tr34'] },
  emv: { folder: 'libs/emv/src', vectors: /^emv/, ops: ['emv', 'emv-data'] },
};

/** The part that a file of the repository belongs to. */
export function partOf(file) {
  const inside = (folder) => folder !== undefined && file.startsWith(`${folder}/`);
  return Object.keys(PARTS).find(
    (name) => inside(PARTS[name].folder) && !inside(PARTS[name].except),
  );
}

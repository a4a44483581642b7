import { TR34_NONCE_BYTES, tr34NonceToken } from '@pinfold/keyblock/tr34';
import { dataCommand } from '../../declare/command.js';
import { bytes } from '../../declare/field.js';
import { done } from '../../outcome.js';

export const randomNumber = dataCommand({
  name: 'Tr34RandomNumber',
  group: 'tr34',
  title: 'makes the random number that a token of the distributor must answer, once and soon',
  source: 'ASC X9 TR-34:2019, 5 (two-pass), B.12',
  roles: ['keyManager', 'officer'],
  input: {},
  output: {
    nonce: bytes('random number; open for ten minutes', { length: TR34_NONCE_BYTES }),
    token: bytes('the random number as a token, for the distributor', { length: 34 }),
  },
  errors: [],
  rules: [],
  run(core) {
    const nonce = core.tr34.nonce(core.random, core.now);
    return done({ nonce, token: tr34NonceToken(nonce) });
  },
});

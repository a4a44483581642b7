import type { HsmAnswer, HsmClient } from '@pinfold/hsm-client';
import { type ToldRefusal, toldClient } from './told-client.js';

it('tells of a refusal with the payShield’s own code, once a minute, and of no verdict', async () => {
  const told: ToldRefusal[] = [];
  let now = 0;
  let answers: HsmAnswer[] = [];
  const client = toldClient(
    { execute: async () => answers } as unknown as HsmClient,
    (refusal) => told.push(refusal),
    () => now,
  );
  const ask = async (...given: HsmAnswer[]) => {
    answers = given;
    return client.run(
      'GenerateWorkingKey',
      given.map(() => ({ usage: 'ZPK' as const })),
    );
  };
  const refused = (code: string, rule?: string) => ({ ok: false, code, rule }) as HsmAnswer;
  const disabled = refused('PAYSHIELD_REFUSES', 'payshield.68');
  expect(await ask(disabled, disabled)).toEqual([disabled, disabled]);
  const [first] = told.splice(0);
  expect(first).toEqual({
    command: 'GenerateWorkingKey',
    code: 'PAYSHIELD_REFUSES',
    rule: 'payshield.68',
  });
  await ask(disabled, refused('PIN_WRONG'), refused('X', 'M3.same-account'), {
    ok: true,
    value: {},
  });
  expect(told).toEqual([]);
  await ask(refused('TOKEN_INVALID', 'payshield.10'));
  now = 60_000;
  await ask(disabled);
  expect(told.map(({ rule }) => rule)).toEqual(['payshield.10', 'payshield.68']);
});

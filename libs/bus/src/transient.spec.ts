import { isTransient, reasonOf } from './transient.js';

const error = (members: object, message = 'x') => Object.assign(new Error(message), members);

describe('isTransient', () => {
  it.each([
    ['refused connection', error({ code: 'ECONNREFUSED' })],
    ['deadlock', error({ code: '40P01' })],
    ['serialisation failure', error({ code: '40001' })],
    ['any connection exception', error({ code: '08006' })],
    ['too many connections', error({ code: '53300' })],
    ['server going down', error({ code: '57P01' })],
    ['disk full', error({ code: '58030' })],
    ['lost connection of pg', error({}, 'Connection terminated unexpectedly')],
    ['an error that says so', error({ transient: true })],
    ['no device', error({ name: 'HsmUnavailable' })],
    ['wrapped by TypeORM', error({ driverError: error({ code: '40P01' }) })],
    ['a cause', new Error('x', { cause: error({ code: 'ECONNRESET' }) })],
  ])('waits out: %s', (_name, given) => {
    expect(isTransient(given)).toBe(true);
  });

  it.each([
    ['a bug', new TypeError('x')],
    ['a broken constraint', error({ code: '23514' })],
    ['a code of the same beginning', error({ code: '08SOMETHING' })],
    ['a text', 'ECONNREFUSED'],
    ['nothing', undefined],
  ])('does not wait out: %s', (_name, given) => {
    expect(isTransient(given)).toBe(false);
  });

  it('does not follow causes for ever', () => {
    const one = new Error('one');
    one.cause = one;
    expect(isTransient(one)).toBe(false);
  });
});

describe('reasonOf', () => {
  it('says class and code, never the message', () => {
    expect(reasonOf(error({ code: '23505' }, 'Key (pan)=(4000000000000002)'))).toBe('Error 23505');
    expect(reasonOf(new RangeError('4000000000000002'))).toBe('RangeError');
    expect(reasonOf('4000000000000002')).toBe('string');
    expect(reasonOf({ name: 'a name with spaces 4000000000000002' })).toBe('Error');
    expect(reasonOf(null)).toBe('object');
  });
});

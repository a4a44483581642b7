import { TIMEOUTS } from '../node.js';
import { dueOn, type LinkRecord, newLink, withAsked } from './links.js';

const NOW = 1_795_000_000_000;
const { keyLifeMs, networkAnswerMs } = TIMEOUTS;

const link = (more: Partial<LinkRecord> = {}): LinkRecord => {
  return { ...newLink('bank-a'), signedOn: true, heardMs: NOW, keysMs: NOW, ...more };
};
const due = (record: LinkRecord, o: { confirmed?: boolean; keyed?: boolean } = {}) =>
  dueOn(record, { nowMs: NOW, timeouts: TIMEOUTS, confirmed: true, keyed: true, ...o });

describe('what is due on a link', () => {
  it('is nothing while it is signed on, heard of and has fresh keys', () => {
    expect(due(link())).toBeUndefined();
  });

  it('is a key change before the keys are confirmed', () => {
    expect(due(link(), { confirmed: false })).toBe('101');
  });

  it('is a key change from the moment on that the keys are past their life', () => {
    expect(due(link({ keysMs: NOW - keyLifeMs + 1 }))).toBeUndefined();
    expect(due(link({ keysMs: NOW - keyLifeMs }))).toBe('101');
  });

  it('is a key change when somebody wants one, once until it may have been answered', () => {
    const wanted = link({ keysMs: 0 });
    expect(due(wanted)).toBe('101');
    const ask = (sentMs: number) =>
      withAsked(wanted, { code: '101', transmittedAt: '1121120000', sentMs, keyVersion: 2 });
    expect(due(ask(NOW - networkAnswerMs + 1))).toBeUndefined();
    expect(due(ask(NOW - networkAnswerMs))).toBe('101');
  });

  it('is a sign-on after a sign-off, and an echo after silence', () => {
    expect(due(link({ signedOn: false }))).toBe('001');
    expect(due(link({ heardMs: NOW - TIMEOUTS.echoEveryMs }))).toBe('301');
  });
});

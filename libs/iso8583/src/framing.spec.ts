import fc from 'fast-check';
import { FrameSplitter, type Framing, frame } from './framing.js';
import { pack } from './pack.js';
import { BINARY_1987 } from './packaging.js';

const FRAMINGS: Framing[] = [
  { kind: 'length2', headerBytes: 0, maxBytes: 4096 },
  { kind: 'length2', headerBytes: 5, maxBytes: 4096 },
  { kind: 'length4', headerBytes: 0, maxBytes: 4096 },
  { kind: 'none', headerBytes: 0, maxBytes: 4096 },
  { kind: 'none', headerBytes: 5, maxBytes: 4096, packaging: BINARY_1987 },
];

const messages = (framing: Framing, count: number) =>
  Array.from({ length: count }, (_, i) =>
    pack(
      {
        mti: '0800',
        fields: { 11: String(i + 1).padStart(6, '0'), 48: 'x'.repeat(i * 7), 70: '301' },
      },
      framing.packaging,
    ),
  );

const join = (parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((p) => [...p]));

describe.each(FRAMINGS.map((f) => [f.kind, f.headerBytes, f] as const))(
  '%s, header %i',
  (_, header, framing) => {
    const own = messages(framing, 6);
    const head = new Uint8Array(header).fill(0x60);
    const stream = join(own.map((m) => frame(m, framing, head)));

    it('gives the same messages however the stream is cut', () => {
      fc.assert(
        fc.property(fc.array(fc.nat(stream.length), { maxLength: 12 }), (cuts) => {
          const places = [0, ...cuts.sort((a, b) => a - b), stream.length];
          const splitter = new FrameSplitter(framing);
          const out = [];
          for (let i = 1; i < places.length; i++) {
            const pushed = splitter.push(stream.subarray(places[i - 1]!, places[i]!));
            if (!pushed.ok) throw new Error(pushed.detail);
            out.push(...pushed.value);
          }
          expect(out.map((f) => [...f.message])).toEqual(own.map((m) => [...m]));
          expect(out.every((f) => [...f.header].join() === [...head].join())).toBe(true);
          expect(splitter.pendingBytes).toBe(0);
        }),
      );
    });

    it('gives them byte by byte', () => {
      const splitter = new FrameSplitter(framing);
      let count = 0;
      for (const byte of stream) {
        const pushed = splitter.push(Uint8Array.of(byte));
        count += pushed.ok ? pushed.value.length : Number.NaN;
      }
      expect(count).toBe(own.length);
    });
  },
);

describe('refusals', () => {
  it('come before anything is kept for the frame, and last', () => {
    const splitter = new FrameSplitter({ kind: 'length2', headerBytes: 0, maxBytes: 100 });
    expect(splitter.push(Uint8Array.of(0, 101))).toMatchObject({
      ok: false,
      code: 'FRAME_TOO_LONG',
    });
    expect(splitter.pendingBytes).toBe(0);
    expect(splitter.push(Uint8Array.of(0, 1, 1))).toMatchObject({ ok: false });
  });

  it('take a frame of exactly the limit', () => {
    const splitter = new FrameSplitter({ kind: 'length2', headerBytes: 0, maxBytes: 100 });
    const pushed = splitter.push(Uint8Array.of(0, 100, ...new Uint8Array(100)));
    expect(pushed.ok && pushed.value[0]?.message.length).toBe(100);
  });

  it.each([
    [
      'letters for a length',
      { kind: 'length4', headerBytes: 0, maxBytes: 100 },
      '00X1',
      'FRAME_LENGTH',
    ],
    [
      'a length below the header',
      { kind: 'length4', headerBytes: 5, maxBytes: 100 },
      '0004',
      'FRAME_LENGTH',
    ],
    [
      'no ISO 8583',
      { kind: 'none', headerBytes: 0, maxBytes: 100 },
      'GET / HTTP/1.1',
      'FRAME_CONTENT',
    ],
  ] as const)('of %s', (_, framing, text, code) => {
    expect(new FrameSplitter(framing).push(Buffer.from(text))).toMatchObject({ ok: false, code });
  });

  it('of a message longer than the line takes', () => {
    const framing: Framing = { kind: 'length4', headerBytes: 0, maxBytes: 20_000 };
    expect(() => frame(new Uint8Array(10_000), framing)).toThrow(RangeError);
    expect(frame(new Uint8Array(9_999), framing)).toHaveLength(10_003);
  });
});

/** Good commands of each kind, made by the server itself: other keys, accounts and PINs in each. */
import { connect } from 'node:net';

const HEADER = 4;
/** Keys of each kind; every command has its own account. */
const KEYS = 16;
const MESSAGE = 'x'.repeat(96);

export const COMMANDS = ['NC', 'CC', 'DC', 'EC', 'M8', 'A0'];

/** Replies to commands, in order. */
function askAll(port, { FrameReader, framesOf }, commands) {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const reader = new FrameReader(HEADER + 2, 65_535);
    const replies = [];
    socket.once('error', reject);
    socket.on('data', (chunk) => {
      reader.push(chunk, (buffer, from, to) =>
        replies.push(buffer.toString('latin1', from + HEADER, to)),
      );
      if (replies.length < commands.length) return;
      socket.destroy();
      const refused = replies.findIndex((reply) => reply.slice(2, 4) !== '00');
      if (refused < 0) resolve(replies.map((reply) => reply.slice(4)));
      else reject(new Error(`${commands[refused].slice(0, 2)} was refused: ${replies[refused]}`));
    });
    socket.write(framesOf(commands.map((command) => `0000${command}`)));
  });
}

/** Frames by command code, `variants` of each. */
export async function framesFor(port, hostCommands, variants) {
  const ask = (commands) => askAll(port, hostCommands, commands);
  const numbers = Array.from({ length: variants }, (_, i) => i);
  const keys = async (type) => {
    const made = await ask(Array(KEYS).fill(`A00${type}U`));
    return made.map((reply) => reply.slice(0, -6));
  };
  const pick = (list) => numbers.map((i) => list[i % KEYS]);
  const zpk = pick(await keys('001'));
  const other = pick(await keys('001'));
  const pvk = pick(await keys('002'));
  const zak = pick(await keys('008'));
  const [zmk] = await keys('000');
  const account = numbers.map((i) => String(12_345_678 + 7_919 * i).padStart(12, '0'));
  const pin = await ask(numbers.map((i) => `BA${1_000 + ((i * 37) % 9_000)}F${account[i]}`));
  const block = await ask(numbers.map((i) => `JG${zpk[i]}01${account[i]}${pin[i]}`));
  const pvv = await ask(numbers.map((i) => `DG${pvk[i]}${pin[i]}${account[i]}1`));
  // The same PINs under TPKs: the ZPKs' values, imported as TPKs.
  const exported = await ask(numbers.map((i) => `A8001${zmk}${zpk[i]}X`));
  const tpk = await ask(exported.map((reply) => `A6002${zmk}${reply.slice(0, -6)}U`));
  const macHead = numbers.map((i) => `00131008${zak[i]}0060${MESSAGE}`);
  const mac = await ask(macHead.map((head) => `M6${head}`));
  const commands = {
    NC: () => 'NC',
    CC: (i) => `CC${zpk[i]}${other[i]}12${block[i]}0101${account[i]}`,
    DC: (i) => `DC${tpk[i].slice(0, -6)}${pvk[i]}${block[i]}01${account[i]}1${pvv[i]}`,
    EC: (i) => `EC${zpk[i]}${pvk[i]}${block[i]}01${account[i]}1${pvv[i]}`,
    M8: (i) => `M8${macHead[i]}${mac[i]}`,
    A0: () => 'A00001U',
  };
  return Object.fromEntries(
    COMMANDS.map((code) => {
      const frames = numbers.map((i) => {
        const header = String(i).padStart(HEADER, '0');
        return hostCommands.framesOf([header + commands[code](i)]);
      });
      return [code, frames];
    }),
  );
}

/** Messages of the same lengths, with "00" where a reply has its error. */
export function echoesOf(frames) {
  return frames.map((frame) => {
    const echo = Buffer.from(frame);
    echo.write('00', 2 + HEADER + 2, 'latin1');
    return echo.length < 2 + HEADER + 4 ? Buffer.from('\0\x080000NC00', 'latin1') : echo;
  });
}

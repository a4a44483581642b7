/** A process that runs some hops of the relay: `worker.mjs BROKERS SUFFIX FROM>TO…`. */
import { relayHop } from './hop.mjs';

const [brokers, suffix, ...hops] = process.argv.slice(2);
const stops = await Promise.all(
  hops.map((hop) => {
    const [from, to] = hop.split('>');
    return relayHop({ brokers, from, to, suffix });
  }),
);
process.on('message', async (message) => {
  if (message === 'cpu') process.send({ cpu: process.cpuUsage() });
  if (message === 'stop') {
    await Promise.all(stops.map((stop) => stop()));
    process.exit(0);
  }
});
process.on('disconnect', () => process.exit(1));
process.send('ready');

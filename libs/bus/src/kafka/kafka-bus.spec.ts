import { busContract } from '../bus.contract.js';
import { startKafkaForTests } from '../kafka-for-tests.js';
import { KafkaBus } from './kafka-bus.js';

const brokers = await startKafkaForTests();

if (brokers === undefined) {
  describe('Kafka bus', () => {
    it.skip('needs Java 17 and Maven', () => {});
  });
} else {
  busContract('Kafka bus', {
    open: () =>
      KafkaBus.open({
        brokers: brokers.split(','),
        clientId: 'contract',
        delivery: { firstPauseMs: 1, longestPauseMs: 5 },
      }),
    outlivesTheBus: true,
  });
}

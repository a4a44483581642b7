/** The configuration of a single broker (KRaft, broker and controller in one) on the loopback address. */

/** What differs from Kafka's defaults, and why. */
const SETTINGS = {
  'process.roles': 'broker,controller',
  'node.id': 1,
  'controller.listener.names': 'CONTROLLER',
  'inter.broker.listener.name': 'PLAINTEXT',
  'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
  // one node: one copy of everything
  'default.replication.factor': 1,
  'min.insync.replicas': 1,
  'offsets.topic.replication.factor': 1,
  'transaction.state.log.replication.factor': 1,
  'transaction.state.log.min.isr': 1,
  'share.coordinator.state.topic.replication.factor': 1,
  'share.coordinator.state.topic.min.isr': 1,
  // fifty partitions each are what makes the first join of a group and a restart slow
  'offsets.topic.num.partitions': 4,
  'transaction.state.log.num.partitions': 4,
  'share.coordinator.state.topic.num.partitions': 1,
  'auto.create.topics.enable': false,
  'num.partitions': 6,
  // each first join of a group would wait three seconds
  'group.initial.rebalance.delay.ms': 0,
  // the floor for a client's session timeout; crash tests want short ones
  'group.min.session.timeout.ms': 1000,
  // how long after a kill the controller refuses the node: 9000 makes a restart take 11 s, this 4 s
  'broker.session.timeout.ms': 3000,
  'broker.heartbeat.interval.ms': 500,
  // a small machine
  'num.network.threads': 2,
  'num.io.threads': 4,
  'num.recovery.threads.per.data.dir': 2,
  'log.cleaner.dedupe.buffer.size': 4194304,
  'log.segment.bytes': 104857600,
  'log.index.size.max.bytes': 1048576,
  'log.retention.hours': 24,
};

/** Text of `server.properties`. `overrides` win. */
export function serverProperties({ port, controllerPort, logFolder, overrides = {} }) {
  const broker = `PLAINTEXT://127.0.0.1:${port}`;
  const all = {
    ...SETTINGS,
    listeners: `${broker},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': broker,
    'controller.quorum.bootstrap.servers': `127.0.0.1:${controllerPort}`,
    'log.dirs': logFolder,
    ...overrides,
  };
  return `${Object.entries(all)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n')}\n`;
}

/** The bus: one contract, in the process or on Kafka, and the Nest transport over it. */
export * from './bus.js';
export { busProgressCheck, exportBusMetrics } from './bus-metrics.js';
export { type DeliveryOptions, DeliveryStuck, revive } from './delivery.js';
export { EmbeddedBus, type EmbeddedBusOptions } from './embedded-bus.js';
export { KafkaBus, type KafkaBusOptions } from './kafka/kafka-bus.js';
export { BusClient } from './nest/bus-client.js';
export { BusContext } from './nest/bus-context.js';
export { BusServer, type BusServerOptions } from './nest/bus-server.js';
export { OnChunk } from './nest/on-chunk.js';
export { isTransient, reasonOf } from './transient.js';

/** The bus: one contract, in the process or on Kafka, and the Nest transport over it. */
export * from './bus.js';
export { type DeliveryOptions, DeliveryStuck, revive } from './delivery.js';
export { EmbeddedBus, type EmbeddedBusOptions } from './embedded-bus.js';
export { isTransient, reasonOf } from './transient.js';

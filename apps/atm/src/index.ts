/** What apps/pinfold takes from here to run the fleet in its own process. */
export * from './atm.module.js';
export * from './cashier.js';
export * from './fleet.service.js';
export * from './key-change-route.js';
export * from './load-route.js';
export * from './observer.js';
export * from './open-fleet.js';
export * from './pad-keys.js';
export * from './start-atm.js';
export * from './traffic/customers.js';
export * from './traffic/customers-file.js';
export * from './traffic/traffic-generator.js';
export * from './traffic/traffic-mix.js';
export * from './traffic/traffic-report.js';
export * from './withdrawal-route.js';

/** What the program that runs everything takes from the HSM process. */

export * from './client-rights.js';
export * from './host-port-options.js';
export * from './open-host-device.js';
export * from './start-device-port.js';
export * from './start-host-port.js';

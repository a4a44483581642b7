/** What the all-in-one program takes from the switch. */
export { panKeeper } from './compose.js';
export { DEMO_STAND_IN, SWITCH_SCHEMA, switchOptions } from './settings.js';
export { type RunningSwitch, startSwitch } from './start-switch.js';
export { SwitchModule } from './switch.module.js';
export { SwitchMetrics } from './switch-metrics.js';
export type { SwitchModuleOptions } from './switch-options.js';

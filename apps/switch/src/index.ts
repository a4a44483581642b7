/** What the all-in-one program takes from the switch. */
export { panKeeper } from './compose.js';
export { composeLines, issuersWith } from './iso-port/compose-lines.js';
export { type IsoPort, type IsoPortOptions, startIsoPort } from './iso-port/iso-port.js';
export type { Letter } from './iso-port/letter.js';
export { LINE_LIMITS, type LineLimits } from './iso-port/limits.js';
export { provisionLineKeys, withPartners } from './iso-port/line-keys.js';
export { type LineState, linesAnswerSchema } from './iso-port/line-state.js';
export {
  DEMO_LINES,
  LETTERS_FOLDER,
  type Lines,
  NO_LINES,
  parseLines,
  readLines,
} from './iso-port/lines-file.js';
export { linesRoute } from './iso-port/lines-route.js';
export { PACKINGS } from './iso-port/packing.js';
export { DEMO_STAND_IN, SWITCH_SCHEMA, switchOptions } from './settings.js';
export { type RunningSwitch, startSwitch } from './start-switch.js';
export { SwitchModule } from './switch.module.js';
export { SwitchMetrics } from './switch-metrics.js';
export type { SwitchModuleOptions } from './switch-options.js';

/** What the all-in-one program takes from the issuer. */
export { IssuerModule } from './issuer.module.js';
export { IssuerMetrics } from './issuer-metrics.js';
export type { IssuerOptions } from './issuer-options.js';
export { issuerFacts, issuerSchema, issuerSettings } from './settings.js';
export { type RunningIssuer, startIssuer } from './start-issuer.js';

/**
 * Where the withdrawals of a chunk go: issuer by card prefix, PIN block translated from the
 * terminal's key to the zone key (one batch), or the reason why it goes nowhere.
 */
import type { HsmClient, HsmJob } from '@pinfold/hsm-client';
import { RESPONSE } from '@pinfold/messages';
import { askBatch, type KeyRing } from '../node.js';
import type { Route } from './decide-withdrawal.js';
import type { LinkMonitor } from './links.js';
import type { IssuerLink, RouteTable } from './options.js';
import type { WithdrawalRequest } from './read.js';
import { okValue } from './working-keys.js';

export interface RoutingContext {
  readonly routes: RouteTable;
  readonly issuers: ReadonlyMap<string, IssuerLink>;
  readonly links: LinkMonitor;
  readonly ring: KeyRing;
  readonly hsm: HsmClient;
}

/** A route per request, in order. `stand-in` is a wish: the limits are asked in the transaction. */
export async function routeAll(
  requests: readonly WithdrawalRequest[],
  ctx: RoutingContext,
): Promise<Route[]> {
  const jobs: HsmJob[] = [];
  const planned = requests.map((request) => plan(request, ctx, jobs));
  const answers = await askBatch(ctx.hsm, jobs);
  return planned.map((route) => {
    if (!('job' in route)) return route;
    const { issuer, pin, job } = route;
    if (answers === undefined) return decline(issuer, RESPONSE.systemMalfunction);
    const pinBlock = okValue<{ pinBlock: Uint8Array }>(answers[job]!)?.pinBlock;
    if (pinBlock === undefined) return decline(issuer, RESPONSE.cryptographicFailure);
    return { kind: 'forward', issuer, pinBlock, pin };
  });
}

type Planned = Route | (Pick<Route & { kind: 'forward' }, 'issuer' | 'pin'> & { job: number });

const decline = (issuer: string, code: string): Route => ({ kind: 'decline', issuer, code });

function plan(request: WithdrawalRequest, ctx: RoutingContext, jobs: HsmJob[]): Planned {
  const issuer = ctx.routes.issuerOf(request.pan);
  const link = issuer === undefined ? undefined : ctx.issuers.get(issuer);
  if (issuer === undefined || link === undefined) return decline('', RESPONSE.noSuchCard);
  const zpk = ctx.ring.active(issuer, 'ZPK');
  if (zpk === undefined || ctx.links.isDown(issuer)) return { kind: 'stand-in', issuer };
  const { terminal, pan, pinBlock, security } = request;
  const tpk = ctx.ring.at(terminal, 'TPK', security.pinKeyVersion);
  if (tpk === undefined) return decline(issuer, RESPONSE.cryptographicFailure);
  jobs.push({
    command: 'TranslatePinBlock',
    input: {
      pinBlock,
      pan,
      from: { key: tpk.token, format: security.format as 'iso0' | 'iso4' },
      to: { key: zpk.token, format: link.pinFormat },
    },
  });
  const pin = { format: link.pinFormat, version: zpk.version };
  return { issuer, pin, job: jobs.length - 1 };
}

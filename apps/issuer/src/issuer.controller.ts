/** Where chunks of requests come in. */
import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { OnChunk } from '@pinfold/bus';
import { IssuerNode } from '@pinfold/flows';
import type { BusRecord } from '@pinfold/messages';
import { ISSUER_OPTIONS, type IssuerOptions } from './issuer-options.js';

/** Stands for the issuer's topic: which one it is, the server of that issuer knows. */
export const REQUESTS = 'requests';

@Controller()
export class IssuerController {
  constructor(
    @Inject(IssuerNode) private readonly node: IssuerNode,
    @Inject(ISSUER_OPTIONS) private readonly options: IssuerOptions,
  ) {}

  @OnChunk(REQUESTS)
  async onRequests(@Payload() chunk: readonly BusRecord[]): Promise<void> {
    const { metrics, settings } = this.options;
    const start = performance.now();
    await this.node.onRequests(chunk);
    const ms = performance.now() - start;
    metrics?.chunk({ issuer: settings.issuerId, records: chunk.length, ms });
  }
}

/** Where chunks come in: requests of the terminals, answers of the issuers. */
import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { OnChunk } from '@pinfold/bus';
import { SwitchNode } from '@pinfold/flows';
import { type BusRecord, TOPICS } from '@pinfold/messages';
import type { ChunkKind } from './switch-metrics.js';
import { SWITCH_OPTIONS, type SwitchModuleOptions } from './switch-options.js';

@Controller()
export class SwitchController {
  constructor(
    @Inject(SwitchNode) private readonly node: SwitchNode,
    @Inject(SWITCH_OPTIONS) private readonly options: SwitchModuleOptions,
  ) {}

  @OnChunk(TOPICS.atmRequests)
  onRequests(@Payload() chunk: readonly BusRecord[]): Promise<void> {
    return this.#timed('requests', chunk, () => this.node.onRequests(chunk));
  }

  @OnChunk(TOPICS.switchAnswers)
  onAnswers(@Payload() chunk: readonly BusRecord[]): Promise<void> {
    return this.#timed('answers', chunk, () => this.node.onAnswers(chunk));
  }

  async #timed(
    kind: ChunkKind,
    { length: records }: readonly BusRecord[],
    work: () => Promise<void>,
  ): Promise<void> {
    const start = performance.now();
    await work();
    this.options.metrics?.chunk({ kind, records, ms: performance.now() - start });
  }
}

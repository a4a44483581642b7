/** Answers to the terminals, a chunk at a time. */
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { OnChunk } from '@pinfold/bus';
import { AtmFleet } from '@pinfold/flows';
import { type BusRecord, TOPICS } from '@pinfold/messages';

@Controller()
export class AnswersController {
  constructor(private readonly fleet: AtmFleet) {}

  @OnChunk(TOPICS.atmAnswers)
  onAnswers(@Payload() chunk: readonly BusRecord[]): Promise<void> {
    return this.fleet.onAnswers(chunk);
  }
}

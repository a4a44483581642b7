import 'reflect-metadata';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import type { BusRecord } from '@pinfold/messages';
import { lastValueFrom } from 'rxjs';
import { until } from '../../../platform/src/testing/until.js';
import { EmbeddedBus } from '../embedded-bus.js';
import { BusClient } from './bus-client.js';
import { BusContext } from './bus-context.js';
import { BusServer } from './bus-server.js';
import { OnChunk } from './on-chunk.js';

const seen: { texts: string[]; group: string }[] = [];
let fail: (() => void) | undefined;

@Controller()
class AnswersController {
  @OnChunk('answers')
  async onAnswers(@Payload() chunk: readonly BusRecord[], @Ctx() context: BusContext) {
    fail?.();
    const texts = chunk.map(({ value }) => new TextDecoder().decode(value));
    seen.push({ texts, group: context.group });
  }
}

@Module({ controllers: [AnswersController] })
class AnswersModule {}

@Controller()
class RequestController {
  @MessagePattern('ask')
  ask() {
    return 1;
  }
}

@Module({ controllers: [RequestController] })
class RequestModule {}

const record = (topic: string, text: string): BusRecord => ({
  topic,
  key: 'k',
  value: new TextEncoder().encode(text),
  headers: {},
});

describe('the Nest transport', () => {
  let bus: EmbeddedBus;

  beforeEach(async () => {
    seen.length = 0;
    fail = undefined;
    bus = new EmbeddedBus({ delivery: { firstPauseMs: 1, longestPauseMs: 5 } });
    await bus.ensureTopics(['bank-a.answers', 'ask', 'dead-letter'], 2);
  });
  afterEach(() => bus.close());

  const start = async () => {
    const strategy = new BusServer({ bus, group: 'switch', topicsOf: (p) => [`bank-a.${p}`] });
    const app = await NestFactory.createMicroservice(AnswersModule, { strategy, logger: false });
    await app.listen();
    return app;
  };

  it('gives a handler whole chunks, and a client sends them', async () => {
    const app = await start();
    const client = new BusClient(bus);
    const records = ['1', '2', '3'].map((text) => record('bank-a.answers', text));
    await lastValueFrom(client.emit('bank-a.answers', records), { defaultValue: undefined });
    await until(() => seen.length > 0);
    expect(seen).toEqual([{ texts: ['1', '2', '3'], group: 'switch.answers' }]);
    await app.close();
    await bus.send([record('bank-a.answers', '4')]);
    expect(seen).toHaveLength(1);
  });

  it('hands an error on as it is: an outage is waited out', async () => {
    let outages = 5;
    fail = () => {
      if (outages-- > 0) throw Object.assign(new Error('down'), { code: 'ECONNREFUSED' });
    };
    const app = await start();
    await bus.send([record('bank-a.answers', '1')]);
    await until(() => seen.length > 0);
    expect(bus.counts()).toMatchObject({ deadLettered: 0, delivered: 1 });
    await app.close();
  });

  it('puts a poisoned record aside with the reason', async () => {
    fail = () => {
      throw Object.assign(new RangeError('secret'), { code: 'BAD' });
    };
    const app = await start();
    const letters: BusRecord[] = [];
    await bus.subscribe({ topics: ['dead-letter'], group: 'ops' }, async (chunk) => {
      letters.push(...chunk);
    });
    await bus.send([record('bank-a.answers', '1')]);
    await until(() => letters.length > 0);
    expect(letters[0]!.headers['dead-letter-reason']).toBe('RangeError BAD');
    await app.close();
  });

  it('refuses request-reply handlers at the start', async () => {
    const strategy = new BusServer({ bus, group: 'switch' });
    const app = await NestFactory.createMicroservice(RequestModule, { strategy, logger: false });
    await expect(app.listen()).rejects.toThrow(/use @OnChunk/);
    await expect(lastValueFrom(new BusClient(bus).send('ask', {}))).rejects.toThrow(
      /no request-reply/,
    );
    await app.close();
  });
});

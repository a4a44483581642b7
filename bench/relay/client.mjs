/** The client of the relay: sends on the first topic, counts and times what comes back on the last. */
import { setTimeout as sleep } from 'node:timers/promises';
import { consume, makeClient, makeProducer } from './hop.mjs';

const LARGEST_SEND = 500;
const SENDS_UNDER_WAY = 2;
const LINGER_MS = 2;
const DRAIN_MS = 30_000;
const KEYS = 997;

export class RelayClient {
  #producer;
  #consumer;
  #topic;
  #pad;
  #due = [];
  #seen = [];
  #queue = [];
  #underWay = 0;
  #timer;
  #wake;
  sent = 0;
  received = 0;
  duplicates = 0;
  /** Milliseconds from the moment a message was due; undefined while nothing is recorded. */
  latencies;

  static async connect({ brokers, first, last, bytes }) {
    const client = new RelayClient();
    client.#topic = first;
    client.#pad = 'x'.repeat(Math.max(0, bytes - 165));
    client.#producer = await makeProducer(makeClient(brokers, 'relay-client'));
    client.#consumer = await consume(makeClient(brokers, 'relay-client'), {
      group: last,
      topic: last,
      eachChunk: async (chunk) => client.#take(chunk),
    });
    return client;
  }

  async close() {
    await this.#consumer.disconnect();
    await this.#producer.disconnect();
  }

  /** As many as possible: at most `window` messages are under way. */
  async closedLoop({ seconds, window }) {
    const end = performance.now() + seconds * 1000;
    while (performance.now() < end) {
      const now = performance.now();
      while (this.sent - this.received < window) this.#submit(now);
      this.#pump();
      await new Promise((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, 20);
      });
    }
  }

  /** A fixed rate; each message is due at its own moment, whatever happens to the others. */
  async openLoop({ seconds, rate }) {
    const start = performance.now();
    let made = 0;
    for (let now = start; now - start <= seconds * 1000; now = performance.now()) {
      const owed = Math.floor(((now - start) / 1000) * rate);
      while (made < owed) {
        made += 1;
        this.#submit(start + (made / rate) * 1000);
      }
      if (!this.#timer && this.#queue.length > 0) {
        this.#timer = setTimeout(() => this.#pump(), LINGER_MS);
      }
      await sleep(1);
    }
  }

  async drain() {
    const giveUp = Date.now() + DRAIN_MS;
    while (this.received < this.sent && Date.now() < giveUp) await sleep(10);
  }

  #submit(dueAt) {
    this.#due[this.sent] = dueAt;
    this.#queue.push(this.sent);
    this.sent += 1;
  }

  #pump() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (this.#queue.length > 0 && this.#underWay < SENDS_UNDER_WAY) {
      const messages = this.#queue.splice(0, LARGEST_SEND).map((id) => this.#make(id));
      this.#underWay += 1;
      this.#producer
        .sendBatch({ acks: -1, topicMessages: [{ topic: this.#topic, messages }] })
        .then(() => {
          this.#underWay -= 1;
          this.#pump();
        });
    }
  }

  #make(id) {
    const terminal = `ATM${id % 500}`;
    const account = `acc-${id % KEYS}`;
    const body = {
      id,
      hops: 0,
      type: 'withdrawal',
      terminal,
      account,
      amount: 2000,
      currency: '978',
    };
    return {
      key: account,
      value: JSON.stringify({ ...body, at: 1790000000000 + id, pad: this.#pad }),
    };
  }

  #take(chunk) {
    const now = performance.now();
    for (const { value } of chunk) {
      const { id, hops } = JSON.parse(value.toString());
      if (hops !== 3) throw new Error('a message missed a hop');
      if (this.#seen[id]) {
        this.duplicates += 1;
        continue;
      }
      this.#seen[id] = true;
      this.received += 1;
      this.latencies?.push(now - this.#due[id]);
    }
    this.#wake?.();
  }
}

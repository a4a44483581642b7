/**
 * The acquiring switch: chunk runner around the decisions. Each handler reads open → verify MACs →
 * (translate PIN blocks) → one store transaction → MACs of what leaves → one send. It keeps in memory
 * only working copies (keys) and estimates (links): a crash loses nothing that matters.
 */
import type { BusRecord } from '@pinfold/messages';
import {
  type Incoming,
  inRounds,
  KeyRing,
  type NodePorts,
  openAll,
  TICK_LIMIT,
  TIMEOUTS,
} from '../node.js';
import {
  type Admitted,
  admit,
  linkOf,
  type OwnerOf,
  terminalOf,
  unknownOwners,
} from './admission.js';
import { NO_BUGS, SpoiledMemory, type SwitchBugs } from './bugs.js';
import { Committer } from './committer.js';
import type { SwitchContext } from './context.js';
import { decideRepeat, decideTimeout } from './decide-deadline.js';
import {
  add,
  decideContext,
  fillAnswers,
  fillRequests,
  type RoutedItem,
  reserveStandIn,
} from './fill.js';
import { withoutMac } from './finish.js';
import { takeIn } from './intake.js';
import { linksAnswered, tendLinks } from './issuer-network.js';
import { LinkMonitor } from './links.js';
import { RouteTable, type SwitchOptions } from './options.js';
import { type IssuerAnswer, type Reader, readAnswer } from './read.js';
import { answerTaken, RequestTaken } from './request-taken.js';
import { routeAll } from './routing.js';
import type { SwitchStore } from './store.js';
import { answerTerminals, terminalConfirmed } from './terminal-network.js';
import { type Other, Work } from './work.js';

/** Rounds of `TICK_LIMIT` rows that one tick takes of each kind. */
const TICK_ROUNDS = 4;

/** MTIs of an issuer's answers to financial messages. */
const FINANCIAL: ReadonlySet<string> = new Set(['0210', '0230', '0430']);

export class SwitchNode {
  readonly #ctx: SwitchContext;
  readonly #committer: Committer;
  readonly #reader: Reader;

  constructor(options: SwitchOptions, ports: NodePorts<SwitchStore>, bugs: SwitchBugs = NO_BUGS) {
    const timeouts = ports.timeouts ?? TIMEOUTS;
    const ring = new KeyRing();
    this.#ctx = {
      options,
      ports,
      timeouts,
      ring,
      links: new LinkMonitor(options.issuers.map(({ id }) => id)),
      issuers: new Map(options.issuers.map((link) => [link.id, link])),
      routes: new RouteTable(options.routes),
      bugs,
      spoiled: bugs.size > 0 ? new SpoiledMemory() : undefined,
    };
    const { acquirer } = options;
    this.#reader = { acquirer, indexOf: (pan) => ports.wire.indexOf(pan) };
    this.#committer = new Committer(ports, ring, bugs);
  }

  /** Takes the keys from the store; before the first chunk, and after provisioning added some. */
  async open(): Promise<void> {
    for (const key of await this.#ctx.ports.store.keys()) this.#ctx.ring.put(key);
  }

  /** A chunk of `atm.requests`. */
  async onRequests(records: readonly BusRecord[]): Promise<void> {
    const { ports, bugs } = this.#ctx;
    const admitted = await this.#admit(records, terminalOf, 'TAK');
    const confirmed = this.#confirmTerminals(admitted);
    const trusting = bugs.has('mac-after-pin');
    const intake = takeIn(admitted, { ...this.#reader, trusting });
    const network = await answerTerminals(intake.network, this.#ctx);
    const requests = intake.items.flatMap((i) => (i.kind === 'withdrawal' ? [i.request] : []));
    const routes = await routeAll(requests, { ...this.#ctx, hsm: ports.hsm });
    let at = 0;
    const items = intake.items.map(
      (item): RoutedItem => (item.kind === 'reversal' ? item : { ...item, route: routes[at++]! }),
    );
    const refused: Other = { drafts: intake.refusals, notes: intake.notes };
    await this.#commitRequests(items, [confirmed, refused, network]);
    if (intake.bare.length > 0) {
      await ports.send(intake.bare.map((draft) => withoutMac(draft, ports.wire)));
    }
  }

  /** A chunk of `switch.answers`. */
  async onAnswers(records: readonly BusRecord[]): Promise<void> {
    const { ports, links } = this.#ctx;
    const admitted = await this.#admit(records, linkOf, 'ZAK');
    const answers: IssuerAnswer[] = [];
    const others: Other[] = [];
    const network: Admitted[] = [];
    for (const message of admitted) {
      const { owner: issuer, verdict, incoming } = message;
      const { mti } = incoming.message;
      if (verdict === 'bad' || verdict === 'unavailable') {
        const what = verdict === 'bad' ? 'mac-invalid' : 'hsm-unavailable';
        others.push({ notes: [{ what, detail: { issuer } }] });
        continue;
      }
      links.heard(issuer, ports.clock.now());
      if (mti === '0810') network.push(message);
      else {
        const answer = FINANCIAL.has(mti)
          ? readAnswer(incoming, { ...this.#reader, issuer })
          : undefined;
        if (answer !== undefined && verdict === 'good') answers.push(answer);
        else others.push({ notes: [{ what: 'message-not-understood', detail: { mti } }] });
      }
    }
    if (network.length > 0) {
      const settled = await linksAnswered(network, this.#ctx);
      for (const key of settled.keys) this.#ctx.ring.put(key);
      others.push(settled);
    }
    await this.#commit((tx) => fillAnswers(tx, answers, this.#ctx), others);
  }

  /** What is due: issuers' deadlines, repeats, key changes and echoes, the outbox. Bounded. */
  async onTick(): Promise<void> {
    const management = await tendLinks(this.#ctx);
    if (management.drafts.length + management.notes.length > 0) {
      await this.#commit(async () => new Work(), [management]);
    }
    await inRounds(TICK_LIMIT, TICK_ROUNDS, (limit) => this.#timeOut(limit));
    await inRounds(TICK_LIMIT, TICK_ROUNDS, (limit) => this.#repeat(limit));
    await this.#committer.repeatOutbox();
  }

  /** State of the links as this instance sees it, for health and for people. */
  status(): { issuer: string; signedOn: boolean; down: boolean; keyVersion: number | undefined }[] {
    const { links, ring, options } = this.#ctx;
    return options.issuers.map(({ id: issuer }) => ({
      issuer,
      signedOn: links.of(issuer).signedOn,
      down: links.isDown(issuer),
      keyVersion: ring.active(issuer, 'ZAK')?.version,
    }));
  }

  async #admit(
    records: readonly BusRecord[],
    ownerOf: OwnerOf,
    usage: 'TAK' | 'ZAK',
  ): Promise<Admitted[]> {
    const { ports, ring, bugs, issuers } = this.#ctx;
    const opened = openAll(ports.wire, records, ports.observe, 'switch');
    const known = (m: Incoming) => usage === 'TAK' || issuers.has(m.link);
    const messages = opened.filter(known);
    const owners = unknownOwners(messages, ownerOf, usage, ring);
    if (owners.length > 0) for (const key of await ports.store.keys(owners)) ring.put(key);
    const newestOnly = usage === 'ZAK' && bugs.has('zone-key-switched-at-once');
    return admit(messages, { ownerOf, usage, ring, hsm: ports.hsm, newestOnly });
  }

  /** Keys that a terminal has used for the first time are active from now on. */
  #confirmTerminals(admitted: readonly Admitted[]): Other {
    const keys: Other['keys'][] = [];
    const events: Other['events'][] = [];
    for (const { verdict, key, owner } of admitted) {
      if (verdict !== 'good' || key?.state !== 'offered') continue;
      const confirmed = terminalConfirmed(owner, key.version, this.#ctx);
      for (const record of confirmed.keys) this.#ctx.ring.put(record);
      keys.push(confirmed.keys);
      events.push(confirmed.events);
    }
    return { keys: keys.flatMap((k) => k ?? []), events: events.flatMap((e) => e ?? []) };
  }

  #timeOut(limit: number): Promise<number> {
    let count = 0;
    return this.#commit(async (tx) => {
      const decide = decideContext(this.#ctx);
      const due = await tx.timedOut(decide.nowMs, limit);
      count = due.length;
      const work = new Work();
      if (count === 0) return work;
      const granted = await reserveStandIn(tx, due, this.#ctx);
      due.forEach((row, i) => {
        add(work, decideTimeout(row, granted[i]!, decide), this.#ctx);
      });
      return work;
    }).then((work) => {
      for (const draft of work.drafts)
        if (draft.usage === 'ZAK') this.#ctx.links.timedOut(draft.owner);
      return count;
    });
  }

  #repeat(limit: number): Promise<number> {
    let count = 0;
    return this.#commit(async (tx) => {
      const decide = decideContext(this.#ctx);
      const due = await tx.dueForwards(decide.nowMs, limit);
      count = due.length;
      const work = new Work();
      for (const row of due) add(work, decideRepeat(row, decide), this.#ctx);
      return work;
    }).then(() => count);
  }

  /**
   * Where the store says that a message is taken, it is looked at once more (a repeat may have been
   * written meanwhile), then answered 94. A chunk of several comes again cut into single ones.
   */
  async #commitRequests(items: readonly RoutedItem[], others: readonly Other[]): Promise<void> {
    const commit = () => this.#commit((tx) => fillRequests(tx, items, this.#ctx), others);
    try {
      await commit();
    } catch (error) {
      const taken = error instanceof RequestTaken ? answerTaken(items) : undefined;
      if (taken === undefined) throw error;
      await commit().catch(async (again: unknown) => {
        if (!(again instanceof RequestTaken)) throw again;
        await this.#commit(async () => new Work(), [...others, taken]);
      });
    }
  }

  async #commit(
    fill: Parameters<Committer['commit']>[0],
    others: readonly Other[] = [],
  ): Promise<Work> {
    return this.#committer.commit(async (tx) => {
      const work = await fill(tx);
      for (const other of others) work.addOther(other);
      return work;
    });
  }
}

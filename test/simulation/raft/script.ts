// Plain-text scripts of the protocol: a command stands at the beginning of a line, what it led to is indented under it. A line
// that begins with # is for the reader. Messages wait until they are delivered or dropped by name (`a>b`, `a>*`, all).
//
//   servers a@2:1,1,2 b:1,1 c    names, with the current term and the term of each entry where they matter
//   at 200                       time passes; everybody gets a tick
//   tick a                       only a gets one
//   deliver [a>b …]              what waits is delivered, and what follows from it, between these
//   once [a>b …]                 the same without what follows
//   drop [a>b …]
//   propose a x · change a b+ c- d? · transfer a b · confirm a · lease a · compact a · restore a 9
//   crash a · restart a · slow a · write a (its write is durable) · logs

import type { Configuration, Suffrage } from '../../../src/workers/raft/core/configuration.js';
import { EntryType, singlePayload } from '../../../src/workers/raft/core/entry.js';
import { describeRuns, name, ScriptedServer, type ScriptMessage } from './scripted-server.js';

const MOST_DELIVERIES = 10_000;

/** Runs a script; answers it with the trace that it leads to now. */
export function replay(text: string): string {
  const world = new Script();
  const lines: string[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('  ')) continue;
    lines.push(line);
    if (line !== '' && !line.startsWith('#')) lines.push(...world.run(line).map((said) => `  ${said}`));
  }
  return lines.join('\n');
}

class Script {
  readonly #servers = new Map<string, ScriptedServer>();
  #waiting: ScriptMessage[] = [];
  #nowMs = 0;
  #asked = 0;
  #said: string[] = [];

  run(line: string): readonly string[] {
    this.#said = [];
    const [command = '', ...words] = line.split(' ');
    this.#obey(command, words);
    for (const server of this.#servers.values()) this.#work(server);
    return this.#said;
  }

  #obey(command: string, words: readonly string[]): void {
    const say = (text: string): void => void this.#said.push(text);
    switch (command) {
      case 'servers':
        this.#make(words);
        return;
      case 'at':
        this.#nowMs = Number(words[0]);
        for (const server of this.#servers.values()) if (server.isRunning) server.core.tick(this.#nowMs);
        return;
      case 'deliver':
        this.#deliver(words, MOST_DELIVERIES);
        return;
      case 'once':
        this.#deliver(words, this.#waiting.length);
        return;
      case 'drop':
        for (const message of this.#take(words)) say(`lost ${describeMessage(message)}`);
        return;
      case 'logs':
        for (const { id, log, core } of this.#servers.values()) say(`${id}: ${log}, commit ${core.log.committed}`);
        return;
    }
    const server = this.#servers.get(words[0] ?? '');
    if (!server) throw new Error(`no server in: ${command} ${words.join(' ')}`);
    this.#tell(server, command, words.slice(1), say);
  }

  #tell(server: ScriptedServer, command: string, words: readonly string[], say: (text: string) => void): void {
    const { core } = server;
    switch (command) {
      case 'tick':
        core.tick(this.#nowMs);
        return;
      case 'propose': {
        const payload = singlePayload(Buffer.from(words[0] ?? ''));
        const result = core.propose({ type: EntryType.command, count: 1, payload, appendedAtMs: 0 });
        say(result.ok ? `index ${result.firstIndex}` : result.reason);
        return;
      }
      case 'change': {
        const result = core.proposeConfiguration(changed(core.configuration, words), this.#nowMs);
        if (result.ok) say(`index ${result.index}`);
        else say(result.reason === 'invalid' ? result.text : result.reason);
        return;
      }
      case 'transfer': {
        const result = core.transfer(words[0] ?? null, this.#nowMs);
        say(result.ok ? `to ${result.to}` : result.reason);
        return;
      }
      case 'confirm':
        this.#asked += 1;
        core.confirmLeadership(this.#asked, this.#nowMs);
        return;
      case 'lease':
        say(core.leaseEndMs > this.#nowMs ? `until ${core.leaseEndMs}` : 'none');
        return;
      case 'compact':
        say(server.compact());
        return;
      case 'restore':
        say(server.restore(Number(words[0])));
        return;
      case 'crash':
        server.isRunning = false;
        return;
      case 'restart':
        server.restart();
        server.core.tick(this.#nowMs);
        return;
      case 'slow':
        server.isSlow = true;
        return;
      case 'write':
        server.complete(this.#nowMs);
        return;
      default:
        throw new Error(`no such command: ${command}`);
    }
  }

  #make(words: readonly string[]): void {
    const parsed = words.map((word) => {
      const [who = '', terms = '1'] = word.split(':');
      const [id = '', now] = who.split('@');
      const entries = terms.split(',').map(Number);
      return { id, entries, now: Number(now ?? entries.at(-1)) };
    });
    const servers = parsed.map(({ id }) => ({ suffrage: 'voter', id, address: `${id}:1` }) as const);
    for (const { id, entries, now } of parsed) {
      const server = new ScriptedServer(id, { servers }, entries, now, this.#spread);
      this.#servers.set(id, server);
      server.core.tick(this.#nowMs);
    }
  }

  #deliver(ways: readonly string[], most: number): void {
    for (let count = 0; count < most; count += 1) {
      const [message] = this.#take(ways, 1);
      if (!message) return;
      this.#said.push(describeMessage(message));
      const server = this.#servers.get(message.to) ?? this.#join(message.to);
      if (!server.isRunning) continue;
      server.receive(message, this.#nowMs, (text) => this.#said.push(text));
      this.#work(server);
    }
  }

  /** Who is taken in starts with nothing. */
  #join(id: string): ScriptedServer {
    const server = new ScriptedServer(id, { servers: [] }, [], 0, this.#spread);
    this.#servers.set(id, server);
    return server;
  }

  /** Who was named earlier stands earlier. */
  get #spread(): number {
    return this.#servers.size / 10;
  }

  #take(ways: readonly string[], most = Number.POSITIVE_INFINITY): readonly ScriptMessage[] {
    const taken: ScriptMessage[] = [];
    const isMeant = ({ from, to }: ScriptMessage): boolean =>
      ways.length === 0 || ways.some((way) => way === `${from}>${to}` || way === `${from}>*` || way === `*>${to}`);
    this.#waiting = this.#waiting.filter((message) => {
      if (taken.length >= most || !isMeant(message)) return true;
      taken.push(message);
      return false;
    });
    return taken;
  }

  #work(server: ScriptedServer): void {
    if (!server.isRunning) return;
    this.#waiting.push(...server.work(this.#nowMs, (text) => this.#said.push(text)));
  }
}

/** `b+` a voter, `b?` a non-voter, `b-` gone. */
function changed(now: Configuration, words: readonly string[]): Configuration {
  let { servers } = now;
  for (const word of words) {
    const id = word.slice(0, -1);
    servers = servers.filter((server) => server.id !== id);
    const suffrage: Suffrage = word.endsWith('+') ? 'voter' : 'nonvoter';
    if (!word.endsWith('-')) servers = [...servers, { suffrage, id, address: `${id}:1` }];
  }
  return { servers };
}

function describeMessage(message: ScriptMessage): string {
  const { from, to, kind, term } = message;
  const begin = `${from}>${to} ${kind} ${term}`;
  switch (message.kind) {
    case 'pre-vote':
    case 'vote':
      return `${begin} last ${name(message.last)}${message.isTransfer ? ' transfer' : ''}`;
    case 'pre-vote-answer':
    case 'vote-answer':
      return `${begin} ${message.granted ? 'yes' : 'no'}`;
    case 'append': {
      const entries = message.runs.length > 0 ? ` [${describeRuns(message.runs)}]` : '';
      return `${begin} after ${name(message.previous)}${entries} commit ${message.commit}`;
    }
    case 'append-answer':
      return `${begin} ${message.success ? `through ${message.through}` : `no, last ${message.last}`}`;
    case 'install':
      return `${begin} snapshot ${name(message.position)}`;
    case 'install-answer':
      return `${begin} ${message.success ? `through ${message.through}` : 'no'}`;
    case 'heartbeat-answer':
      return `${begin} ${message.success ? 'yes' : 'no'}`;
    default:
      return begin;
  }
}

// `lictor watch`: what a view of the state is now, or a program run with it whenever it changes.

import { indentJson } from '../../gotext/json-indent.js';
import { type Child, startChild } from '../command/child.js';
import { type Command, fail, type Options, print } from '../command/command.js';
import { failWithHelp } from '../command/usage.js';
import { connect, serverQuery } from '../http/client.js';
import { CLIENT_FLAGS, SERVER_FLAGS } from '../http/flags.js';
import { follow, type Result } from '../watch/follow.js';
import { viewOf } from '../watch/views.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

export const command: Command = {
  usage: 'watch [options] [child...]',
  about:
    'Shows what is watched as JSON, and ends; with a child runs it with that as its standard input, now and after each\n' +
    'change, until interrupted. CONSUL_INDEX is the index of what it gets.',
  flags: [
    ...CLIENT_FLAGS,
    ...SERVER_FLAGS,
    { name: 'filter', kind: 'string', usage: 'Filter expression. For checks, nodes, services and service.' },
    { name: 'key', kind: 'string', usage: 'Key. For key.' },
    { name: 'name', kind: 'string', usage: 'Name of the events; all without. For event.' },
    { name: 'passingonly', kind: 'bool', usage: 'Only instances all of whose checks are passing. For service.' },
    { name: 'prefix', kind: 'string', usage: 'Prefix of keys. For keyprefix.' },
    { name: 'service', kind: 'string', usage: 'Name of the service. For service, checks and connect_leaf.' },
    { name: 'shell', kind: 'bool', usage: 'Whether the child is a line for a shell ($SHELL). Default true.' },
    { name: 'state', kind: 'string', usage: 'State of the checks. For checks.' },
    { name: 'tag', kind: 'words', usage: 'Tag of the instances; may be repeated. For service.' },
    {
      name: 'type',
      kind: 'string',
      usage: 'key, keyprefix, services, nodes, service, checks, event, connect_roots or connect_leaf.',
    },
  ],
  async run(options: Options): Promise<number> {
    if (options.text('type') === '') {
      return failWithHelp('Watch type must be specified', command);
    }
    const view = viewOf(options);
    if (typeof view === 'string') return fail(view);
    const connected = connect(options);
    if (!connected.ok) return fail(`Error connecting to Consul agent: ${connected.error}`);
    const handler = new Handler(options);
    for (const signal of SIGNALS) process.once(signal, () => void handler.stop(signal).then(() => process.exit(0)));
    const type = options.text('type');
    const results = follow({
      client: connected.client,
      view,
      query: serverQuery(options),
      failed: (error, retryMs) => {
        fail(`Watch errored: type=${type} error=${JSON.stringify(error)} retry=${retryMs / 1000}s`);
      },
    });
    for await (const result of results) {
      if (options.words.length === 0) {
        print(indentJson(result.data));
        return 0;
      }
      await handler.run(result);
    }
    return 0;
  },
};

/** One run at a time. What fails is told, and what changes next is another chance. */
class Handler {
  readonly #options: Options;
  #running: Child | null = null;

  constructor(options: Options) {
    this.#options = options;
  }

  async run({ index, data }: Result): Promise<void> {
    const child = startChild({
      words: this.#options.words,
      hasShell: !this.#options.has('shell') || this.#options.isOn('shell'),
      environment: { CONSUL_INDEX: String(index) },
      stdin: 'pipe',
      hasGroup: false,
    });
    this.#running = child;
    child.stdin?.end(`${data}\n`);
    const ended = await child.ended;
    this.#running = null;
    if (ended !== null) fail(`Error running handler: ${ended.problem}`);
  }

  /** Once it is over. */
  async stop(signal: NodeJS.Signals): Promise<void> {
    if (this.#running === null) return;
    this.#running.kill(signal);
    await this.#running.ended;
  }
}

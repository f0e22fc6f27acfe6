// Nodes of lictor's gossip for the interoperability tests, without an agent around them: any number in one process, commands
// and results as lines of JSON (protocol.ts). Ends when its standard input does.

import { createInterface } from 'node:readline';
import { MemberlistNode } from './lictor-memberlist.js';
import { SerfNode } from './lictor-serf.js';
import type { LictorNode, Tell } from './lictor-shell.js';
import type { NodeOptions, SentCommand, Told } from './protocol.js';

const nodes = new Map<string, LictorNode>();

function say(told: Told): void {
  process.stdout.write(`${JSON.stringify(told)}\n`);
}

async function start(options: NodeOptions): Promise<void> {
  const tell: Tell = (event) => say({ node: options.name, ...event });
  const node = options.kind === 'serf' ? await SerfNode.start(options, tell) : await MemberlistNode.start(options);
  nodes.set(options.name, node);
}

async function run(command: SentCommand): Promise<unknown> {
  if (command.do === 'start') return start(command.options);
  const node = nodes.get(command.node);
  if (node === undefined) throw new Error(`no node '${command.node}'`);
  if (command.do === 'leave') await node.leave();
  if (command.do === 'leave' || command.do === 'kill') {
    nodes.delete(command.node);
    return node.close();
  }
  return node.run(command);
}

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const command = JSON.parse(line) as SentCommand;
    run(command).then(
      (result) => say({ id: command.id, result: result ?? null }),
      (error: unknown) => say({ id: command.id, error: String(error) }),
    );
  })
  .on('close', () => process.exit(0));

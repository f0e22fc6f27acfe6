// The program's entry: `lictor <command> …`. The agent is taken apart at once, without anything the other commands need.

async function main(argv: readonly string[]): Promise<number> {
  if (argv[0] === 'agent') {
    const { runAgentCommand } = await import('./commands/agent.js');
    const ended = runAgentCommand(argv.slice(1));
    // Once its threads are begun, since Node makes these streams when they are asked for. An agent goes on when nobody reads
    // what it says.
    for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
    // Whatever is still open when the agent has said its last word, it is over.
    process.exit(await ended);
  }
  for (const stream of [process.stdout, process.stderr]) stream.on('error', endQuietly);
  const { runCommand } = await import('./run.js');
  return runCommand(argv);
}

/** A reader that went away (`lictor kv get -recurse | head`) is no error. */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
}

/** The launcher hid it from Node; scripts and commands are to find it where it was. */
const extraCertificates = process.env['LICTOR_EXTRA_CA_CERTS'];
if (extraCertificates !== undefined) {
  process.env['NODE_EXTRA_CA_CERTS'] = extraCertificates;
  delete process.env['LICTOR_EXTRA_CA_CERTS'];
}

// Until it is known how it ended: nothing may be left to wait for by then.
process.exitCode = 1;
void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});

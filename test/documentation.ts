// docs/configuration.md, written from the schema: what the agent can be told, with types, defaults and flags.

import { AGENT_FLAGS } from '../src/main/config/flags.js';
import { AGENT } from '../src/main/config/schema/agent.js';
import { LEGACY_KEYS } from '../src/main/config/schema/legacy.js';
import type { Schema, SchemaField } from '../src/main/config/schema/types.js';

const TYPES: { readonly [type: string]: string } = {
  strings: 'list of strings',
  map: 'strings by name',
  header: 'lists of strings by name',
  free: 'object',
  'free-list': 'list of objects',
  list: 'list of objects',
  'stanza-map': 'objects by name',
  float64: 'number',
  uint: 'int',
  uint32: 'int',
  uint64: 'int',
};

const INTRODUCTION = `# Configuration

<!-- Written from src/main/config/schema by test/unit/main/config/documentation.test.ts; run that test with UPDATE_DOCS=1 to
     write this file again. -->

The agent is configured by flags and by files in JSON or HCL (its first version). Everything a file can say is listed here.

## Sources

Later ones win: built-in defaults, the values of \`-dev\`, list flags, files in the order of the command line, other flags,
\`-hcl\` fragments. \`-config-file\` and \`-config-dir\` are the same flag: each takes a file, or a directory whose \`.json\` and
\`.hcl\` entries are read by name. Scalars replace each other, lists are appended to, maps and stanzas are merged key by key.
\`service\` and \`check\` add one item to \`services\` and \`checks\`.

A key that isn't known, a value of the wrong type and a rule that is broken end the start with a message;
\`lictor validate FILE_OR_DIRECTORY...\` says the same without starting. Durations are texts such as \`10s\`, \`1h30m\`, \`250ms\`.

SIGHUP, \`lictor reload\` and \`PUT /v1/agent/reload\` read all files again with the original command line. Keys marked with
**R** take effect then; everything else needs a restart, and a warning names what has changed. A reload that is refused
changes nothing.

Addresses may be templates, such as \`{{ GetPrivateIP }}\`, \`{{ GetInterfaceIP "eth0" }}\` or
\`{{ GetAllInterfaces | include "network" "10.0.0.0/8" | attr "address" }}\`.

## http_config.engine

| Engine | |
|---|---|
| \`net\` | the default: serves TCP, TLS and unix sockets, HTTP/1.0 and 1.1 |
| \`uws\` | uWebSockets.js on plain TCP listeners, on Node 22 (its package is optional, and an agent that can't load it doesn't start): some 15 % more requests per second and a quarter of the memory per connection. It answers HTTP/1.0 with 505 (what nginx by default, HAProxy's \`option httpchk\` and \`ab\` speak), may do so too when a request line arrives in two segments, refuses absolute-form targets, never answers a request without Host, and takes 4 KB of headers at most. For fleets whose clients all speak HTTP/1.1 |

## performance.reader_workers

Readers are threads of a server that answer reads of keys, catalog, health and sessions and DNS over UDP, on the same ports
as the first thread, each from a copy of the state ([architecture.md](architecture.md#readers)). Every answer is the one that the
first thread would give. What else comes to a reader, it hands to the first thread.

- *How many.* Without the key one for each four cores, four at most; a client agent has none. 0 turns them off; more than 64 are refused.
- *Where.* On Linux; with \`http_config.engine = "net"\` on Node 22.12 or later, with \`uws\` on any, where DNS stays with the
  first thread before 22.12. An agent that can't have those it is told to have starts without, and says so in a warning.
- *What one costs.* The state once more: some 260 MB of 200,000 instances with a check each, while it takes them in up to
  550 MB, beside 30 MB for the thread. Every write is applied by each of them, too.
- *Limits.* \`limits.http_max_conns_per_client\` and \`limits.request_limits\` hold for all threads together.
`;

export function renderConfigurationDocument(): string {
  const lines = [INTRODUCTION, '## Keys\n', '| Key | Type | Default | Flag | | |', '|---|---|---|---|---|---|'];
  for (const [path, field] of walk(AGENT, '')) lines.push(row(path, field));
  lines.push('', '## Flags without a key\n', '| Flag | |', '|---|---|');
  const own = ['config-dir', 'config-file', 'config-format', 'dev', 'hcl'];
  for (const { name, usage } of AGENT_FLAGS.filter((flag) => own.includes(flag.name))) {
    lines.push(`| \`-${name}\` | ${usage} |`);
  }
  lines.push('', '## Former spellings\n', 'Accepted with a warning.\n', '| Old | New |', '|---|---|');
  for (const { old, to } of LEGACY_KEYS) lines.push(`| \`${old}\` | ${to === null ? 'ignored' : `\`${to}\``} |`);
  return `${lines.join('\n')}\n`;
}

function* walk(schema: Schema, prefix: string): Generator<[path: string, field: SchemaField]> {
  for (const [key, field] of Object.entries(schema).sort(([a], [b]) => (a < b ? -1 : 1))) {
    // Single items have the form of the lists' items.
    if (prefix === '' && (key === 'service' || key === 'check')) continue;
    if (field.type === 'stanza') {
      yield* walk(field.fields, `${prefix}${key}.`);
      continue;
    }
    yield [prefix + key, field];
    // A service's checks are described where the agent's own are.
    const described = field.type === 'list' && !(prefix !== '' && key === 'checks');
    if (described || field.type === 'stanza-map') yield* walk(field.fields, `${prefix}${key}[].`);
  }
}

function row(path: string, field: SchemaField): string {
  const constant = 'default' in field && field.default !== undefined ? `\`${field.default}\`` : '';
  const dev = 'dev' in field && field.dev !== undefined ? `; -dev: \`${field.dev}\`` : '';
  const fallback = field.defaultText ?? constant;
  const flag = field.flag === undefined ? '' : `\`-${field.flag}\``;
  const about = (field.about ?? '').replaceAll('|', '\\|');
  return `| \`${path}\` | ${TYPES[field.type] ?? field.type} | ${fallback}${dev} | ${flag} | ${field.reload ? '**R**' : ''} | ${about} |`;
}

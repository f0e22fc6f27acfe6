// Who may import whom: dependencies point one way, and threads meet only in the port definitions under src/wire.
const only = (from, allowed) => ({
  name: `${from.replace(/\W+/g, '-')}-imports`,
  severity: 'error',
  from: { path: `^src/${from}/` },
  to: { path: '^src/', pathNot: allowed.map((folder) => `^src/${folder}/`) },
});

/** A layer of the state worker, and what of the worker it may see. */
const layer = (folder, allowed, comment) => ({
  name: `${folder}-layer`,
  severity: 'error',
  comment,
  from: { path: `^src/workers/state/${folder}/` },
  to: {
    path: '^src/workers/state/',
    pathNot: [folder, ...allowed].map((name) => `^src/workers/state/${name}/`),
  },
});

module.exports = {
  forbidden: [
    only('gotext', ['gotext']),
    // What a tag or a record says is read by Go's rules on both sides of a thread.
    only('wire', ['wire', 'gotext']),
    only('observe', ['observe', 'wire', 'gotext']),
    only('msgpack', ['msgpack', 'wire', 'gotext']),
    only('wasm', ['wasm', 'msgpack', 'wire', 'gotext']),
    only('lifecycle', ['lifecycle', 'observe']),
    only('deadlines', ['deadlines']),
    only('main', ['main', 'lifecycle', 'deadlines', 'wire', 'msgpack', 'wasm', 'gotext', 'observe']),
    only('workers/raft', ['workers/raft', 'wire', 'msgpack', 'wasm', 'gotext', 'observe']),
    only('workers/state', ['workers/state', 'lifecycle', 'deadlines', 'wire', 'msgpack', 'wasm', 'gotext', 'observe']),
    only('workers/checks', ['workers/checks', 'deadlines', 'wire', 'msgpack', 'wasm', 'gotext', 'observe']),
    {
      name: 'cli-imports',
      severity: 'error',
      comment: 'The command line talks HTTP to an agent; main is loaded by what becomes one or reads its configuration files.',
      from: { path: '^src/cli/', pathNot: '^src/cli/(commands/(agent|validate)|service-files)\\.ts$' },
      to: { path: '^src/', pathNot: ['^src/cli/', '^src/gotext/', '^src/wire/', '^src/observe/'] },
    },
    {
      name: 'pure-core',
      severity: 'error',
      comment: 'The Raft core is a state machine without I/O.',
      from: { path: '^src/workers/raft/core/' },
      to: { pathNot: ['^src/workers/raft/core/', '^src/wire/', '^src/msgpack/'] },
    },
    {
      name: 'pure-msgpack',
      severity: 'error',
      comment: 'Pure machines lean on it.',
      from: { path: '^src/msgpack/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'pure-gossip',
      severity: 'error',
      comment: "Gossip's machines are without I/O: what node offers is their shell's.",
      from: { path: '^src/main/gossip/(core|serf)/' },
      to: { dependencyTypes: ['core'] },
    },
    layer('replica', [], 'The replicated state knows nobody above it.'),
    layer('methods', ['replica', 'filter', 'records', 'gossip', 'control', 'turns'], 'A method knows no interface.'),
    layer('calls', ['replica', 'methods', 'turns'], 'Who answers, and when: the same for all interfaces.'),
    layer('http', ['calls', 'methods', 'sockets'], 'HTTP sees no store and no log.'),
    layer('dns', ['calls', 'methods', 'sockets'], 'DNS sees no store and no log.'),
    layer(
      'endpoints',
      ['http', 'calls', 'methods', 'json', 'records', 'filter', 'gossip', 'control', 'local', 'turns'],
      'An endpoint translates parameters and records: it sees no store and no log.',
    ),
    layer('turns', [], 'Long work in steps.'),
    layer('sockets', [], 'What listeners share.'),
    layer('json', [], 'Texts of records.'),
    layer('filter', [], 'The filter language.'),
    layer('gossip', [], 'What is known of the pools.'),
    layer('leader', ['replica', 'methods', 'records'], 'What only a leader does.'),
    layer('local', ['calls', 'methods', 'records'], "The agent's own services and checks."),
    {
      name: 'gossip-layers',
      severity: 'error',
      comment: 'The machines know neither their shell nor the pools above.',
      from: { path: '^src/main/gossip/' },
      to: { path: '^src/main/(pools|config)/' },
    },
    { name: 'no-cycles', severity: 'error', from: { path: '^src/' }, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    exclude: { path: '^src/wasm/assembly/' },
  },
};

// Who may import whom, lowest layer first: a layer names only what stands above it in its list. The import rules are made of
// this (.dependency-cruiser.cjs), and `npm run check:boundaries` prints it.

/** Folders of `src`. What a line doesn't name, it may not import. */
const FOLDERS = [
  ['gotext', []],
  // What a tag or a record says is read by Go's rules on both sides of a thread.
  ['wire', ['gotext']],
  ['observe', ['wire', 'gotext']],
  ['lifecycle', ['observe']],
  ['tls', ['wire', 'gotext']],
  ['certificates', []],
  ['hcl', ['gotext']],
  // A configuration file may hold expressions, which are judged before anything starts.
  ['filter', []],
  ['deadlines', []],
  ['random', []],
  ['msgpack', ['wire', 'gotext']],
  ['wasm', ['msgpack', 'wire', 'gotext']],
  ['archive', []],
  ['workers/checks', ['tls', 'deadlines', 'wire', 'msgpack', 'wasm', 'gotext', 'observe']],
  ['workers/state', ['tls', 'certificates', 'hcl', 'filter', 'archive', 'lifecycle', 'deadlines', 'random', 'wire', 'msgpack', 'wasm', 'gotext', 'observe']],
  ['main', ['tls', 'hcl', 'filter', 'lifecycle', 'deadlines', 'random', 'wire', 'msgpack', 'wasm', 'gotext', 'observe']],
  ['workers/raft', ['tls', 'archive', 'wire', 'msgpack', 'wasm', 'gotext', 'observe']],
  // What becomes an agent, or reads its configuration files, loads main (`cli-imports`).
  ['cli', ['main', 'certificates', 'archive', 'wire', 'msgpack', 'gotext', 'observe']],
];

/** Folders of `src/workers/state`, and what of the worker they may import. */
const STATE_LAYERS = [
  ['turns', [], 'Long work in steps.'],
  ['sockets', [], 'What listeners share.'],
  ['json', [], 'Texts of records.'],
  ['filter', [], 'Expressions of the filter language, tried on records.'],
  ['records', [], 'What a service or check must be, however it comes in.'],
  ['gossip', [], 'What is known of the pools.'],
  ['control', [], 'Orders to main.'],
  ['cluster', [], 'The servers of this datacenter: what they ask each other whoever leads, and whom a client agent asks.'],
  ['prefixes', [], 'Values by the longest text that another one begins with.'],
  ['acl', ['prefixes', 'filter', 'turns'], 'What rules are and what they allow, pure: everything that judges a token has it from here.'],
  ['mesh', [], 'What config entries mean for connections: discovery chains and intentions, pure.'],
  ['replica', ['mesh', 'prefixes', 'acl'], 'The replicated state knows nobody above it.'],
  ['methods', ['acl', 'replica', 'mesh', 'filter', 'records', 'gossip', 'control', 'turns'], 'A method knows no interface.'],
  ['calls', ['acl', 'replica', 'methods', 'turns'], 'Who answers, and when: the same for all interfaces.'],
  ['tokens', ['acl', 'replica', 'methods', 'calls'], "Whose token may do what, and the agent's own secrets."],
  ['leader', ['acl', 'cluster', 'replica', 'methods', 'records', 'turns'], 'What only a leader does.'],
  ['leaves', ['acl', 'calls', 'methods'], "Certificates of the agent's services."],
  ['auto-encrypt', ['calls', 'methods', 'leaves'], "The agent's own certificate, where the servers give it."],
  ['snapshots', ['calls', 'replica', 'methods'], 'What operators save and restore.'],
  ['local', ['acl', 'calls', 'methods', 'records'], "The agent's own services and checks: they see no store and no log."],
  ['http', ['acl', 'calls', 'methods', 'sockets', 'turns'], 'HTTP sees no store and no log.'],
  ['rpc', ['acl', 'calls', 'methods', 'sockets', 'turns'], 'RPC sees no store and no log.'],
  ['dns', ['acl', 'calls', 'methods', 'sockets'], 'DNS sees no store and no log.'],
  ['profiles', ['rpc'], "Where the threads' time and memory go: of the RPC port they take what writes protobuf."],
  ['grpc', ['acl', 'calls', 'methods', 'sockets', 'turns', 'rpc'], 'The ports of gRPC see no store and no log.'],
  [
    'endpoints',
    ['acl', 'http', 'calls', 'methods', 'mesh', 'json', 'records', 'filter', 'gossip', 'control', 'leaves', 'local', 'turns', 'tokens', 'profiles'],
    'An endpoint translates parameters and records: it sees no store and no log.',
  ],
];

module.exports = { FOLDERS, STATE_LAYERS };

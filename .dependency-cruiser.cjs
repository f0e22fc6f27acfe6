// Who may import whom: dependencies point one way, and threads meet only in the port definitions under src/wire. The layers
// stand in test/layers.cjs; here is what else holds.
const { FOLDERS, STATE_LAYERS } = require('./test/layers.cjs');

const only = (from, allowed) => ({
  name: `${from.replace(/\W+/g, '-')}-imports`,
  severity: 'error',
  from: { path: `^src/${from}/` },
  to: { path: '^src/', pathNot: [from, ...allowed].map((folder) => `^src/${folder}/`) },
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
    ...FOLDERS.filter(([folder]) => folder !== 'cli').map(([folder, allowed]) => only(folder, allowed)),
    {
      name: 'cli-imports',
      severity: 'error',
      comment: 'The command line talks HTTP to an agent; main is loaded by what becomes one or reads its configuration files.',
      from: { path: '^src/cli/', pathNot: '^src/cli/(commands/(agent|agent-start|validate)|command/(entry-file|service-files)|acl/template-file)\\.ts$' },
      to: { path: '^src/', pathNot: ['^src/cli/', '^src/archive/', '^src/certificates/', '^src/msgpack/', '^src/gotext/', '^src/wire/', '^src/observe/'] },
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
    ...STATE_LAYERS.map(([folder, allowed, comment]) => layer(folder, allowed, comment)),
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

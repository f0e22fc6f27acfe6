// All commands of this version, each loaded only when it is called.

import type { Group, Registered } from './command/registered.js';
import { ACL_COMMANDS, ACL_GROUPS } from './commands/acl/registered.js';

export const GROUPS: readonly Group[] = [
  ...ACL_GROUPS,
  { words: ['catalog'], takesWords: true, synopsis: 'Look into the catalog' },
  { words: ['config'], takesWords: true, synopsis: 'Work with config entries' },
  { words: ['connect'], takesWords: false, synopsis: 'Look after the mesh' },
  {
    words: ['connect', 'ca'],
    takesWords: false,
    synopsis: "Look at the mesh's certificate authority and configure it",
  },
  { words: ['intention'], takesWords: true, synopsis: 'Say which services may connect to which' },
  { words: ['kv'], takesWords: true, synopsis: 'Work with the key-value store' },
  { words: ['operator'], takesWords: false, synopsis: 'Look after the servers of a cluster' },
  { words: ['operator', 'autopilot'], takesWords: false, synopsis: 'Look at autopilot and configure it' },
  { words: ['operator', 'raft'], takesWords: false, synopsis: 'Look at the Raft configuration and change it' },
  { words: ['operator', 'usage'], takesWords: false, synopsis: 'Look at how much there is' },
  { words: ['snapshot'], takesWords: true, synopsis: 'Save, look into and restore the state of the servers' },
  { words: ['tls'], takesWords: false, isOfGroups: true, synopsis: 'Make certificates for agents' },
  { words: ['tls', 'ca'], takesWords: false, synopsis: 'Make a certificate authority for agents' },
  { words: ['tls', 'cert'], takesWords: false, synopsis: 'Make certificates that it has signed' },
  { words: ['services'], takesWords: true, synopsis: 'Register, deregister, sync and export services' },
];

export const COMMANDS: readonly Registered[] = [
  ...ACL_COMMANDS,
  {
    words: ['catalog', 'datacenters'],
    synopsis: 'Lists all known datacenters',
    load: () => import('./commands/catalog/catalog-datacenters.js'),
  },
  {
    words: ['catalog', 'nodes'],
    synopsis: 'Lists the nodes of a datacenter',
    load: () => import('./commands/catalog/catalog-nodes.js'),
  },
  {
    words: ['catalog', 'services'],
    synopsis: 'Lists the services of a datacenter',
    load: () => import('./commands/catalog/catalog-services.js'),
  },
  {
    words: ['config', 'delete'],
    synopsis: 'Deletes a config entry',
    load: () => import('./commands/config/config-delete.js'),
  },
  {
    words: ['config', 'list'],
    synopsis: 'Lists config entries',
    load: () => import('./commands/config/config-list.js'),
  },
  {
    words: ['config', 'read'],
    synopsis: 'Shows a config entry',
    load: () => import('./commands/config/config-read.js'),
  },
  {
    words: ['config', 'write'],
    synopsis: 'Writes a config entry',
    load: () => import('./commands/config/config-write.js'),
  },
  {
    words: ['connect', 'ca', 'get-config'],
    synopsis: "Shows the certificate authority's configuration",
    load: () => import('./commands/connect/ca-get-config.js'),
  },
  {
    words: ['connect', 'ca', 'set-config'],
    synopsis: "Replaces the certificate authority's configuration",
    load: () => import('./commands/connect/ca-set-config.js'),
  },
  { words: ['event'], synopsis: 'Fires a user event', load: () => import('./commands/event.js') },
  {
    words: ['force-leave'],
    synopsis: 'Makes a failed member leave the cluster',
    load: () => import('./commands/force-leave.js'),
  },
  { words: ['info'], synopsis: 'Shows what an agent knows of itself', load: () => import('./commands/info.js') },
  {
    words: ['intention', 'check'],
    synopsis: 'Says whether one service may connect to another',
    load: () => import('./commands/intention/check.js'),
  },
  {
    words: ['intention', 'create'],
    synopsis: 'Makes intentions',
    load: () => import('./commands/intention/create.js'),
  },
  {
    words: ['intention', 'delete'],
    synopsis: 'Removes an intention',
    load: () => import('./commands/intention/delete.js'),
  },
  {
    words: ['intention', 'get'],
    synopsis: 'Shows an intention',
    load: () => import('./commands/intention/get.js'),
  },
  {
    words: ['intention', 'list'],
    synopsis: 'Lists all intentions',
    load: () => import('./commands/intention/list.js'),
  },
  {
    words: ['intention', 'match'],
    synopsis: 'Shows the intentions that match a service',
    load: () => import('./commands/intention/match.js'),
  },
  { words: ['join'], synopsis: 'Tells an agent to join a cluster', load: () => import('./commands/join.js') },
  { words: ['keygen'], synopsis: 'Makes a key for encrypted gossip', load: () => import('./commands/keygen.js') },
  {
    words: ['keyring'],
    synopsis: 'Lists and changes the keys of encrypted gossip',
    load: () => import('./commands/keyring.js'),
  },
  { words: ['kv', 'delete'], synopsis: 'Removes keys', load: () => import('./commands/kv/kv-delete.js') },
  { words: ['kv', 'export'], synopsis: 'Writes a tree as JSON', load: () => import('./commands/kv/kv-export.js') },
  { words: ['kv', 'get'], synopsis: 'Reads keys', load: () => import('./commands/kv/kv-get.js') },
  { words: ['kv', 'import'], synopsis: 'Reads a tree from JSON', load: () => import('./commands/kv/kv-import.js') },
  { words: ['kv', 'put'], synopsis: 'Sets a key', load: () => import('./commands/kv/kv-put.js') },
  {
    words: ['leave'],
    synopsis: 'Makes an agent leave the cluster and end',
    load: () => import('./commands/leave.js'),
  },
  {
    words: ['lock'],
    synopsis: 'Runs a program while it holds a lock',
    load: () => import('./commands/lock.js'),
  },
  {
    words: ['login'],
    synopsis: "Exchanges somebody else's token for an ACL token",
    load: () => import('./commands/login.js'),
  },
  { words: ['logout'], synopsis: 'Ends a token that came from a login', load: () => import('./commands/logout.js') },
  {
    words: ['maint'],
    synopsis: 'Takes the node or a service out of service for a while',
    load: () => import('./commands/maint.js'),
  },
  { words: ['members'], synopsis: 'Lists the members of the cluster', load: () => import('./commands/members.js') },
  { words: ['monitor'], synopsis: "Streams an agent's log", load: () => import('./commands/monitor.js') },
  {
    words: ['operator', 'autopilot', 'get-config'],
    synopsis: "Shows autopilot's configuration",
    load: () => import('./commands/operator/autopilot-get-config.js'),
  },
  {
    words: ['operator', 'autopilot', 'set-config'],
    synopsis: "Changes autopilot's configuration",
    load: () => import('./commands/operator/autopilot-set-config.js'),
  },
  {
    words: ['operator', 'autopilot', 'state'],
    synopsis: 'Shows what autopilot knows of the servers',
    load: () => import('./commands/operator/autopilot-state.js'),
  },
  {
    words: ['operator', 'raft', 'list-peers'],
    synopsis: 'Lists the servers of the Raft configuration',
    load: () => import('./commands/operator/raft-list-peers.js'),
  },
  {
    words: ['operator', 'raft', 'remove-peer'],
    synopsis: 'Removes a server from the Raft configuration',
    load: () => import('./commands/operator/raft-remove-peer.js'),
  },
  {
    words: ['operator', 'raft', 'transfer-leader'],
    synopsis: 'Hands leadership over to another server',
    load: () => import('./commands/operator/raft-transfer-leader.js'),
  },
  {
    words: ['operator', 'usage', 'instances'],
    synopsis: 'Shows how many nodes, services and instances there are',
    load: () => import('./commands/operator/usage-instances.js'),
  },
  {
    words: ['reload'],
    synopsis: 'Makes an agent read its configuration again',
    load: () => import('./commands/reload.js'),
  },
  {
    words: ['rtt'],
    synopsis: 'Estimates the round-trip time between two nodes',
    load: () => import('./commands/rtt.js'),
  },
  {
    words: ['services', 'deregister'],
    synopsis: 'Takes services off an agent',
    load: () => import('./commands/services/services-deregister.js'),
  },
  {
    words: ['services', 'export'],
    synopsis: 'Exports a service to other clusters',
    load: () => import('./commands/services/services-export.js'),
  },
  {
    words: ['services', 'exported-services'],
    synopsis: 'Lists the services that are exported to other clusters',
    load: () => import('./commands/services/exported-services.js'),
  },
  {
    words: ['services', 'register'],
    synopsis: 'Registers services with an agent',
    load: () => import('./commands/services/services-register.js'),
  },
  {
    words: ['services', 'sync'],
    synopsis: "Makes an agent's services equal to what files define",
    load: () => import('./commands/services/services-sync.js'),
  },
  {
    words: ['snapshot', 'decode'],
    synopsis: 'Writes the records of an archive as JSON lines',
    load: () => import('./commands/snapshot/snapshot-decode.js'),
  },
  {
    words: ['snapshot', 'inspect'],
    synopsis: 'Shows what an archive holds',
    load: () => import('./commands/snapshot/snapshot-inspect.js'),
  },
  {
    words: ['snapshot', 'restore'],
    synopsis: 'Puts the state of an archive in place of the present one',
    load: () => import('./commands/snapshot/snapshot-restore.js'),
  },
  {
    words: ['snapshot', 'save'],
    synopsis: 'Saves the state of the servers as an archive',
    load: () => import('./commands/snapshot/snapshot-save.js'),
  },
  {
    words: ['tls', 'ca', 'create'],
    synopsis: 'Makes a certificate authority for the agents of a cluster',
    load: () => import('./commands/tls/ca-create.js'),
  },
  {
    words: ['tls', 'cert', 'create'],
    synopsis: 'Makes a certificate for a server, a client agent or a command line',
    load: () => import('./commands/tls/cert-create.js'),
  },
  {
    words: ['validate'],
    synopsis: 'Checks configuration files and directories',
    load: () => import('./commands/validate.js'),
  },
  { words: ['version'], synopsis: 'Prints the version', load: () => import('./commands/version.js') },
  {
    words: ['watch'],
    synopsis: 'Shows what changes, or runs a program with it',
    load: () => import('./commands/watch.js'),
  },
];

// The flags every command has that talks to an agent.

import type { Flag } from '../../gotext/flag-set.js';

export const CLIENT_FLAGS: readonly Flag[] = [
  { name: 'ca-file', kind: 'string', usage: 'CA certificate the agent must be known to. Also CONSUL_CACERT.' },
  { name: 'ca-path', kind: 'string', usage: 'Directory of CA certificates. Also CONSUL_CAPATH.' },
  { name: 'client-cert', kind: 'string', usage: 'Own certificate. Also CONSUL_CLIENT_CERT.' },
  { name: 'client-key', kind: 'string', usage: 'Key of the own certificate. Also CONSUL_CLIENT_KEY.' },
  {
    name: 'http-addr',
    kind: 'string',
    usage:
      'Where the agent listens: host:port, a URL or unix:///path.\nAlso LICTOR_HTTP_ADDR, CONSUL_HTTP_ADDR. Default 127.0.0.1:8500.',
  },
  { name: 'tls-server-name', kind: 'string', usage: 'Name in the agent’s certificate. Also CONSUL_TLS_SERVER_NAME.' },
  { name: 'token', kind: 'string', usage: 'ACL token. Also CONSUL_HTTP_TOKEN.' },
  { name: 'token-file', kind: 'string', usage: 'File with the ACL token. Also CONSUL_HTTP_TOKEN_FILE.' },
];

/** For commands whose answer comes from the servers. */
export const SERVER_FLAGS: readonly Flag[] = [
  { name: 'datacenter', kind: 'string', usage: 'Datacenter to ask. Default: the agent’s.' },
  { name: 'stale', kind: 'bool', usage: 'Any server may answer, not only the leader.' },
];

export const PARTITION_FLAG: Flag = {
  name: 'partition',
  kind: 'string',
  usage: 'For editions with partitions; others refuse it. Also CONSUL_PARTITION.',
};
export const NAMESPACE_FLAG: Flag = {
  name: 'namespace',
  kind: 'string',
  usage: 'For editions with namespaces; others refuse it. Also CONSUL_NAMESPACE.',
};

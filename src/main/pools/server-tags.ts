// What makes a member a server (spec/gossip.md, section 18).

const INTEGER = /^[+-]?\d+$/;

export function isServer(tags: ReadonlyMap<string, string>): boolean {
  if (tags.get('role') !== 'consul') return false;
  const isInteger = (name: string): boolean => INTEGER.test(tags.get(name) ?? '');
  if (!isInteger('port') || !isInteger('vsn')) return false;
  const optional = [
    'expect',
    'raft_vsn',
    'wan_join_port',
    ...[...tags.keys()].filter((name) => name.startsWith('ft_')),
  ];
  if (optional.some((name) => tags.has(name) && !isInteger(name))) return false;
  const ports = ['grpc_port', 'grpc_tls_port'].filter((name) => tags.has(name));
  if (ports.length > 0 && !ports.some((name) => Number(tags.get(name)) >= 1)) return false;
  return /\d+\.\d+\.\d+/.test(tags.get('build') ?? '');
}

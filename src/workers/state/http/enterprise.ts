// Namespaces and partitions belong to Consul Enterprise: whoever names one is told so (spec/http.md, section 3).

import type { ApiCall } from './api-call.js';
import { type Reply, text } from './message/reply.js';
import { EMPTY_QUERY } from './parameters/query.js';

const NAMESPACES = 'Namespaces are a Consul Enterprise feature';
const PARTITIONS = 'Partitions are a Consul Enterprise feature';

export function refuseEnterprise(call: ApiCall, ignoresNamespace: boolean): Reply | null {
  if (call.query !== EMPTY_QUERY) {
    if (!ignoresNamespace && call.query.first('ns') !== '') return parameter('ns', NAMESPACES);
    if (call.query.first('partition') !== '') return parameter('partition', PARTITIONS);
  }
  if (!ignoresNamespace && call.header('x-consul-namespace')) return header('X-Consul-Namespace', NAMESPACES);
  if (call.header('x-consul-partition')) return header('X-Consul-Partition', PARTITIONS);
  return null;
}

function parameter(name: string, why: string): Reply {
  return text(400, `Invalid query parameter: "${name}" - ${why}`);
}

function header(name: string, why: string): Reply {
  return text(400, `Invalid header: "${name}" - ${why}`);
}

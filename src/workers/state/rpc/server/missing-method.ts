// What is said of a method that there isn't (spec/rpc.md, section 3): by it clients tell an old server.

import type { RpcMethods } from './method.js';

export function missingMethodText(methods: RpcMethods, name: string): string {
  const dot = name.lastIndexOf('.');
  if (dot < 0) return `rpc: service/method request ill-formed: ${name}`;
  const service = name.slice(0, dot + 1);
  for (const known of methods.keys()) if (known.startsWith(service)) return `rpc: can't find method ${name}`;
  return `rpc: can't find service ${name}`;
}

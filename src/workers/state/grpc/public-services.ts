// What is served on the ports of gRPC: on every agent health, DNS and reflection, on servers what consul-dataplane and programs
// like it ask of them.

import type { Calls } from '../calls/calls.js';
import type { Converse, Serve } from '../rpc/grpc/grpc-call.js';
import type { Services } from '../rpc/grpc/grpc-connections.js';
import { aclFile } from './messages/acl.js';
import { connectCaFile } from './messages/connect-ca.js';
import { dataplaneFile } from './messages/dataplane.js';
import { dnsFile } from './messages/dns.js';
import { healthFile } from './messages/health.js';
import { type ProtoFile, pathOf } from './messages/message.js';
import { serverDiscoveryFile } from './messages/server-discovery.js';
import { Described, reflect, reflectionFiles } from './reflection/reflect.js';
import { acl } from './services/acl.js';
import { type ConnectCaParts, connectCa } from './services/connect-ca.js';
import { dataplane } from './services/dataplane.js';
import { type AnswerDns, dns } from './services/dns.js';
import { health } from './services/health.js';
import { serverDiscovery } from './services/server-discovery.js';

/** Of a server. */
export interface ServerParts extends ConnectCaParts {
  readonly calls: Pick<Calls, 'read' | 'write'>;
}

/** `server`: null on a client agent. */
export function publicServices(answerDns: AnswerDns, server: ServerParts | null): Services {
  const ofServers = server === null ? [] : [aclFile, connectCaFile, dataplaneFile, serverDiscoveryFile];
  const files: readonly ProtoFile[] = [...ofServers, dnsFile, healthFile, ...reflectionFiles];
  const described = new Described(files);
  const services = new Map<string, Serve | Converse>([
    ...health(new Set(described.services)),
    ...dns(answerDns),
    ...(server === null
      ? []
      : [...acl(server), ...connectCa(server), ...dataplane(server), ...serverDiscovery(server)]),
  ]);
  for (const [method, converse] of reflect(described)) services.set(pathOf(method), converse);
  return services;
}

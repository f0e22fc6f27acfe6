// hashicorp.consul.dns: questions of DNS.

import { bytes, type Enumeration, oneOf } from './kinds.js';
import { type Method, message, type ProtoFile, type RowIn } from './message.js';

const PACKAGE = 'hashicorp.consul.dns';

const protocol: Enumeration = {
  name: `${PACKAGE}.Protocol`,
  values: ['PROTOCOL_UNSET_UNSPECIFIED', 'PROTOCOL_TCP', 'PROTOCOL_UDP'],
};
export const Protocol = { tcp: 1, udp: 2 } as const;

const queryRequest = message(`${PACKAGE}.QueryRequest`, { msg: [1, bytes], protocol: [2, oneOf(protocol)] });
const queryResponse = message(`${PACKAGE}.QueryResponse`, { msg: [1, bytes] });

export const query: Method<RowIn<typeof queryRequest>, RowIn<typeof queryResponse>> = {
  service: `${PACKAGE}.DNSService`,
  name: 'Query',
  input: queryRequest,
  output: queryResponse,
};

export const dnsFile: ProtoFile = {
  path: 'proto-public/pbdns/dns.proto',
  package: PACKAGE,
  imports: [],
  messages: [queryRequest, queryResponse],
  enums: [protocol],
  methods: [query],
};

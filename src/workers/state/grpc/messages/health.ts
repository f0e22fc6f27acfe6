// grpc.health.v1: whether a service is served, as every gRPC server tells it.

import { type Enumeration, oneOf, text } from './kinds.js';
import { type Method, message, type ProtoFile, type RowIn } from './message.js';

const PACKAGE = 'grpc.health.v1';
const SERVICE = `${PACKAGE}.Health`;

const servingStatus: Enumeration = {
  name: `${PACKAGE}.HealthCheckResponse.ServingStatus`,
  values: ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'],
};
export const Serving = { serving: 1, unknownService: 3 } as const;

const request = message(`${PACKAGE}.HealthCheckRequest`, { service: [1, text] });
const response = message(`${PACKAGE}.HealthCheckResponse`, { status: [1, oneOf(servingStatus)] });

export const check: Method<RowIn<typeof request>, RowIn<typeof response>> = {
  service: SERVICE,
  name: 'Check',
  input: request,
  output: response,
};

export const watch: Method<RowIn<typeof request>, RowIn<typeof response>> = {
  ...check,
  name: 'Watch',
  answersMany: true,
};

export const healthFile: ProtoFile = {
  path: 'grpc/health/v1/health.proto',
  package: PACKAGE,
  imports: [],
  messages: [request, response],
  enums: [servingStatus],
  methods: [check, watch],
};

// hashicorp.consul.connectca: the roots of the mesh, and certificates by them.

import { bool, text, texts, uint64 } from './kinds.js';
import { inner, inners, type Method, message, type ProtoFile, type RowIn } from './message.js';
import { timestamp, timestampFile } from './well-known.js';

const PACKAGE = 'hashicorp.consul.connectca';
const SERVICE = `${PACKAGE}.ConnectCAService`;

const root = message(`${PACKAGE}.CARoot`, {
  id: [1, text],
  name: [2, text],
  serial_number: [3, uint64],
  signing_key_id: [4, text],
  root_cert: [5, text],
  intermediate_certs: [6, texts],
  active: [7, bool],
  rotated_out_at: [8, inner(timestamp)],
});

const watchRootsRequest = message(`${PACKAGE}.WatchRootsRequest`, {});
const watchRootsResponse = message(`${PACKAGE}.WatchRootsResponse`, {
  active_root_id: [1, text],
  trust_domain: [2, text],
  roots: [3, inners(root)],
});
const signRequest = message(`${PACKAGE}.SignRequest`, { csr: [1, text] });
const signResponse = message(`${PACKAGE}.SignResponse`, { cert_pem: [2, text] });

export type RootRow = RowIn<typeof root>;

export const watchRoots: Method<RowIn<typeof watchRootsRequest>, RowIn<typeof watchRootsResponse>> = {
  service: SERVICE,
  name: 'WatchRoots',
  input: watchRootsRequest,
  output: watchRootsResponse,
  answersMany: true,
};

export const sign: Method<RowIn<typeof signRequest>, RowIn<typeof signResponse>> = {
  service: SERVICE,
  name: 'Sign',
  input: signRequest,
  output: signResponse,
};

export const connectCaFile: ProtoFile = {
  path: 'proto-public/pbconnectca/ca.proto',
  package: PACKAGE,
  imports: [timestampFile],
  messages: [watchRootsRequest, watchRootsResponse, root, signRequest, signResponse],
  enums: [],
  methods: [watchRoots, sign],
};

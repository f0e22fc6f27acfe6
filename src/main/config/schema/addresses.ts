// What the settings of addresses and ports come down to: where the agent listens, and what it tells others.

import type { Listener } from '../../../wire/config.js';

export interface Ports {
  readonly dns: number;
  readonly http: number;
  readonly https: number;
  readonly grpc: number;
  readonly grpcTls: number;
  readonly server: number;
  readonly serfLan: number;
  readonly serfWan: number;
}

export interface Addresses {
  readonly bind: string;
  readonly serfLanBind: string;
  readonly serfWanBind: string;
  readonly advertise: string;
  readonly advertiseWan: string;
  readonly tagged: { readonly [name: string]: string };
  readonly clients: readonly string[];
  readonly ports: Ports;
  readonly dns: readonly Listener[];
  readonly http: readonly Listener[];
  readonly https: readonly Listener[];
  readonly grpc: readonly Listener[];
  readonly grpcTls: readonly Listener[];
}

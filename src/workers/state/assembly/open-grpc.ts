// gRPC on its ports, with what the agent's mode has to serve. Nothing of it is loaded before there is a port for it.

import type { Closing } from '../../../lifecycle/closing.js';
import type { RuntimeConfig } from '../../../wire/config.js';
import type { GrpcPorts } from '../grpc/grpc-ports.js';
import type { Mode } from './mode.js';
import type { DnsInterface } from './open-dns.js';
import type { Parts } from './parts.js';

export interface GrpcInterface {
  reload(config: RuntimeConfig): void;
}

/** A port behind TLS wants a certificate, which may come with a reload. */
function hasPort({ grpcListeners, grpcTlsListeners, tls }: RuntimeConfig): boolean {
  return grpcListeners.length > 0 || (grpcTlsListeners.length > 0 && tls.grpc.material.cert !== '');
}

async function loadPorts(parts: Parts, mode: Mode, dns: DnsInterface): Promise<GrpcPorts> {
  const [{ GrpcPorts: Ports }, { publicServices }] = await Promise.all([
    import('../grpc/grpc-ports.js'),
    import('../grpc/public-services.js'),
  ]);
  const { settings, logger, telemetry } = parts;
  const server = mode.grpc && {
    ...mode.grpc,
    calls: mode.askedCalls,
    tokens: mode.acls,
    datacenter: settings.current.datacenter,
    isEnabled: () => settings.current.connect.enabled,
  };
  const services = publicServices((packet, transport, asker) => dns.answer(packet, asker, transport), server);
  return new Ports({ config: settings.current, services, logger, metrics: telemetry.metrics });
}

/** Rejects with what the operator is told. */
export async function openGrpc(parts: Parts, mode: Mode, dns: DnsInterface, closing: Closing): Promise<GrpcInterface> {
  let ports: GrpcPorts | null = null;
  let isClosed = false;
  const open = async (): Promise<void> => {
    const loaded = await loadPorts(parts, mode, dns);
    if (isClosed) return;
    ports = loaded;
    await loaded.listen();
  };
  closing.add('gRPC', async () => {
    isClosed = true;
    await ports?.close();
  });
  if (hasPort(parts.settings.current)) await open();
  return {
    reload(config) {
      if (ports !== null) ports.reload(config);
      else if (hasPort(config)) {
        open().catch((error: Error) => parts.logger.error('gRPC can not be served', 'error', error.message));
      }
    },
  };
}

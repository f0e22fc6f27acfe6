// DNS on its listeners, answered as the agent's mode has it.

import { joinHostPort } from '../../gotext/host-port.js';
import type { Closing } from '../../lifecycle/closing.js';
import { DnsServer } from './dns/server.js';
import type { Mode } from './mode.js';
import type { Interface } from './open-http.js';
import type { Parts } from './parts.js';

/** What an agent has that serves no DNS. */
const NO_DNS: Interface = { addresses: [], reload: () => {} };

export async function openDns(
  { settings, telemetry, logger }: Parts,
  mode: Mode,
  closing: Closing,
): Promise<Interface> {
  const { dns, datacenter, nodeName } = settings.current;
  if (dns.listeners.length === 0) return NO_DNS;
  const { metrics } = telemetry;
  const server = new DnsServer({
    config: dns,
    answers: mode.dnsAnswers,
    datacenter,
    nodeName,
    metrics,
    logger,
  });
  closing.add(() => server.close());
  await server.listen();
  const addresses = server.bound.map(({ address, port }) => {
    const shown = joinHostPort(address, port);
    for (const network of ['udp', 'tcp']) {
      logger.info('Started DNS server', 'address', shown, 'network', network);
    }
    return shown;
  });
  return { addresses, reload: (config) => server.reload(config.dns) };
}

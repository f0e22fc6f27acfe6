// What the agent says before its log begins; people and scripts read it, so its lines have a fixed form (spec/agent.md
// section 1, "Banner").

import type { RuntimeConfig, TlsStanza } from '../wire/config.js';
import { BUILD_DATE } from '../wire/version.js';

/** Column of the colon. */
const LABEL_WIDTH = 22;

/** Text for stdout, with the line after which the log follows. */
export function renderBanner(config: RuntimeConfig): string {
  const { ports, tls } = config;
  const segment = config.server ? '<all>' : '';
  const lines: [label: string, value: string][] = [
    ['Version', `'${config.version}'`],
    ['Build Date', `'${BUILD_DATE}'`],
    ['Node ID', `'${config.nodeId}'`],
    ['Node name', `'${config.nodeName}'`],
    ['Datacenter', `'${config.datacenter}' (Segment: '${segment}')`],
    ['Server', `${config.server} (Bootstrap: ${config.bootstrap})`],
    [
      'Client Addr',
      `[${config.clientAddresses.join(' ')}] (HTTP: ${ports.http}, HTTPS: ${ports.https}, gRPC: ${ports.grpc}, gRPC-TLS: ${ports.grpcTls}, DNS: ${ports.dns})`,
    ],
    ['Cluster Addr', `${config.advertiseAddress} (LAN: ${ports.serfLan}, WAN: ${ports.serfWan})`],
    ['Gossip Encryption', String(config.encryptKey !== '')],
    ['Auto-Encrypt-TLS', String(config.autoEncrypt.tls)],
    ['ACL Enabled', String(config.aclEnabled)],
    ...(config.server ? [['Reporting Enabled', 'false'] as [string, string]] : []),
    ['ACL Default Policy', config.acl.defaultPolicy],
    ['HTTPS TLS', `${verify(tls.https)}, Min Version: ${tls.https.minVersion}`],
    ['gRPC TLS', `Verify Incoming: ${tls.grpc.verifyIncoming}, Min Version: ${tls.grpc.minVersion}`],
    [
      'Internal RPC TLS',
      `${verify(tls.internalRpc)} (Verify Hostname: ${tls.internalRpc.verifyServerHostname}), Min Version: ${tls.internalRpc.minVersion}`,
    ],
  ];
  const body = lines.map(([label, value]) => `${label.padStart(LABEL_WIDTH)}: ${value}\n`).join('');
  return `==> Starting lictor agent...\n${body}\n==> Log data will now stream in as it occurs:\n\n`;
}

function verify(tls: TlsStanza): string {
  return `Verify Incoming: ${tls.verifyIncoming}, Verify Outgoing: ${tls.verifyOutgoing}`;
}

// Where the agent is and how to talk to it: from flags, then from the environment (lictor's own variable first, then the
// ones Consul users have set).

import fs from 'node:fs';
import type { Options } from '../command/command.js';

export interface Endpoint {
  readonly protocol: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  /** "" unless it is a unix socket. */
  readonly socketPath: string;
  readonly token: string;
  /** user:password, "" for none. */
  readonly basicAuth: string;
  readonly tls: {
    readonly ca: readonly string[];
    readonly cert: string;
    readonly key: string;
    readonly serverName: string;
    readonly verify: boolean;
  };
}

export type FoundEndpoint =
  | { readonly ok: true; readonly endpoint: Endpoint }
  | { readonly ok: false; readonly error: string };

const DEFAULT_PORT = { http: 80, https: 443 } as const;

export function findEndpoint(options: Options, environment: NodeJS.ProcessEnv = process.env): FoundEndpoint {
  const setting = (flag: string, variable: string): string => options.text(flag) || (environment[variable] ?? '');
  const address =
    options.text('http-addr') || environment['LICTOR_HTTP_ADDR'] || environment['CONSUL_HTTP_ADDR'] || '127.0.0.1:8500';
  try {
    const target = parseAddress(address, isTrue(environment['CONSUL_HTTP_SSL']));
    if (target === null) return { ok: false, error: `invalid agent address ${address}` };
    const caFile = setting('ca-file', 'CONSUL_CACERT');
    const caPath = setting('ca-path', 'CONSUL_CAPATH');
    const cert = setting('client-cert', 'CONSUL_CLIENT_CERT');
    const key = setting('client-key', 'CONSUL_CLIENT_KEY');
    const verify = environment['CONSUL_HTTP_SSL_VERIFY'];
    const isSecure = target.protocol === 'https';
    return {
      ok: true,
      endpoint: {
        ...target,
        token: findToken(options, environment),
        basicAuth: environment['CONSUL_HTTP_AUTH'] ?? '',
        tls: {
          ca: isSecure ? [...(caFile ? [readText(caFile)] : []), ...(caPath ? readFolder(caPath) : [])] : [],
          cert: isSecure && cert ? readText(cert) : '',
          key: isSecure && key ? readText(key) : '',
          serverName: setting('tls-server-name', 'CONSUL_TLS_SERVER_NAME'),
          verify: verify === undefined || verify === '' || isTrue(verify),
        },
      },
    };
  } catch (error) {
    return { ok: false, error: (error as Error).message };
  }
}

/** `scheme://host:port` in its parts, as error texts name it. */
export function endpointUrl({ protocol, host, port, socketPath }: Endpoint): string {
  if (socketPath !== '') return `http://${encodeURIComponent(socketPath)}`;
  const name = host.includes(':') ? `[${host}]` : host;
  return `${protocol}://${name}${port === DEFAULT_PORT[protocol] ? '' : `:${port}`}`;
}

function isTrue(text: string | undefined): boolean {
  return text !== undefined && ['1', 't', 'true'].includes(text.toLowerCase());
}

function parseAddress(
  address: string,
  secure: boolean,
): Pick<Endpoint, 'protocol' | 'host' | 'port' | 'socketPath'> | null {
  if (address.startsWith('unix://')) {
    return { protocol: 'http', host: 'localhost', port: 80, socketPath: address.slice('unix://'.length) };
  }
  const withScheme = /^https?:\/\//.test(address) ? address : `${secure ? 'https' : 'http'}://${address}`;
  let url: URL;
  try {
    url = new URL(withScheme);
  } catch {
    return null;
  }
  const protocol = url.protocol === 'https:' ? 'https' : 'http';
  const port = url.port === '' ? DEFAULT_PORT[protocol] : Number(url.port);
  return { protocol, host: url.hostname.replace(/^\[|\]$/g, ''), port, socketPath: '' };
}

function findToken(options: Options, environment: NodeJS.ProcessEnv): string {
  if (options.text('token') !== '') return options.text('token');
  const file = options.text('token-file') || environment['CONSUL_HTTP_TOKEN_FILE'] || '';
  return file === '' ? (environment['CONSUL_HTTP_TOKEN'] ?? '') : readText(file).trim();
}

function readText(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`Error loading file ${file}: ${(error as Error).message}`);
  }
}

function readFolder(folder: string): string[] {
  return fs.readdirSync(folder).map((name) => readText(`${folder}/${name}`));
}

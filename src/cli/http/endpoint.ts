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
  /** Where an agent stands behind a proxy, as `/consul`: in front of each path. "" for none. */
  readonly pathPrefix: string;
  /** An agent of an edition without them refuses both. "" for none. */
  readonly namespace: string;
  readonly partition: string;
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
    if (typeof target === 'string') return { ok: false, error: target };
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
        basicAuth: withPassword(environment['CONSUL_HTTP_AUTH'] ?? ''),
        namespace: setting('namespace', 'CONSUL_NAMESPACE'),
        partition: setting('partition', 'CONSUL_PARTITION'),
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

function withPassword(user: string): string {
  return user === '' || user.includes(':') ? user : `${user}:`;
}

type Target = Pick<Endpoint, 'protocol' | 'host' | 'port' | 'socketPath' | 'pathPrefix'>;

/** A text: what is wrong with it. */
function parseAddress(address: string, secure: boolean): Target | string {
  const [, scheme, rest = address] = /^(.*?):\/\/(.*)$/s.exec(address) ?? [];
  if (scheme === 'unix') return { protocol: 'http', host: 'localhost', port: 80, socketPath: rest, pathPrefix: '' };
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https') return `Unknown protocol scheme: ${scheme}`;
  // Who asked for TLS gets nothing less.
  const protocol = secure || scheme === 'https' ? 'https' : 'http';
  let url: URL;
  try {
    url = new URL(`${protocol}://${rest}`);
  } catch {
    return `invalid agent address ${address}`;
  }
  const port = url.port === '' ? DEFAULT_PORT[protocol] : Number(url.port);
  return {
    protocol,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port,
    socketPath: '',
    pathPrefix: url.pathname.replace(/\/+$/, ''),
  };
}

/** The first that there is; a file that holds nothing is passed over. */
function findToken(options: Options, environment: NodeJS.ProcessEnv): string {
  return (
    tokenIn(options.text('token-file')) ||
    options.text('token') ||
    tokenIn(environment['CONSUL_HTTP_TOKEN_FILE'] ?? '') ||
    (environment['CONSUL_HTTP_TOKEN'] ?? '')
  );
}

function tokenIn(file: string): string {
  return file === '' ? '' : readText(file).trim();
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

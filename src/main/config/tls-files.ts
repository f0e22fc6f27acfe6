// The files that TLS settings name, read and judged at a start and at each reload: what can't be used refuses the whole of it,
// and every thread gets the same bytes, whatever becomes of the files in between.

import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { errnoText, messageOf } from '../../gotext/errno.js';
import { nodeCrypto } from '../../tls/node-modules.js';
import { isOutdatedVersion } from '../../tls/policy.js';
import { secureContext } from '../../tls/secure-context.js';
import type { RuntimeConfig, TlsMaterial, TlsStanza } from '../../wire/config.js';

const TICKET_KEY_BYTES = 48;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

export type TlsRead =
  | { readonly ok: true; readonly config: RuntimeConfig; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly error: string };

/** What is wrong with a file; its message is for the operator. */
class Unusable extends Error {}

/** `config` with what its TLS files hold. */
export function readTlsFiles(config: RuntimeConfig): TlsRead {
  const { internalRpc, https, grpc } = config.tls;
  const warnings: string[] = [];
  try {
    const tls = {
      ...config.tls,
      internalRpc: read('internal_rpc', internalRpc, warnings),
      https: read('https', https, warnings),
      grpc: read('grpc', grpc, warnings),
    };
    const filled = { ...config, tls };
    const missing = missingPart(filled);
    const { autoEncrypt } = config;
    if (autoEncrypt.allowTls && filled.tls.internalRpc.material.cert === '') {
      warnings.push(
        'auto_encrypt.allow_tls is set but tls.internal_rpc has no cert_file and key_file: nobody is given a certificate',
      );
    }
    // Stock listens all the same, and test kits set the port without a certificate.
    if (filled.httpsListeners.length > 0 && filled.tls.https.material.cert === '' && !autoEncrypt.tls) {
      warnings.push('ports.https is set but tls.https has no cert_file and key_file: every handshake there will fail');
    }
    // On servers the port is there without being asked for.
    const { material: ofGrpc, useAutoCert } = filled.tls.grpc;
    const isGiven = autoEncrypt.tls && useAutoCert;
    if (!filled.server && filled.grpcTlsListeners.length > 0 && ofGrpc.cert === '' && !isGiven) {
      warnings.push('ports.grpc_tls is set but tls.grpc has no cert_file and key_file: nothing is served there');
    }
    return missing === null ? { ok: true, config: filled, warnings } : { ok: false, error: missing };
  } catch (error) {
    if (error instanceof Unusable) return { ok: false, error: error.message };
    throw error;
  }
}

function missingPart({ tls, server, httpsListeners, grpcTlsListeners, autoEncrypt }: RuntimeConfig): string | null {
  const { internalRpc, https, grpc } = tls;
  for (const { verifyOutgoing, material } of [internalRpc, https]) {
    // A directory may be empty.
    if (verifyOutgoing && material.ca.length === 0) return 'VerifyOutgoing set but no CA certificates were provided';
  }
  const incoming = [
    ...(server ? [internalRpc] : []),
    ...(httpsListeners.length > 0 ? [https] : []),
    // Without a certificate nothing is served there, and a server has the port without being told.
    ...(grpcTlsListeners.length > 0 && grpc.material.cert !== '' ? [grpc] : []),
  ];
  for (const { verifyIncoming, material } of incoming) {
    if (!verifyIncoming) continue;
    if (material.ca.length === 0) return 'VerifyIncoming set but no CA certificates were provided';
    // The servers' certificate serves HTTPS, too.
    if (material.cert === '' && !autoEncrypt.tls) return 'VerifyIncoming set but no Cert/Key pair was provided';
  }
  return null;
}

function read(name: string, stanza: TlsStanza, warnings: string[]): TlsStanza {
  const { caFile, caPath, certFile, keyFile, minVersion } = stanza;
  if (isOutdatedVersion(minVersion)) {
    warnings.push(`tls.${name}.tls_min_version: ${minVersion} is not spoken by this version, TLSv1_2 is the oldest`);
  }
  if ([caFile, caPath, certFile, keyFile].every((file) => file === '')) return stanza;
  if ((certFile === '') !== (keyFile === '')) {
    throw new Unusable(`tls.${name}: cert_file and key_file must be set together`);
  }
  const material: TlsMaterial = {
    ca: [...(caFile === '' ? [] : [authorities(caFile)]), ...(caFile === '' && caPath !== '' ? folder(caPath) : [])],
    cert: certFile === '' ? '' : text('cert_file', certFile),
    key: keyFile === '' ? '' : text('key_file', keyFile),
    ticketKeys: randomBytes(TICKET_KEY_BYTES),
  };
  const filled = { ...stanza, material };
  try {
    secureContext(filled);
  } catch (error) {
    throw new Unusable(`tls.${name}: failed to load cert/key pair ${certFile}, ${keyFile}: ${messageOf(error)}`);
  }
  if (material.cert !== '') warnings.push(...validity(name, certFile, material.cert));
  return filled;
}

function text(key: string, file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    throw new Unusable(`Failed to read ${key}: open ${file}: ${errnoText(error)}`);
  }
}

/** A file of trusted certificates: OpenSSL would pass over what is none. */
function authorities(file: string): string {
  const pem = text('CA file', file);
  const found = pem.match(CERTIFICATE) ?? [];
  if (found.length === 0) throw new Unusable(`Error loading CA File: Couldn't parse PEM in: ${file}`);
  for (const one of found) {
    try {
      new (nodeCrypto().X509Certificate)(one);
    } catch (error) {
      throw new Unusable(`Error loading CA File: ${file}: ${messageOf(error)}`);
    }
  }
  return found.join('\n');
}

function folder(directory: string): readonly string[] {
  let entries: readonly fs.Dirent[];
  try {
    entries = fs.readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    throw new Unusable(`Error loading CA Directory: open ${directory}: ${errnoText(error)}`);
  }
  const files = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => path.join(directory, name));
  return files.sort().map(authorities);
}

/** A certificate that nobody will accept is no reason not to run: the other ports may be well. */
function validity(name: string, file: string, pem: string): readonly string[] {
  const { validFrom, validTo } = new (nodeCrypto().X509Certificate)(pem);
  const now = Date.now();
  if (now > Date.parse(validTo)) return [`tls.${name}: the certificate in ${file} expired on ${validTo}`];
  if (now < Date.parse(validFrom)) return [`tls.${name}: the certificate in ${file} is not valid before ${validFrom}`];
  return [];
}

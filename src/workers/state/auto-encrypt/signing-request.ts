// What an agent asks for when it has no certificate (spec/rpc.md, "CSR"): a key of its own, whose private half never leaves this
// process, and the names by which the agent is spoken to on its own host, with those that the configuration adds.

import { spiffeUri } from '../../../certificates/spiffe.js';
import { parseIp, parseIpAsWritten } from '../../../gotext/ip.js';

export interface Requester {
  readonly datacenter: string;
  readonly nodeName: string;
  /** `auto_encrypt.dns_san`, `auto_encrypt.ip_san`. */
  readonly dnsSan: readonly string[];
  readonly ipSan: readonly string[];
}

/** As PEM. */
export interface SigningRequest {
  readonly request: string;
  readonly key: string;
}

/** The servers put the real one in its place, which an agent learns with its certificate. */
const UNKNOWN_DOMAIN = 'unknown';
const LOCAL_ADDRESSES = ['127.0.0.1', '::1'];

export async function makeRequest({ datacenter, nodeName, dnsSan, ipSan }: Requester): Promise<SigningRequest> {
  const { makeKey, keyPem, makeSigningRequest } = await import('../../../certificates/certificates.js');
  const key = await makeKey('ec', 256);
  const uri = spiffeUri({ kind: 'agent', host: UNKNOWN_DOMAIN, datacenter, name: nodeName });
  const addresses = [...LOCAL_ADDRESSES.map(parseIpAsWritten), ...ipSan.map(parseIp)];
  const request = await makeSigningRequest(key, {
    uris: [uri],
    dns: ['localhost', ...dnsSan],
    addresses: addresses.filter((address) => address !== null),
  });
  return { request, key: keyPem(key) };
}

/** Whether the certificate, as PEM, is of that key; false as well for what is none. */
export async function isOfKey(certificate: string, key: string): Promise<boolean> {
  const { belongTogether, readKey } = await import('../../../certificates/certificates.js');
  try {
    return belongTogether(certificate, readKey(key));
  } catch {
    return false;
  }
}

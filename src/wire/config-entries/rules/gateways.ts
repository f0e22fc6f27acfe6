// The rules of the gateways' entries and of their routes.

import type { EntryOf } from '../entries.js';
import { firstError } from './first-error.js';

const LISTENER_PROTOCOLS: ReadonlySet<string> = new Set(['tcp', 'http', 'http2', 'grpc']);
const MAX_PORT = 65_535;

type IngressListener = NonNullable<EntryOf<'ingress-gateway'>['Listeners']>[number];

function ingressListenerError({ Port, Protocol, Services }: IngressListener): string | null {
  const services = Services ?? [];
  if (!LISTENER_PROTOCOLS.has(Protocol)) {
    return `protocol must be 'tcp', 'http', 'http2', or 'grpc'. '${Protocol}' is an unsupported protocol`;
  }
  if (services.length === 0) return `No service declared for listener with port ${Port}`;
  const isTcp = Protocol === 'tcp';
  if (isTcp && services.length > 1) {
    return `Multiple services per listener are only supported for L7 protocols, 'tcp' listener on port ${Port} has multiple services`;
  }
  const names = new Set<string>();
  return firstError(services, ({ Name, Hosts }) => {
    if (Name === '') return `Service name cannot be blank (listener on port ${Port})`;
    if (Name === '*' && isTcp) return "Wildcard service name is only valid for protocol = 'http', 'http2' and 'grpc'";
    if (Name === '*' && (Hosts?.length ?? 0) > 0)
      return `Associating hosts to a wildcard service is not supported (listener on port ${Port})`;
    if (isTcp && (Hosts?.length ?? 0) > 0)
      return `Associating hosts to a service is not supported for the tcp protocol (listener on port ${Port})`;
    if (names.has(Name)) return `Service ${Name} cannot be added multiple times (listener on port ${Port})`;
    names.add(Name);
    return null;
  });
}

export function ingressError(entry: EntryOf<'ingress-gateway'>): string | null {
  if (entry.Name === '') return 'Name is required';
  const ports = new Set<number>();
  return firstError(entry.Listeners, (listener) => {
    if (listener.Port < 1 || listener.Port > MAX_PORT) return `invalid port ${listener.Port} of a listener`;
    if (ports.has(listener.Port)) return `port ${listener.Port} declared on two listeners`;
    ports.add(listener.Port);
    return ingressListenerError(listener);
  });
}

export function terminatingError(entry: EntryOf<'terminating-gateway'>): string | null {
  if (entry.Name === '') return 'Name is required';
  const names = new Set<string>();
  return firstError(entry.Services, ({ Name, CAFile, CertFile, KeyFile }) => {
    if (Name === '') return 'Service name cannot be blank.';
    if (names.has(Name)) return `Service ${JSON.stringify(Name)} was specified more than once`;
    names.add(Name);
    const isWhole = (CertFile === '') === (KeyFile === '') && (CertFile === '' || CAFile !== '');
    return isWhole
      ? null
      : `Service ${JSON.stringify(Name)} must have a CertFile, CAFile, and KeyFile specified for TLS origination`;
  });
}

const API_PROTOCOLS: ReadonlySet<string> = new Set(['http', 'tcp']);
const LISTENER_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const CERTIFICATES: ReadonlySet<string> = new Set(['inline-certificate', 'file-system-certificate']);

export function apiGatewayError(entry: EntryOf<'api-gateway'>): string | null {
  if (entry.Name === '') return 'Name is required';
  const names = new Set<string>();
  return firstError(entry.Listeners, ({ Name, Port, Protocol, Hostname, TLS }) => {
    if (Name !== '' && !LISTENER_NAME.test(Name))
      return `listener name ${JSON.stringify(Name)} is invalid, must be at least 1 character and contain only letters, numbers, or dashes`;
    if (names.has(Name)) return `found multiple listeners with the name ${JSON.stringify(Name)}`;
    names.add(Name);
    if (Port < 1 || Port > MAX_PORT) return `listener port ${Port} not in the range 1-65535`;
    if (!API_PROTOCOLS.has(Protocol))
      return `unsupported listener protocol ${JSON.stringify(Protocol)}, must be one of 'tcp', or 'http'`;
    if (Protocol === 'tcp' && Hostname !== '') return 'hostname specification is not supported when using TCP';
    return firstError(TLS.Certificates, ({ Kind, Name: certificate }) => {
      if (!CERTIFICATES.has(Kind))
        return `unsupported certificate kind: ${JSON.stringify(Kind)}, must be 'inline-certificate' or 'file-system-certificate'`;
      return certificate === '' ? 'certificate reference must have a name' : null;
    });
  });
}

type Parents = EntryOf<'tcp-route'>['Parents'];

function parentsError(parents: Parents): string | null {
  const seen = new Set<string>();
  return firstError(parents, ({ Kind, Name, SectionName }) => {
    if (Kind !== 'api-gateway') return `unsupported parent kind: ${JSON.stringify(Kind)}, must be 'api-gateway'`;
    const key = `${Name}/${SectionName}`;
    if (seen.has(key)) return 'route parents must be unique';
    seen.add(key);
    return null;
  });
}

export function httpRouteError(entry: EntryOf<'http-route'>): string | null {
  if (entry.Name === '') return 'Name is required';
  return (
    parentsError(entry.Parents) ??
    firstError(entry.Rules, ({ Matches, Services }, at) => {
      const wrongPath = firstError(Matches, ({ Path }) =>
        Path.Match === 'regex' || Path.Value.startsWith('/') ? null : Path.Value,
      );
      if (wrongPath !== null) return `Rule[${at}], Match path doesn't start with '/': ${JSON.stringify(wrongPath)}`;
      return firstError(Services, ({ Name }) => (Name === '' ? `Rule[${at}], service name is required` : null));
    })
  );
}

export function tcpRouteError(entry: EntryOf<'tcp-route'>): string | null {
  if (entry.Name === '') return 'Name is required';
  if ((entry.Services?.length ?? 0) > 1) return 'tcp-route currently only supports one service';
  return (
    parentsError(entry.Parents) ??
    firstError(entry.Services, ({ Name }) => (Name === '' ? 'service name is required' : null))
  );
}

const PEM = /-----BEGIN [A-Z0-9 ]+-----/;

/** Of a certificate whose text stands in the entry. */
export function inlineCertificateError(entry: EntryOf<'inline-certificate'>): string | null {
  if (entry.Name === '') return 'Name is required';
  if (!PEM.test(entry.PrivateKey)) return 'failed to parse private key PEM';
  return PEM.test(entry.Certificate) ? null : 'failed to parse certificate PEM';
}

export function fileCertificateError(entry: EntryOf<'file-system-certificate'>): string | null {
  if (entry.Name === '') return 'Name is required';
  if (entry.Certificate === '') return 'certificate path is required';
  return entry.PrivateKey === '' ? 'private key path is required' : null;
}

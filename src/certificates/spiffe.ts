// Who a certificate is for, as a SPIFFE URI: a service, an agent, a server, a mesh gateway, or the authority itself.

export type SpiffeId =
  | { readonly kind: 'service'; readonly host: string; readonly datacenter: string; readonly name: string }
  | { readonly kind: 'agent'; readonly host: string; readonly datacenter: string; readonly name: string }
  | { readonly kind: 'server'; readonly host: string; readonly datacenter: string }
  | { readonly kind: 'mesh-gateway'; readonly host: string; readonly datacenter: string };

/** As Go writes a segment of a path: a name of the usual letters stays as it is. */
function formattedUrlPart(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString())
    .replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%(?:24|26|2B|2C|3A|3B|3D|40)/g, decodeURIComponent);
}

export function spiffeUri(id: SpiffeId): string {
  const datacenter = formattedUrlPart(id.datacenter);
  switch (id.kind) {
    case 'service':
      return `spiffe://${id.host}/ns/default/dc/${datacenter}/svc/${formattedUrlPart(id.name)}`;
    case 'agent':
      return `spiffe://${id.host}/agent/client/dc/${datacenter}/id/${formattedUrlPart(id.name)}`;
    case 'server':
      return `spiffe://${id.host}/agent/server/dc/${datacenter}`;
    case 'mesh-gateway':
      return `spiffe://${id.host}/gateway/mesh/dc/${datacenter}`;
  }
}

const SPIFFE = /^spiffe:\/\/([^/?#@]+)(\/[^?#]*)$/i;
const SERVICE = /^(?:\/ap\/default)?\/ns\/default\/dc\/([^/]+)\/svc\/([^/]+)$/;
const AGENT = /^(?:\/ap\/default)?\/agent\/client\/dc\/([^/]+)\/id\/([^/]+)$/;
const SERVER = /^\/agent\/server\/dc\/([^/]+)$/;
const GATEWAY = /^(?:\/ap\/default)?\/gateway\/mesh\/dc\/([^/]+)$/;

function unescaped(part: string | undefined): string | null {
  try {
    return decodeURIComponent(part ?? '');
  } catch {
    return null;
  }
}

/** null: it is none of those that are signed here. */
export function parseSpiffe(uri: string): SpiffeId | null {
  const [, host, path] = SPIFFE.exec(uri) ?? [];
  if (host === undefined || path === undefined) return null;
  for (const [kind, pattern] of [
    ['service', SERVICE],
    ['agent', AGENT],
    ['server', SERVER],
    ['mesh-gateway', GATEWAY],
  ] as const) {
    const found = pattern.exec(path);
    if (found === null) continue;
    const datacenter = unescaped(found[1]);
    const name = unescaped(found[2]);
    if (datacenter === null || name === null) return null;
    return kind === 'service' || kind === 'agent' ? { kind, host, datacenter, name } : { kind, host, datacenter };
  }
  return null;
}

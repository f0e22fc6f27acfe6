// Whether a registration changes an instance.

import type { ServiceRecord } from '../../../../wire/records.js';
import { sameValue } from './same-value.js';

/** The comparison of spec/fsm.md section 6, "Register", step 3. */
export function isSameService(a: ServiceRecord, b: ServiceRecord): boolean {
  return (
    a.ID === b.ID &&
    a.Service === b.Service &&
    a.Port === b.Port &&
    a.Address === b.Address &&
    a.SocketPath === b.SocketPath &&
    a.EnableTagOverride === b.EnableTagOverride &&
    a.Kind === b.Kind &&
    a.PeerName === b.PeerName &&
    sameValue(a.Tags, b.Tags) &&
    sameValue(a.Ports, b.Ports) &&
    sameValue(a.TaggedAddresses, b.TaggedAddresses) &&
    sameValue(a.Weights, b.Weights) &&
    sameValue(a.Meta, b.Meta) &&
    sameValue(a.Locality, b.Locality) &&
    sameValue(a.Proxy, b.Proxy) &&
    sameValue(a.Connect, b.Connect)
  );
}

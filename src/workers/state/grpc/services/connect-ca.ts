// hashicorp.consul.connectca.ConnectCAService: the roots of the mesh as they change, and certificates for signing requests.

import { msOfGoTime } from '../../../../wire/go-time.js';
import type { CaRoot } from '../../../../wire/records.js';
import type { Calls } from '../../calls/calls.js';
import { isRefusal, refusal } from '../../methods/contract/refusal.js';
import { connectCaRoots, signCertificate, type TrustedRoots } from '../../methods/mesh/connect-ca.js';
import { tokenOf } from '../../rpc/grpc/token.js';
import { type RootRow, sign, watchRoots } from '../messages/connect-ca.js';
import { framed } from '../messages/message.js';
import { type Path, unary } from './unary.js';
import { type WatchParts, watched } from './watched.js';

const MS_PER_SECOND = 1000;
const NANOS_PER_MS = 1e6;

export interface ConnectCaParts extends WatchParts {
  readonly calls: Pick<Calls, 'write'>;
  readonly datacenter: string;
  /** The agent has a mesh. */
  readonly isEnabled: () => boolean;
}

const DISABLED = refusal('acls-off', 'Connect must be enabled in order to use this endpoint');

export function connectCa(parts: ConnectCaParts): readonly Path[] {
  const { calls, datacenter, isEnabled } = parts;
  return [
    watched(parts, watchRoots, {
      refuse: () => (isEnabled() ? null : DISABLED),
      key: () => '',
      method: connectCaRoots,
      frames: rootFrames,
    }),
    unary(sign, async ({ csr }, call) => {
      if (!isEnabled()) return DISABLED;
      if (csr === '') return refusal('bad-request', 'csr is required');
      const issued = await calls.write(signCertificate, csr, datacenter, { token: tokenOf(call) });
      return isRefusal(issued) ? issued : { cert_pem: issued.certificate };
    }),
  ];
}

/** null before there is an authority. */
function rootFrames({ trustDomain, roots }: TrustedRoots): Buffer | null {
  const active = roots.find(({ Active }) => Active);
  if (active === undefined) return null;
  return framed(watchRoots.output, {
    active_root_id: active.ID,
    trust_domain: trustDomain,
    roots: roots.map(rootRow),
  });
}

function rootRow(root: CaRoot): RootRow {
  const rotatedMs = msOfGoTime(root.RotatedOutAt);
  return {
    id: root.ID,
    name: root.Name,
    serial_number: root.SerialNumber,
    signing_key_id: root.SigningKeyID,
    root_cert: root.RootCert,
    intermediate_certs: root.IntermediateCerts ?? [],
    active: root.Active,
    rotated_out_at: rotatedMs === null ? null : timestampOf(rotatedMs),
  };
}

function timestampOf(ms: number): NonNullable<RootRow['rotated_out_at']> {
  const seconds = Math.floor(ms / MS_PER_SECOND);
  return { seconds, nanos: Math.round((ms - seconds * MS_PER_SECOND) * NANOS_PER_MS) };
}

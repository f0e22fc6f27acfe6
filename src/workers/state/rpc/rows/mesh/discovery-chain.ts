// The row of DiscoveryChain.Get.

import { formKind } from '../../../../../msgpack/config-entries.js';
import { int, nullable, text } from '../../../../../msgpack/kinds.js';
import { struct } from '../../../../../msgpack/struct.js';
import { type CompiledChain, compiledChain } from '../../../../../wire/mesh/compiled-chain.js';
import { refusal } from '../../../methods/contract/refusal.js';
import { type ChainQuestion, discoveryChain, type FoundChain } from '../../../methods/mesh/discovery-chain.js';
import { type QueryMeta, type QueryOptions, queryMetaKinds, queryOptionKinds } from '../query-options.js';
import type { ReadRow, Row } from '../row.js';

interface ChainArguments extends QueryOptions {
  readonly Name: string;
  readonly EvaluateInDatacenter: string;
  readonly EvaluateInNamespace: string;
  readonly EvaluateInPartition: string;
  readonly OverrideMeshGateway: { readonly Mode: string };
  readonly OverrideProtocol: string;
  /** Nanoseconds. */
  readonly OverrideConnectTimeout: number;
}

const chainArguments = struct<ChainArguments>({
  Name: text,
  EvaluateInDatacenter: text,
  EvaluateInNamespace: text,
  EvaluateInPartition: text,
  OverrideMeshGateway: struct<{ readonly Mode: string }>({ Mode: text }),
  OverrideProtocol: text,
  OverrideConnectTimeout: int,
  Datacenter: text,
  ...queryOptionKinds,
});

interface ChainReply extends QueryMeta {
  readonly Chain: CompiledChain | null;
}

const get: ReadRow<ChainArguments, ChainReply, ChainQuestion, FoundChain> = {
  kind: 'read',
  method: discoveryChain,
  arguments: chainArguments,
  reply: struct<ChainReply>({ Chain: nullable(formKind(compiledChain)), ...queryMetaKinds }),
  request(args, datacenter) {
    if (args.Name === '') return refusal('failed', 'Must provide service name');
    return {
      service: args.Name,
      datacenter: args.EvaluateInDatacenter || datacenter,
      overrides: {
        protocol: args.OverrideProtocol,
        meshGateway: args.OverrideMeshGateway.Mode,
        connectTimeout: args.OverrideConnectTimeout,
      },
    };
  },
  ask: ({ service, datacenter, overrides }, options) => ({
    Name: service,
    EvaluateInDatacenter: datacenter,
    EvaluateInNamespace: '',
    EvaluateInPartition: '',
    OverrideMeshGateway: { Mode: overrides.meshGateway },
    OverrideProtocol: overrides.protocol,
    OverrideConnectTimeout: overrides.connectTimeout,
    ...options,
  }),
  missed: (found) => (found.ok ? null : refusal('failed', found.error)),
  show: (found, meta) => ({ Chain: found.ok ? found.chain : null, ...meta }),
  value: ({ Chain }) => (Chain === null ? { ok: false, error: 'no chain in the answer' } : { ok: true, chain: Chain }),
};

export const discoveryChainRows: readonly Row[] = [get];

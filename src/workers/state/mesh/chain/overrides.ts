// What the asker of a chain has otherwise than the entries say, and whether that made a difference. A proxy keeps the chains of
// one service apart by the hash; it is the one that the Go client's own tests expect of Consul.

import { structureHash } from '../../../../gotext/structure-hash.js';

export interface Overrides {
  /** "" = as configured. */
  readonly protocol: string;
  /** A mode; "" = as configured. */
  readonly meshGateway: string;
  /** Nanoseconds; 0 = as configured. */
  readonly connectTimeout: number;
}

export const NO_OVERRIDES: Overrides = { protocol: '', meshGateway: '', connectTimeout: 0 };

const HASH_LENGTH = 8;

/** The overrides of one compilation, each noted when it takes the place of something else. */
export class AppliedOverrides {
  readonly #given: Overrides;
  #changedProtocol = false;
  #changedMeshGateway = false;
  #changedConnectTimeout = false;

  constructor(given: Overrides) {
    this.#given = given;
  }

  protocol(configured: string): string {
    const { protocol } = this.#given;
    if (protocol === '' || protocol === configured) return configured;
    this.#changedProtocol = true;
    return protocol;
  }

  meshGateway(configured: string): string {
    const { meshGateway } = this.#given;
    if (meshGateway === '' || meshGateway === configured) return configured;
    this.#changedMeshGateway = true;
    return meshGateway;
  }

  connectTimeout(configured: number): number {
    const { connectTimeout } = this.#given;
    if (connectTimeout <= 0 || connectTimeout === configured) return configured;
    this.#changedConnectTimeout = true;
    return connectTimeout;
  }

  /** "" when none made a difference. */
  hash(): string {
    const { protocol, meshGateway, connectTimeout } = this.#given;
    if (!this.#changedProtocol && !this.#changedMeshGateway && !this.#changedConnectTimeout) return '';
    const Mode = this.#changedMeshGateway ? meshGateway : '';
    const hash = structureHash({
      type: '',
      fields: {
        OverrideMeshGateway: { type: 'MeshGatewayConfig', fields: { Mode } },
        OverrideProtocol: this.#changedProtocol ? protocol : '',
        OverrideConnectTimeout: this.#changedConnectTimeout ? connectTimeout : 0,
      },
    });
    return hash.toString(16).slice(0, HASH_LENGTH);
  }
}

// The certificate authority of the mesh, as methods ask it: it is there where this server leads.

import type { CaConfiguration } from '../../../../wire/records.js';
import type { Asker } from './asker.js';
import type { Refusal } from './refusal.js';

/** A certificate that was signed, and whom it is for. */
export interface IssuedCertificate {
  /** As the certificate has it: pairs of hex digits with colons. */
  readonly serialNumber: string;
  /** With those that lead to a root that others may know. */
  readonly certificate: string;
  readonly holder: CertificateHolder;
  readonly uri: string;
  /** Milliseconds since 1970. */
  readonly validAfterMs: number;
  readonly validBeforeMs: number;
  /** Of the log. */
  readonly index: number;
}

export type CertificateHolder =
  | { readonly kind: 'service' | 'agent'; readonly name: string }
  | { readonly kind: 'server' | 'mesh-gateway' };

export interface CertificateAuthority {
  /** Why nothing can be asked of it; null: it can. */
  readonly obstacle: Refusal | null;
  /** `request`: a signing request as PEM. */
  sign(request: string, asker: Asker): Promise<IssuedCertificate | Refusal>;
  /** The same for an agent that doesn't know its trust domain yet, and for nobody else. */
  signForAgent(request: string, asker: Asker): Promise<IssuedCertificate | Refusal>;
  /** For another datacenter's authority: its certificate as PEM. Only the primary datacenter does. */
  signIntermediate(request: string): Promise<string | Refusal>;
  /** With a ModifyIndex only if the configuration was changed there last. */
  configure(config: CaConfiguration, asker: Asker): Promise<true | Refusal>;
}

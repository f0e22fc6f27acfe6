// A service that an ingress or terminating gateway leads to, as derived from config entries and the catalog (spec/fsm.md,
// section 12). It is in no log and in no snapshot, but in answers.

export interface GatewayServiceRecord {
  readonly Gateway: { readonly Name: string };
  readonly Service: { readonly Name: string };
  /** `ingress-gateway` or `terminating-gateway`. */
  readonly GatewayKind: string;
  /** Of an ingress gateway's listener; 0. */
  readonly Port: number;
  readonly Protocol: string;
  readonly Hosts: readonly string[] | null;
  readonly CAFile: string;
  readonly CertFile: string;
  readonly KeyFile: string;
  readonly SNI: string;
  /** It isn't named, but one of all that there are. */
  readonly FromWildcard: boolean;
  /** `service`, `destination`, or "" while there is neither. */
  readonly ServiceKind: string;
  readonly AutoHostRewrite: boolean;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
}

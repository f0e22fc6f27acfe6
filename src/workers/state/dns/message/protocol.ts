// Numbers of the DNS protocol (RFC 1035, 2782, 3596, 6891, 7871) that this server speaks.

export const Type = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  OPT: 41,
  AXFR: 252,
  ANY: 255,
} as const;

export const Rcode = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 } as const;

export const Opcode = { QUERY: 0, NOTIFY: 4 } as const;

export const CLASS_IN = 1;
export const HEADER_LENGTH = 12;
/** EDNS option: client subnet. */
export const OPTION_SUBNET = 8;

const NAMES: ReadonlyMap<number, string> = new Map([
  ...Object.entries(Type).map(([name, value]) => [value, name] as const),
  [13, 'HINFO'],
  [15, 'MX'],
  [35, 'NAPTR'],
  [43, 'DS'],
  [48, 'DNSKEY'],
  [64, 'SVCB'],
  [65, 'HTTPS'],
  [251, 'IXFR'],
  [257, 'CAA'],
]);

/** `A`, `SRV`, `TYPE4242`: for metrics and logs. */
export function typeName(type: number): string {
  return NAMES.get(type) ?? `TYPE${type}`;
}

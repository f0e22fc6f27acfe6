// ASN.1 as certificates and signing requests are made of it, over the library that writes and reads it.

import * as asn1 from 'asn1js';

export type Block = asn1.AsnType;

/** As it stands in the bytes that hold it. */
export function raw(der: Uint8Array): Block {
  const { offset, result } = asn1.fromBER(der);
  if (offset !== der.length) throw new Error('malformed ASN.1');
  return result;
}

export function bytesOf(block: Block): Buffer {
  return Buffer.from(block.toBER());
}

export function sequence(...value: readonly Block[]): Block {
  return new asn1.Sequence({ value: [...value] });
}

export function setOf(...value: readonly Block[]): Block {
  return new asn1.Set({ value: [...value] });
}

export function identifier(value: string): Block {
  return new asn1.ObjectIdentifier({ value });
}

export function integer(value: number | bigint): Block {
  return asn1.Integer.fromBigInt(value);
}

export function truth(): Block {
  return new asn1.Boolean({ value: true });
}

export function nothing(): Block {
  return new asn1.Null();
}

export function octets(bytes: Uint8Array): Block {
  return new asn1.OctetString({ valueHex: exact(bytes) });
}

export function bits(bytes: Uint8Array, unusedBits = 0): Block {
  return new asn1.BitString({ valueHex: exact(bytes), unusedBits });
}

export function printable(value: string): Block {
  return new asn1.PrintableString({ value });
}

export function utf8(value: string): Block {
  return new asn1.Utf8String({ value });
}

/** A part with a number of its own in what holds it, around others. */
export function numbered(tagNumber: number, ...value: readonly Block[]): Block {
  return new asn1.Constructed({ idBlock: { tagClass: 3, tagNumber }, value: [...value] });
}

/** The same around bytes. */
export function numberedBytes(tagNumber: number, bytes: Uint8Array): Block {
  return new asn1.Primitive({ idBlock: { tagClass: 3, tagNumber }, valueHex: exact(bytes) });
}

/** From 2050 on times have four digits of a year. */
export function time(atMs: number): Block {
  const valueDate = new Date(Math.floor(atMs / 1000) * 1000);
  return valueDate.getUTCFullYear() < 2050 ? new asn1.UTCTime({ valueDate }) : new asn1.GeneralizedTime({ valueDate });
}

/** The blocks in one; throws where it isn't made of blocks. */
export function partsOf(block: Block | undefined): readonly Block[] {
  if (!(block instanceof asn1.Constructed)) throw new Error('malformed ASN.1');
  return block.valueBlock.value as readonly Block[];
}

/** The bytes of a block that isn't made of others. */
export function contentOf(block: Block | undefined): Buffer {
  if (block === undefined || block instanceof asn1.Constructed) throw new Error('malformed ASN.1');
  return Buffer.from((block.valueBlock as asn1.OctetString['valueBlock']).valueHexView);
}

export function identifierOf(block: Block | undefined): string {
  if (!(block instanceof asn1.ObjectIdentifier)) throw new Error('malformed ASN.1');
  return block.valueBlock.toString();
}

/** -1: it isn't such a part. */
export function numberOf(block: Block | undefined): number {
  if (block === undefined || block.idBlock.tagClass !== 3) return -1;
  return block.idBlock.tagNumber;
}

/** Just its bytes, in a buffer of their own: the library takes buffers whole. */
function exact(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}

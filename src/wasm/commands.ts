// The commands of the log as bytes (spec/fsm.md, sections 1–3): a type byte and a msgpack body. A type that lictor
// does not interpret stays as it came.

import { encode } from '../msgpack/codec.js';
import { configEntryRequest, decodeEntryRequest, decodeLogged } from '../msgpack/config-entries.js';
import { DecodeError, EncodeError } from '../msgpack/errors.js';
import { intentionRequest } from '../msgpack/intentions.js';
import { MAX_MESSAGE_BYTES } from '../msgpack/limits.js';
import { type Command, CommandType, IGNORE_UNKNOWN_FLAG, type OpaqueCommand } from '../wire/commands.js';
import type { PackedEntries } from '../wire/raft/raft-port.js';
import {
  aclAuthMethodDeleteSchema,
  aclAuthMethodSetSchema,
  aclBindingRuleDeleteSchema,
  aclBindingRuleSetSchema,
  aclBootstrapSchema,
  aclPolicyDeleteSchema,
  aclPolicySetSchema,
  aclRoleDeleteSchema,
  aclRoleSetSchema,
  aclTokenDeleteSchema,
  aclTokenSetSchema,
} from '../wire/schema/acl.js';
import {
  autopilotRequestSchema,
  deregisterSchema,
  federationStateRequestSchema,
  kvsSchema,
  registerSchema,
  sessionRequestSchema,
  systemMetadataRequestSchema,
  tombstoneSchema,
} from '../wire/schema/commands.js';
import { connectCaLeafSchema, connectCaSchema } from '../wire/schema/connect-ca.js';
import { preparedQueryRequestSchema } from '../wire/schema/prepared-query.js';
import { coordinatesKind, virtualIpSchema } from '../wire/schema/state.js';
import { txnSchema } from '../wire/schema/txn.js';
import { scanner } from './decoder.js';
import { type Codec, codecOf, structCodec } from './encoding.js';
import { encodeOne, Output } from './output.js';

const codecs: (Codec | undefined)[] = [];
codecs[CommandType.register] = structCodec(registerSchema);
codecs[CommandType.deregister] = structCodec(deregisterSchema);
codecs[CommandType.kvs] = structCodec(kvsSchema);
codecs[CommandType.session] = structCodec(sessionRequestSchema);
codecs[CommandType.tombstone] = structCodec(tombstoneSchema);
codecs[CommandType.coordinates] = codecOf(coordinatesKind);
codecs[CommandType.preparedQuery] = structCodec(preparedQueryRequestSchema);
codecs[CommandType.txn] = structCodec(txnSchema);
codecs[CommandType.autopilot] = structCodec(autopilotRequestSchema);
codecs[CommandType.connectCa] = structCodec(connectCaSchema);
codecs[CommandType.connectCaLeaf] = structCodec(connectCaLeafSchema);
codecs[CommandType.federationState] = structCodec(federationStateRequestSchema);
codecs[CommandType.systemMetadata] = structCodec(systemMetadataRequestSchema);
codecs[CommandType.virtualIp] = structCodec(virtualIpSchema);
codecs[CommandType.aclBootstrap] = structCodec(aclBootstrapSchema);
codecs[CommandType.aclTokenSet] = structCodec(aclTokenSetSchema);
codecs[CommandType.aclTokenDelete] = structCodec(aclTokenDeleteSchema);
codecs[CommandType.aclPolicySet] = structCodec(aclPolicySetSchema);
codecs[CommandType.aclPolicyDelete] = structCodec(aclPolicyDeleteSchema);
codecs[CommandType.aclRoleSet] = structCodec(aclRoleSetSchema);
codecs[CommandType.aclRoleDelete] = structCodec(aclRoleDeleteSchema);
codecs[CommandType.aclBindingRuleSet] = structCodec(aclBindingRuleSetSchema);
codecs[CommandType.aclBindingRuleDelete] = structCodec(aclBindingRuleDeleteSchema);
codecs[CommandType.aclAuthMethodSet] = structCodec(aclAuthMethodSetSchema);
codecs[CommandType.aclAuthMethodDelete] = structCodec(aclAuthMethodDeleteSchema);

function codecFor(type: CommandType): Codec {
  const codec = codecs[type];
  if (codec === undefined) throw new EncodeError('not-encodable');
  return codec;
}

/** Interpreted commands that a server may ignore which doesn't know them. */
function typeByteOf(type: CommandType): number {
  const mayBeIgnored = type === CommandType.coordinates || type === CommandType.connectCaLeaf;
  return mayBeIgnored ? type | IGNORE_UNKNOWN_FLAG : type;
}

/** Commands that this module has no program for: their bodies are kept as they came, or written in JavaScript. */
type UnprogrammedCommand =
  | OpaqueCommand
  | Extract<Command, { type: typeof CommandType.configEntry | typeof CommandType.intention }>;

function isUnprogrammed(command: Command | OpaqueCommand): command is UnprogrammedCommand {
  const { type } = command;
  return type === 'opaque' || type === CommandType.configEntry || type === CommandType.intention;
}

/** The command's bytes: a fresh copy, which may be part of a larger buffer (don't transfer that). */
export function encodeCommand(command: Command | OpaqueCommand): Uint8Array {
  if (command.type === CommandType.configEntry) return encode(configEntryRequest, command.body, command.type);
  if (command.type === CommandType.intention) return encode(intentionRequest, command.body, command.type);
  if (command.type !== 'opaque') return encodeOne(typeByteOf(command.type), codecFor(command.type), command.body);
  if (command.bytes.length >= MAX_MESSAGE_BYTES) throw new EncodeError('too-large');
  const result = new Uint8Array(command.bytes.length + 1);
  result[0] = command.typeByte;
  result.set(command.bytes, 1);
  return result;
}

/** Decodes the command at from … to of what the scanner has open. */
function decodeOpen(from: number, to: number): Command | OpaqueCommand {
  const typeByte = scanner.source[from];
  if (typeByte === undefined || to <= from) throw new DecodeError('empty', from);
  const type = typeByte & ~IGNORE_UNKNOWN_FLAG;
  if (type === CommandType.configEntry) {
    return { type, body: decodeEntryRequest(scanner.source.subarray(0, to), from + 1).request };
  }
  if (type === CommandType.intention) {
    return { type, body: decodeLogged(intentionRequest, scanner.source.subarray(0, to), from + 1).value };
  }
  const codec = codecs[type];
  if (codec === undefined) {
    return { type: 'opaque', typeByte, bytes: scanner.source.slice(from + 1, to) };
  }
  scanner.scan(codec.number, codec.argument, from + 1, to);
  return { type, body: codec.read() } as Command;
}

/**
 * The command that these bytes hold; what follows its body is ignored. A long byte value may be a view of `bytes`,
 * which must not be changed afterwards. Throws {@link DecodeError}.
 */
export function decodeCommand(bytes: Uint8Array): Command | OpaqueCommand {
  scanner.open(bytes);
  try {
    return decodeOpen(0, bytes.length);
  } finally {
    scanner.close();
  }
}

/** All commands of a buffer of packed entries (src/wire/raft/raft-port.ts). Throws {@link DecodeError}. */
export function decodePacked(entries: PackedEntries): (Command | OpaqueCommand)[] {
  const bytes = new Uint8Array(entries);
  const lengths = new DataView(entries);
  const commands: (Command | OpaqueCommand)[] = [];
  scanner.open(bytes);
  try {
    for (let at = 0; at < bytes.length; ) {
      if (at + 4 > bytes.length) throw new DecodeError('truncated', at);
      const from = at + 4;
      const to = from + lengths.getUint32(at, true);
      if (to > bytes.length) throw new DecodeError('truncated', at);
      commands.push(decodeOpen(from, to));
      at = to;
    }
  } finally {
    scanner.close();
  }
  return commands;
}

/**
 * Collects commands for the raft worker as packed entries. Keep one and reuse it. Byte values of 2 KiB and more are
 * not copied before {@link take}: they must not be changed until then.
 */
export class CommandBatch {
  readonly #output = new Output();
  #commands = 0;

  get count(): number {
    return this.#commands;
  }

  /** Bytes that {@link take} would hand over now, length prefixes included. */
  get byteLength(): number {
    return this.#output.byteLength;
  }

  append(command: Command | OpaqueCommand): void {
    if (isUnprogrammed(command)) this.#output.appendBytes(framed(encodeCommand(command)));
    else this.#output.append(typeByteOf(command.type), codecFor(command.type), command.body, true);
    this.#commands += 1;
  }

  /** Everything appended since the last call, in a fresh buffer of just that size, which is the caller's. */
  take(): ArrayBuffer {
    this.#commands = 0;
    return this.#output.take();
  }
}

function framed(bytes: Uint8Array): Uint8Array {
  const result = Buffer.allocUnsafe(bytes.length + 4);
  result.writeUInt32LE(bytes.length, 0);
  result.set(bytes, 4);
  return result;
}

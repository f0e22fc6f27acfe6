// The rows of Operator.Raft*.

import { list } from '../../../../msgpack/collections.js';
import { bool, int, text } from '../../../../msgpack/kinds.js';
import { struct } from '../../../../msgpack/struct.js';
import type { WriteMethod } from '../../methods/contract/method.js';
import {
  ownRaftConfiguration,
  type RaftServer,
  raftConfiguration,
  removePeerByAddress,
  removePeerById,
} from '../../methods/operator/operator-raft.js';
import { askDatacenter, type DatacenterArguments, datacenterArguments } from './arguments.js';
import { type Nothing, nothing } from './nothing.js';
import type { Row, WriteOptions, WriteRow } from './row.js';

interface ShownServer {
  readonly ID: string;
  readonly Node: string;
  readonly Address: string;
  readonly Leader: boolean;
  readonly ProtocolVersion: string;
  readonly Voter: boolean;
  readonly LastIndex: number;
}

interface ConfigurationReply {
  readonly Servers: readonly ShownServer[] | null;
  /** Stock always says 0. */
  readonly Index: number;
}

const configuration: WriteRow<DatacenterArguments, ConfigurationReply, null, readonly RaftServer[]> = {
  kind: 'write',
  method: raftConfiguration,
  stale: ownRaftConfiguration,
  arguments: datacenterArguments,
  reply: struct<ConfigurationReply>({
    Servers: list(
      struct<ShownServer>({
        ID: text,
        Node: text,
        Address: text,
        Leader: bool,
        ProtocolVersion: text,
        Voter: bool,
        LastIndex: int,
      }),
    ),
    Index: int,
  }),
  request: () => null,
  ask: askDatacenter,
  show: (servers) => ({
    Servers: servers.map(({ id, node, address, isLeader, protocolVersion, isVoter, lastIndex }) => ({
      ID: id,
      Node: node,
      Address: address,
      Leader: isLeader,
      ProtocolVersion: protocolVersion,
      Voter: isVoter,
      LastIndex: lastIndex,
    })),
    Index: 0,
  }),
  value: ({ Servers }) =>
    (Servers ?? []).map(({ ID, Node, Address, Leader, ProtocolVersion, Voter, LastIndex }) => ({
      id: ID,
      node: Node,
      address: Address,
      isLeader: Leader,
      protocolVersion: ProtocolVersion,
      isVoter: Voter,
      lastIndex: LastIndex,
    })),
};

interface PeerArguments extends WriteOptions {
  readonly Address: string;
  readonly ID: string;
}

const peerArguments = struct<PeerArguments>({ Datacenter: text, Address: text, ID: text, Token: text });

type PeerRow = WriteRow<PeerArguments, Nothing, string, null>;

function ofPeer(method: WriteMethod<string, null>, key: 'Address' | 'ID'): PeerRow {
  return {
    kind: 'write',
    method,
    arguments: peerArguments,
    reply: nothing,
    request: (args) => args[key],
    ask: (value, options) => ({ ...peerArguments.zero, ...options, [key]: value }),
    show: () => nothing.zero,
    value: () => null,
  };
}

export const operatorRaftRows: readonly Row[] = [
  configuration,
  ofPeer(removePeerById, 'ID'),
  ofPeer(removePeerByAddress, 'Address'),
];

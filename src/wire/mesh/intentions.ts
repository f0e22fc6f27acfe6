// Intentions: who may call whom. They stand as sources in the `service-intentions` entries of their destinations; one by itself
// is what lists, matches and calls show, and a mutation is how one source of an entry is changed in the log (spec/fsm.md,
// sections 3 and 10).

import { int, list, map, optional, pointer, type RecordOf, struct, text, time } from '../config-entries/forms.js';
import { intentionPermission, sourceIntention } from '../config-entries/service-intentions.js';

/** In the order in which JSON shows them. Namespaces are always the default ones, partitions always empty. */
export const intentionFields = {
  /** Only those that were made with an ID have times. */
  CreatedAt: optional(pointer(time)),
  UpdatedAt: optional(pointer(time)),
  /** "" unless it was made by the old way, which gave each one. */
  ID: optional(text),
  Description: optional(text),
  SourceNS: text,
  SourceName: text,
  SourcePartition: optional(text),
  SourcePeer: optional(text),
  SourceSamenessGroup: optional(text),
  DestinationNS: text,
  DestinationName: text,
  DestinationPartition: optional(text),
  SourceType: text,
  /** "" where permissions decide. */
  Action: optional(text),
  Permissions: optional(list(pointer(intentionPermission))),
  Meta: optional(map(text)),
  Precedence: int,
  /** In base64; "" without an ID. */
  Hash: optional(text),
  CreateIndex: int,
  ModifyIndex: int,
} as const;

export const intentionForm = struct(intentionFields);
export type IntentionRecord = RecordOf<typeof intentionFields>;

const serviceName = struct({ Name: text });

const mutationFields = {
  /** Of the source that is meant; else it is meant by names. */
  ID: text,
  Destination: serviceName,
  Source: serviceName,
  /** null where it is deleted. */
  Value: pointer(sourceIntention),
} as const;

export const intentionMutation = struct(mutationFields);
export type IntentionMutation = RecordOf<typeof mutationFields>;

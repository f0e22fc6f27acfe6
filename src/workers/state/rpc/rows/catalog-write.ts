// The rows of Catalog.Register and Catalog.Deregister.

import { recordKind } from '../../../../msgpack/record-kinds.js';
import type { DeregisterRequest, RegisterRequest } from '../../../../wire/commands.js';
import { deregisterSchema, registerSchema } from '../../../../wire/schema/commands.js';
import {
  catalogDeregister,
  catalogRegister,
  completed,
  type Deregistration,
  type Registration,
} from '../../methods/catalog/catalog-register.js';
import { type Nothing, nothing } from './nothing.js';
import type { Row, WriteRow } from './row.js';

const register: WriteRow<RegisterRequest, Nothing, Registration, true> = {
  kind: 'write',
  method: catalogRegister,
  arguments: recordKind(registerSchema),
  reply: nothing,
  request: completed,
  ask: (registration, { Datacenter, Token }) => ({ ...registration, Datacenter, Token }),
  show: () => nothing.zero,
  value: () => true,
};

const deregister: WriteRow<DeregisterRequest, Nothing, Deregistration, true> = {
  kind: 'write',
  method: catalogDeregister,
  arguments: recordKind(deregisterSchema),
  reply: nothing,
  request: (args) => args,
  ask: (deregistration, { Datacenter, Token }) => ({ ...deregistration, Datacenter, Token }),
  show: () => nothing.zero,
  value: () => true,
};

export const catalogWriteRows: readonly Row[] = [register, deregister];

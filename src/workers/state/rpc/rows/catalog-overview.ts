// The row of Internal.CatalogOverview.

import { list } from '../../../../msgpack/collections.js';
import { int, text } from '../../../../msgpack/kinds.js';
import { struct } from '../../../../msgpack/struct.js';
import { type CatalogOverview, catalogOverview, type StateCounts } from '../../methods/catalog/overview.js';
import { askDatacenter, type DatacenterArguments, datacenterArguments } from './arguments.js';
import { emptyAsNil, UNLIMITED } from './lists.js';
import type { Row, WriteRow } from './row.js';

interface Summary {
  readonly Name: string;
  readonly Total: number;
  readonly Passing: number;
  readonly Warning: number;
  readonly Critical: number;
}

interface OverviewReply {
  readonly Nodes: readonly Summary[] | null;
  readonly Services: readonly Summary[] | null;
  readonly Checks: readonly Summary[] | null;
}

const summaries = list(
  struct<Summary>({ Name: text, Total: int, Passing: int, Warning: int, Critical: int }),
  UNLIMITED,
);

function shown(rows: readonly StateCounts[]): readonly Summary[] | null {
  return emptyAsNil(
    rows.map(({ name, total, passing, warning, critical }) => {
      return { Name: name, Total: total, Passing: passing, Warning: warning, Critical: critical };
    }),
  );
}

function read(rows: readonly Summary[] | null): readonly StateCounts[] {
  return (rows ?? []).map(({ Name, Total, Passing, Warning, Critical }) => {
    return { name: Name, total: Total, passing: Passing, warning: Warning, critical: Critical };
  });
}

const overview: WriteRow<DatacenterArguments, OverviewReply, null, CatalogOverview> = {
  kind: 'write',
  method: catalogOverview,
  arguments: datacenterArguments,
  reply: struct<OverviewReply>({ Nodes: summaries, Services: summaries, Checks: summaries }),
  request: () => null,
  ask: askDatacenter,
  show: ({ nodes, services, checks }) => ({ Nodes: shown(nodes), Services: shown(services), Checks: shown(checks) }),
  value: ({ Nodes, Services, Checks }) => ({ nodes: read(Nodes), services: read(Services), checks: read(Checks) }),
};

export const catalogOverviewRows: readonly Row[] = [overview];

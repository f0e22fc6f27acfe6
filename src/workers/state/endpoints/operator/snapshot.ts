// /v1/snapshot: the whole state as an archive, saved and restored. Neither is ever in memory as a whole.

import type { SavedArchive, Snapshots } from '../../calls/snapshots.js';
import type { EndpointTable } from '../../http/endpoint.js';
import { pieces } from '../../http/items/body-format.js';
import type { BodyPieces } from '../../http/message/body-stream.js';
import { NOTHING, type Reply, refused, type StreamBody, text } from '../../http/message/reply.js';
import { action } from '../../http/operation.js';
import { isRefusal } from '../../methods/contract/refusal.js';

/** A client that doesn't keep up is tried again after this long. */
const RETRY_MS = 5;

export function snapshotEndpoints(snapshots: Snapshots): EndpointTable {
  return [
    {
      path: '/v1/snapshot',
      answeredBy: 'servers',
      methods: {
        GET: action({
          summary: 'The whole state as an archive, to be restored from later',
          acl: ['acl:write'],
          reads: 'consistency',
          answer: 'archive',
          run: async (call) => {
            let isGone = false;
            call.onAbort(() => {
              isGone = true;
            });
            const saved = await snapshots.save({
              datacenter: call.datacenter,
              token: call.asker.token,
              stale: call.options.consistency === 'stale',
            });
            if (isRefusal(saved)) return refused(saved);
            if (isGone) await saved.discard();
            return archiveReply(saved);
          },
        }),
        PUT: action({
          summary: 'Puts the state of an archive in place of the present one',
          acl: ['acl:write'],
          reads: 'consistency',
          body: pieces(),
          answer: 'nothing',
          run: async ({ datacenter, asker, options }, _values, archive: BodyPieces) => {
            if (options.consistency === 'stale') return text(500, 'stale not allowed for restore');
            const refusal = await snapshots.restore({ datacenter, token: asker.token }, archive);
            return refusal === null ? NOTHING : refused(refusal);
          },
        }),
      },
    },
  ];
}

function archiveReply({ index, knownLeader, lastContactMs, pieces }: SavedArchive): Reply {
  return {
    status: 200,
    contentType: 'application/x-gzip',
    headers: [
      ['X-Consul-Index', String(index)],
      ['X-Consul-Knownleader', String(knownLeader)],
      ['X-Consul-Lastcontact', String(lastContactMs)],
      ['X-Consul-Query-Backend', 'blocking-query'],
    ],
    body: streamOf(pieces),
  };
}

function streamOf(pieces: AsyncIterable<Uint8Array>): StreamBody {
  return {
    start: (write, end) => {
      let isWanted = true;
      const send = async (): Promise<void> => {
        for await (const piece of pieces) {
          while (isWanted && !write(piece)) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
          if (!isWanted) return;
        }
      };
      // An archive that was cut doesn't decompress: its reader notices.
      send().then(end, end);
      return () => {
        isWanted = false;
      };
    },
  };
}

// The port between a reader and the state worker of its server, the primary: requests that a reader doesn't answer itself go
// to the primary whole, and their answers come back. What is said in one turn of a loop goes in one message, in order.

import type { LinkedToken } from '../acl/linked-token.js';
import type { AgentSecrets } from '../agent-secrets.js';
import type { Listener } from '../config.js';

/** Of a body, or of an answer of unknown length: so much is on its way before the other side says that it took some. */
export const HANDED_WINDOW_BYTES = 256 * 1024;

/** Where the primary listens; a reader shares it. */
export interface SharedListeners {
  /** Where the connections of HTTP clients are counted together. */
  readonly clients: SharedArrayBuffer;
  readonly http: readonly Listener[];
  readonly https: readonly Listener[];
  readonly dns: readonly Extract<Listener, { kind: 'tcp' }>[];
}

/** `id`: the request's number at its reader. */
export type FromReader =
  | {
      readonly kind: 'request';
      readonly id: number;
      readonly method: string;
      readonly target: string;
      readonly remoteAddress: string;
      /** Names and values in turn, of those that anybody asks for. */
      readonly headers: readonly string[];
      /** As of an exchange. */
      readonly bodyLength: number;
      /** The whole body where it is short; else null, and it is asked for by `receive`. */
      readonly body: Uint8Array | null;
    }
  | { readonly kind: 'body'; readonly id: number; readonly bytes: Uint8Array }
  | { readonly kind: 'body-end'; readonly id: number }
  /** The client hung up: nothing more comes of the request, and nothing of it is wanted. */
  | { readonly kind: 'gone'; readonly id: number }
  /** So many bytes of a stream went to the client. */
  | { readonly kind: 'sent'; readonly id: number; readonly bytes: number }
  /** A packet that this reader doesn't answer; answered by `dns`. */
  | { readonly kind: 'dns'; readonly id: number; readonly packet: Uint8Array; readonly asker: string }
  /** A token that there is no copy of in this datacenter; answered by `judged`. */
  | { readonly kind: 'judge'; readonly id: number; readonly secret: string };

export type ToReader =
  /** Listen there, too, as soon as everything is there that was committed by now. */
  | { readonly kind: 'listen'; readonly listeners: SharedListeners }
  /** The agent's own secrets, as they are from now on. */
  | { readonly kind: 'tokens'; readonly secrets: AgentSecrets }
  /** Take nothing more, answer what there is within so long; answered by `closed`. */
  | { readonly kind: 'close'; readonly deadlineMs: number }
  | { readonly kind: 'receive'; readonly id: number }
  /** So many bytes of the body were taken. */
  | { readonly kind: 'taken'; readonly id: number; readonly bytes: number }
  /** `gone` is wanted, even of a client that only sends no more. */
  | { readonly kind: 'watch'; readonly id: number }
  | {
      readonly kind: 'reply';
      readonly id: number;
      readonly status: number;
      readonly headers: string;
      readonly body: string | Uint8Array;
    }
  | { readonly kind: 'stream'; readonly id: number; readonly status: number; readonly headers: string }
  | { readonly kind: 'chunk'; readonly id: number; readonly chunk: string | Uint8Array }
  | { readonly kind: 'end'; readonly id: number }
  | { readonly kind: 'drop'; readonly id: number }
  /** null: no reply. */
  | { readonly kind: 'dns'; readonly id: number; readonly reply: DnsReply | null }
  | {
      readonly kind: 'judged';
      readonly id: number;
      /** null: none was told. */
      readonly linked: LinkedToken | null;
      /** Whoever knows the tokens has said so; otherwise nobody could be asked. */
      readonly isWord: boolean;
      readonly problem: string;
    };

export interface DnsReply {
  readonly bytes: Uint8Array;
  readonly zone: 'domain' | 'reverse' | 'elsewhere' | 'none';
  readonly type: number;
}

/** A reader's last word on the port. */
export type ReaderWord = FromReader | { readonly kind: 'closed' };

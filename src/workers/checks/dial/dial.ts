// Opens a TCP connection as Go's dialer does: an IP at once, a name through the resolver and then address by address,
// the error of the first address being the one that is told. Every outcome is a result with Go's text.

import net, { type OnReadOpts, type Socket } from 'node:net';
import { joinHostPort } from '../../../gotext/host-port.js';
import { dialText, lookupText } from '../../../gotext/network-errors.js';
import { isIpAddress, parseAddress } from './go-address.js';
import { resolveHost, resolverAddress } from './resolve.js';

type Dialled =
  | { readonly ok: true; readonly socket: Socket; readonly remote: string }
  | { readonly ok: false; readonly error: string };

interface DialOptions {
  /** Time for all addresses together; the last one may use all of it, ended by the caller. */
  readonly timeoutMs: number;
  /** Where the socket puts what it reads, instead of 'data' events. */
  readonly onread?: OnReadOpts;
}

/** Each address of a name gets its share of the time, but at least this. */
const MIN_SHARE_MS = 2000;

export class Dial {
  readonly #options: DialOptions;
  readonly #done: (result: Dialled) => void;
  #addresses: readonly string[] = [];
  #at = 0;
  #port = 0;
  #socket: Socket | null = null;
  #shareTimer: NodeJS.Timeout | null = null;
  #firstError: string | null = null;
  #timeoutText = 'dial tcp: i/o timeout';
  #settled = false;

  /** Starts at once; `done` is called once, never before the constructor returned, and not after {@link cancel}. */
  constructor(address: string, options: DialOptions, done: (result: Dialled) => void) {
    this.#options = options;
    this.#done = done;
    const parsed = parseAddress('tcp', address);
    if (!parsed.ok) {
      this.#fail(`dial tcp: ${parsed.error}`);
      return;
    }
    const { host, port } = parsed.value;
    this.#port = port;
    if (host === '' || isIpAddress(host)) {
      this.#addresses = [host];
      this.#next();
      return;
    }
    this.#timeoutText = `dial tcp: lookup ${host}: i/o timeout`;
    resolveHost(host, (result) => {
      if (this.#settled) return;
      if (!result.ok) {
        this.#finish({ ok: false, error: lookupText('tcp', host, resolverAddress(), result.error) });
        return;
      }
      this.#addresses = result.addresses;
      this.#next();
    });
  }

  /** What to say when the caller's time is over while this is still going on. */
  get timeoutText(): string {
    return this.#firstError ?? this.#timeoutText;
  }

  cancel(): void {
    this.#settled = true;
    this.#drop();
  }

  #fail(error: string): void {
    process.nextTick(() => this.#finish({ ok: false, error }));
  }

  #finish(result: Dialled): void {
    if (this.#settled) return;
    this.#settled = true;
    if (!result.ok) this.#drop();
    this.#done(result);
  }

  /** Destroyed sockets may still report an error, which nobody waits for. */
  #drop(): void {
    if (this.#shareTimer !== null) clearTimeout(this.#shareTimer);
    this.#shareTimer = null;
    const socket = this.#socket;
    this.#socket = null;
    // One that was refused has told its error and is destroyed already.
    if (socket === null || socket.errored !== null) return;
    socket.removeAllListeners().on('error', () => {});
    socket.destroy();
  }

  #next(): void {
    const address = this.#addresses[this.#at];
    if (address === undefined) {
      this.#fail(this.#firstError ?? 'dial tcp: no addresses');
      return;
    }
    this.#at += 1;
    const remote = joinHostPort(address, this.#port);
    this.#timeoutText = `dial tcp ${remote}: i/o timeout`;
    const { onread, timeoutMs } = this.#options;
    const target = { host: address === '' ? '127.0.0.1' : address, port: this.#port };
    const socket = net.connect(onread === undefined ? target : { ...target, onread });
    this.#socket = socket;
    socket.once('connect', () => {
      socket.removeAllListeners('error');
      if (this.#shareTimer !== null) clearTimeout(this.#shareTimer);
      this.#shareTimer = null;
      this.#finish({ ok: true, socket, remote });
    });
    socket.once('error', (error) => this.#attemptFailed(dialText('tcp', remote, error)));
    if (this.#at < this.#addresses.length) {
      const shareMs = Math.max(MIN_SHARE_MS, timeoutMs / (this.#addresses.length - this.#at + 1));
      this.#shareTimer = setTimeout(() => this.#attemptFailed(this.#timeoutText), shareMs);
    }
  }

  #attemptFailed(error: string): void {
    this.#firstError ??= error;
    this.#drop();
    if (this.#at >= this.#addresses.length) this.#finish({ ok: false, error: this.#firstError });
    else this.#next();
  }
}

// What of uWebSockets.js is used, as it behaves (the package's own types lack the listen form with host and options).

export interface UwsRequest {
  /** Lower-case name; "" when absent. */
  getHeader(name: string): string;
  getUrl(): string;
  getQuery(): string | undefined;
  /** As sent. Must be asked before getMethod, which lowers the letters in place. */
  getCaseSensitiveMethod(): string;
  forEach(each: (name: string, value: string) => void): void;
}

export interface UwsResponse {
  writeStatus(status: string): UwsResponse;
  writeHeader(name: string, value: string): UwsResponse;
  write(chunk: string | Uint8Array): boolean;
  end(body?: string | Uint8Array, closeConnection?: boolean): UwsResponse;
  endWithoutBody(reportedLength?: number, closeConnection?: boolean): UwsResponse;
  close(): UwsResponse;
  pause(): void;
  resume(): void;
  cork(write: () => void): UwsResponse;
  onAborted(callback: () => void): UwsResponse;
  /** Called when what was written has left; the callback answers true. */
  onWritable(callback: (offset: number) => boolean): UwsResponse;
  /** The buffer is gone when the callback returns. */
  onData(callback: (chunk: ArrayBuffer, isLast: boolean) => void): UwsResponse;
  getRemoteAddressAsText(): ArrayBuffer;
}

/** Opaque. */
export type UwsListenSocket = object;

export interface UwsApp {
  any(pattern: string, handler: (response: UwsResponse, request: UwsRequest) => void): UwsApp;
  /** Called with +n when a connection opens and with -n when it closes. */
  filter(callback: (response: UwsResponse, change: number) => void): UwsApp;
  listen(host: string, port: number, options: number, callback: (socket: UwsListenSocket | false) => void): UwsApp;
  close(): UwsApp;
}

export interface UwsModule {
  App(): UwsApp;
  us_listen_socket_close(socket: UwsListenSocket): void;
  us_socket_local_port(socket: UwsListenSocket): number;
  /** Without it a second agent could bind the same port unnoticed. */
  readonly LIBUS_LISTEN_EXCLUSIVE_PORT: number;
}

/** Loads the native module, which is an optional dependency; where it can't be had, the error says what to do. */
export async function loadUws(): Promise<UwsModule> {
  try {
    return (await import('uWebSockets.js')) as UwsModule;
  } catch (error) {
    throw new Error(uwsUnusable(error), { cause: error });
  }
}

/** One line for the operator. The package has a binary for each version of node that it knows, and is known to npm for some. */
export function uwsUnusable(error: unknown): string {
  const isMissing = (error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND';
  const what = isMissing ? 'is not installed' : `can't be loaded by Node ${process.version} on ${process.platform}`;
  return `http_config.engine = "uws" needs the optional npm package uws-pack, which ${what}: run "npm ci" and the agent with Node 22, or set engine = "net"`;
}

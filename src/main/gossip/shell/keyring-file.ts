// The file of a pool's gossip keys (spec/gossip.md, section 20; spec/agent.md, section 1): a JSON array of base64 texts, the
// primary key first. It is there for key queries to change: once it exists, it and not the configuration says which keys
// the pool has. Reading it is part of the start; later it is replaced as a whole and never waited for.

import fs from 'node:fs';
import path from 'node:path';
import type { PoolName } from '../../../wire/gossip-pools.js';
import { syncDirectory, syncDirectoryNow } from '../../../wire/sync-directory.js';
import { KEY_PROBLEMS, Keyring } from '../wire/keyring.js';

export interface KeyringOptions {
  readonly pool: PoolName;
  /** Null: the keys are only in memory, as with `isFileDisabled`. */
  readonly dataDir: string | null;
  readonly isFileDisabled: boolean;
  /** Base64, "" for none. */
  readonly encryptKey: string;
}

export type OpenedKeyring =
  | {
      readonly ok: true;
      /** Null: the pool isn't encrypted. */
      readonly keyring: Keyring | null;
      /** Where changes of the keyring are kept; null when they are not. */
      readonly file: KeyringFile | null;
      /** For the log, with the pool's name. */
      readonly warning: string | null;
    }
  | { readonly ok: false; readonly error: string };

const NAMES: { readonly [pool in PoolName]: string } = { lan: 'local.keyring', wan: 'remote.keyring' };
const UNKNOWN_KEY = "keyring doesn't include key provided with -encrypt, using keyring";
const WANTED = 'it must be a JSON array of base64 keys of 16, 24 or 32 bytes, the primary one first';
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;
/** Thousands of keys; more is some other file. */
const MOST_BYTES = 256 * 1024;

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function failure(text: string): OpenedKeyring {
  return { ok: false, error: `Failed to configure keyring: ${text}` };
}

function keyOf(text: unknown): Uint8Array | null {
  return typeof text === 'string' && BASE64.test(text) ? Buffer.from(text, 'base64') : null;
}

/** The keyring, or what is wrong with the content. Nothing of it is repeated: these are secrets. */
function readKeys(content: string): Keyring | string {
  let texts: unknown;
  try {
    texts = JSON.parse(content);
  } catch {
    return 'is not JSON';
  }
  if (!Array.isArray(texts)) return 'is not an array';
  if (texts.length === 0) return 'has no keys';
  const keyring = new Keyring();
  for (const [index, text] of texts.entries()) {
    const key = keyOf(text);
    if (key === null) return `has something else than base64 in place ${index + 1}`;
    if (keyring.add(key) !== null) return `has a key of ${key.length} bytes in place ${index + 1}`;
  }
  return keyring;
}

/** Null when there is no such file. */
function readFile(file: string): string | null {
  let descriptor: number;
  try {
    descriptor = fs.openSync(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    const bytes = Buffer.alloc(MOST_BYTES + 1);
    const length = fs.readSync(descriptor, bytes);
    return length > MOST_BYTES ? '' : bytes.toString('utf8', 0, length);
  } finally {
    fs.closeSync(descriptor);
  }
}

/** Under another name first: whoever is killed here must not leave half a keyring behind. */
function create(file: string, content: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: DIRECTORY_MODE });
  const descriptor = fs.openSync(`${file}.tmp`, 'w', FILE_MODE);
  try {
    fs.writeSync(descriptor, content);
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
  fs.renameSync(`${file}.tmp`, file);
  syncDirectoryNow(path.dirname(file));
}

export class KeyringFile {
  readonly path: string;
  readonly #keyring: Keyring;
  #running: Promise<string | null> = Promise.resolve(null);
  #waiting: Promise<string | null> | null = null;

  constructor(file: string, keyring: Keyring) {
    this.path = file;
    this.#keyring = keyring;
  }

  /** Writes the keyring as it is when its turn comes. Resolves with what went wrong, null when nothing did. */
  save(): Promise<string | null> {
    // Changes that come while the file is being written share the next write.
    this.#waiting ??= this.#running.then(() => {
      this.#waiting = null;
      this.#running = this.#replace();
      return this.#running;
    });
    return this.#waiting;
  }

  async #replace(): Promise<string | null> {
    const texts = this.#keyring.keys.map((key) => Buffer.from(key.bytes).toString('base64'));
    const temporary = `${this.path}.tmp`;
    try {
      const handle = await fs.promises.open(temporary, 'w', FILE_MODE);
      try {
        await handle.writeFile(JSON.stringify(texts, null, 2));
        await handle.sync();
      } finally {
        await handle.close();
      }
      await fs.promises.rename(temporary, this.path);
      await syncDirectory(path.dirname(this.path));
      return null;
    } catch (error) {
      return `failed to write keyring file ${this.path}: ${message(error)}`;
    }
  }
}

/** The keyring a pool starts with; waits for the disk. */
export function openKeyring({ pool, dataDir, isFileDisabled, encryptKey }: KeyringOptions): OpenedKeyring {
  const file = dataDir === null || isFileDisabled ? null : path.join(dataDir, 'serf', NAMES[pool]);
  const given = encryptKey === '' ? null : keyOf(encryptKey);
  if (given === null && encryptKey !== '') return failure('Invalid key: it is not base64');
  try {
    const content = file === null ? null : readFile(file);
    if (file !== null && content !== null) {
      const keyring = readKeys(content);
      if (typeof keyring === 'string') return failure(`${file} ${keyring}: ${WANTED}`);
      const isKnown = given === null || keyring.keys.some(({ bytes }) => Buffer.compare(bytes, given) === 0);
      return { ok: true, keyring, file: new KeyringFile(file, keyring), warning: isKnown ? null : UNKNOWN_KEY };
    }
    if (given === null) return { ok: true, keyring: null, file: null, warning: null };
    const keyring = new Keyring();
    const problem = keyring.add(given);
    if (problem !== null) return failure(`Invalid key: ${KEY_PROBLEMS[problem]}`);
    if (file === null) return { ok: true, keyring, file: null, warning: null };
    create(file, JSON.stringify([encryptKey]));
    return { ok: true, keyring, file: new KeyringFile(file, keyring), warning: null };
  } catch (error) {
    return failure(message(error));
  }
}

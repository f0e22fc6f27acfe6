// The environment of this process, as scripts of checks inherit it and as proxies and the Docker engine are named in it.

import type { StringMap } from '../wire/records.js';

export function ownEnvironment(): StringMap {
  const environment: { [name: string]: string } = {};
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) environment[name] = value;
  return environment;
}

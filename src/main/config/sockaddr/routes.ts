// The interfaces that carry a default route, from the kernel's table; where there is none to read, every interface counts.

import fs from 'node:fs';
import os from 'node:os';

export function defaultInterfaces(): ReadonlySet<string> {
  const names = new Set<string>();
  try {
    for (const line of fs.readFileSync('/proc/net/route', 'utf8').split('\n').slice(1)) {
      const [name, destination] = line.split('\t');
      if (name !== undefined && destination === '00000000') names.add(name);
    }
    return names;
  } catch {
    return new Set(Object.keys(os.networkInterfaces()));
  }
}

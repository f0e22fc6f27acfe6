// The os_service check asks the Windows service manager; everywhere else it can't work, and says so (spec/agent.md
// section 3). Registrations are refused before they come here; a stored one still gets its answer.

import { type Cancel, critical, type Done } from './probe/probe.js';

export function startOsService(_run: unknown, done: Done): Cancel {
  done(critical('not implemented'));
  return () => {};
}

// What is done to one server at a time, and how it is undone. Which, and for how long, is drawn from the seed; the leader gets
// each of them first, for so long that another one leads when it is back.

import type { Random } from '../../../random.js';
import type { Server } from './servers.js';

interface Fault {
  readonly name: string;
  begin(server: Server): Promise<void> | void;
  end(server: Server): Promise<void> | void;
}

const FAULTS: readonly Fault[] = [
  {
    name: 'killed',
    begin: (server) => server.kill(),
    end: (server) => server.start(),
  },
  {
    name: 'stopped',
    begin: (server) => server.signal('SIGSTOP'),
    end: (server) => server.signal('SIGCONT'),
  },
  {
    name: 'cut off',
    begin: (server) => server.cut(true),
    end: (server) => server.cut(false),
  },
  {
    name: 'without room on its disk',
    begin: (server) => server.fillDisk(),
    // It has ended itself, unless what it had to write still went into what it had.
    async end(server) {
      server.clearDisk();
      if (!server.isRunning) server.start();
    },
  },
];

export interface Planned {
  readonly fault: Fault;
  readonly isLeader: boolean;
  /** Until another server leads; only for a leader, of course. */
  readonly lastsUntilLed: boolean;
}

function shuffled(faults: readonly Fault[], random: Random): Fault[] {
  return faults
    .map((fault) => ({ fault, place: random.next() }))
    .sort((a, b) => a.place - b.place)
    .map(({ fault }) => fault);
}

/** Each on the leader, then each on a follower, and so on; only those whose description matches. */
export function* plan(random: Random, only: RegExp): Generator<Planned, never> {
  for (let pass = 0; ; pass += 1) {
    const isLeader = pass % 2 === 0;
    for (const fault of shuffled(FAULTS, random)) {
      const planned = { fault, isLeader, lastsUntilLed: isLeader && (pass === 0 || random.chance(0.5)) };
      if (only.test(described(planned))) yield planned;
    }
  }
}

export function described({ fault, isLeader }: Planned): string {
  return `${isLeader ? 'leader' : 'follower'} ${fault.name}`;
}

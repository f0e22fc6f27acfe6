// Gathers events that come close together (spec/gossip.md, section 12), so that whoever acts on them acts once: of a
// member that flaps only the end is told, of a user event only the newest.

import type { Timer, Timers } from '../../core/timers.js';
import type { SerfMember } from './member.js';
import type { MemberEventType, SerfEvent } from './output.js';

export interface CoalesceSettings {
  /** Without another event for this long, what was gathered is told. */
  readonly quietMs: number;
  /** After this it is told in any case. */
  readonly mostMs: number;
}

export type MembersEvent = Extract<SerfEvent, { readonly kind: 'members' }>;
export type UserEventTold = Extract<SerfEvent, { readonly kind: 'userEvent' }>;

/** Events gathered at most; more are told early. Names of user events are their senders' choice. */
const MOST_GATHERED = 4096;

/** When to tell: after a quiet time, but not too long after the first event. */
class Window {
  readonly #settings: CoalesceSettings;
  readonly #timers: Timers;
  readonly #tell: () => void;
  #latestMs = 0;
  #timer: Timer | null = null;

  constructor(settings: CoalesceSettings, timers: Timers, tell: () => void) {
    this.#settings = settings;
    this.#timers = timers;
    this.#tell = tell;
  }

  extend(nowMs: number): void {
    if (this.#timer === null) this.#latestMs = nowMs + this.#settings.mostMs;
    else this.#timers.cancel(this.#timer);
    this.#timer = this.#timers.set(Math.min(nowMs + this.#settings.quietMs, this.#latestMs), () => this.end());
  }

  end(): void {
    if (this.#timer !== null) this.#timers.cancel(this.#timer);
    this.#timer = null;
    this.#tell();
  }
}

interface Last {
  readonly type: MemberEventType;
  readonly member: SerfMember;
}

export class MemberCoalescer {
  readonly #emit: (event: MembersEvent) => void;
  readonly #window: Window;
  readonly #gathered = new Map<string, Last>();
  /** What was told of a member last. A forgotten member is forgotten here, too: no more than there are members. */
  readonly #told = new Map<string, MemberEventType>();

  constructor(settings: CoalesceSettings, timers: Timers, emit: (event: MembersEvent) => void) {
    this.#emit = emit;
    this.#window = new Window(settings, timers, () => this.#tell());
  }

  add({ type, members }: MembersEvent, nowMs: number): void {
    for (const member of members) this.#gathered.set(member.name, { type, member });
    if (this.#gathered.size >= MOST_GATHERED) this.flush();
    else this.#window.extend(nowMs);
  }

  /** Tells what is gathered now: before the end, nothing more will come. */
  flush(): void {
    this.#window.end();
  }

  #tell(): void {
    const byType = new Map<MemberEventType, SerfMember[]>();
    for (const [name, { type, member }] of this.#gathered) {
      // An update says something new every time, the others don't.
      if (type !== 'update' && this.#told.get(name) === type) continue;
      if (type === 'reap') this.#told.delete(name);
      else this.#told.set(name, type);
      const members = byType.get(type);
      if (members === undefined) byType.set(type, [member]);
      else members.push(member);
    }
    this.#gathered.clear();
    for (const [type, members] of byType) this.#emit({ kind: 'members', type, members });
  }
}

export class UserEventCoalescer {
  readonly #emit: (event: UserEventTold) => void;
  readonly #window: Window;
  /** By name, those of the newest time. */
  readonly #gathered = new Map<string, UserEventTold[]>();
  #count = 0;

  constructor(settings: CoalesceSettings, timers: Timers, emit: (event: UserEventTold) => void) {
    this.#emit = emit;
    this.#window = new Window(settings, timers, () => this.#tell());
  }

  /** Events whose sender doesn't allow it are not held back. */
  add(event: UserEventTold, nowMs: number): void {
    if (!event.canCoalesce) {
      this.#emit(event);
      return;
    }
    const same = this.#gathered.get(event.name);
    const newestTime = same?.[0]?.lTime ?? -1;
    if (same === undefined || event.lTime > newestTime) {
      this.#count += 1 - (same?.length ?? 0);
      this.#gathered.set(event.name, [event]);
    } else if (event.lTime === newestTime) {
      this.#count += 1;
      same.push(event);
    }
    if (this.#count >= MOST_GATHERED) this.flush();
    else this.#window.extend(nowMs);
  }

  /** Tells what is gathered now: before the end, nothing more will come. */
  flush(): void {
    this.#window.end();
  }

  #tell(): void {
    const gathered = [...this.#gathered.values()];
    this.#gathered.clear();
    this.#count = 0;
    for (const events of gathered) for (const event of events) this.#emit(event);
  }
}

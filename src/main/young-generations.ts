// How large the young generation of each thread's heap may become: what V8 lets it grow to under load, it keeps. In megabytes of all
// three parts that V8 makes of it, two of which hold objects at a time.

import { setFlagsFromString } from 'node:v8';

/** Memory that 5,000 waiting queries would otherwise be blamed for. */
export const YOUNG_GENERATION_MB = 6;
/**
 * Of the state worker where a flag asks for a server: of thousands of registrations under way at once, what is soon dead is dead before
 * it is copied. Where only a file makes a server of it, that isn't known yet, and an idle client would have some megabytes more.
 */
export const YOUNG_GENERATION_OF_SERVERS_STATE_MB = 48;

/**
 * V8 takes the launcher's `--max-semi-space-size` before what a thread is given. It is meant for main's heap, which is made by the
 * time of this call, and is taken back for those to come. To be called before the first thread is begun, and before any compiled
 * code is loaded: V8 takes that only with the flags that it was made with.
 */
export function giveThreadsTheirOwnLimits(): void {
  setFlagsFromString('--max-semi-space-size=0');
}

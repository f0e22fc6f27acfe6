// What a server says of its part in Raft when autopilot asks (Status.RaftStats; spec/raft.md, section 9).

export interface RaftStats {
  /** Since it last heard of its leader: a Go duration, `0` on the leader, `never`. */
  readonly LastContact: string;
  readonly LastTerm: number;
  readonly LastIndex: number;
}

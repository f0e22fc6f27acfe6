// How an agent of a cluster shows what was recorded from a lone server. Three things differ, and nothing else may:
// - an error that another server found has `rpc error making call: ` in front of it, once for each call it took;
// - a read of any age may be answered by a server that is a little late, which says how long ago it heard of its leader, in a
//   header, and where the answer says it too, there; what
//   is asked again because of that comes from the cache where it may;
// - lists have the other members in them (`beside`), and those alone are left out before comparing.

/** How many calls an error may have come by: a follower asks its leader, a client agent any server, which may have to ask on. */
const MOST_CALLS = { follower: 1, client: 2 };
const CALL = 'rpc error making call: ';

/** Errors with 500 that are found by the agent that was asked, by request and text. */
const OWN = [
  /^\S+ \/v1\/agent\//,
  // A server's word that comes by another way than a call.
  /^\S+ \/v1\/snapshot/,
  /^\S+ \/v1\/operator\/(keyring|raft\/transfer-leader)/,
  // Parameters.
  / strconv\.Parse/,
  / Bad limit: /,
  / required query parameter '/,
  / 'by' parameter must be one of /,
  / unsupported SourceType: /,
  /^GET \/v1\/connect\/intentions\/ /,
  /^PUT \/v1\/event\/fire\/\S* (Invalid \w+ filter: |Cannot provide tag filter)/,
];
/** On a follower: it is a server itself. */
const OWN_ON_FOLLOWER = [/ No path to datacenter$/, /^PUT \/v1\/event\/fire\//, /[?&]stale\S* Failed to create boolean/];

/** Errors that have another status than 500 and come by calls all the same. */
const BY_CALLS = [
  { status: 404, text: 'Query not found' },
  { status: 404, text: 'Intention not found' },
];

/** Reads of the state; what an operator asks of the cluster is nobody's copy. The roots that an agent follows are always one. */
const OF_ANY_AGE = /^\/v1\/((?!operator\/).*[?&](stale|max_stale|cached)|agent\/connect\/ca\/roots$)/;

/** One that changes nothing; of another the age is nobody's business. */
const READ_BY_PUT = '/v1/txn?';

export class Way {
  /** `name`: follower or client, undefined for a lone server; `beside`: the names of the other members. */
  constructor(name, beside) {
    if (name !== undefined && !(name in MOST_CALLS)) throw new Error(`there is no way called ${name}`);
    this.name = name;
    this.beside = new Set(beside.flatMap((member) => [member, `${member}.dc1`]));
  }

  /** Whether the answer may be late at first. */
  mayLag(step) {
    const isRead = step.method === 'GET' || (step.method === 'PUT' && step.path.startsWith(READ_BY_PUT));
    return this.name !== undefined && isRead && OF_ANY_AGE.test(step.path);
  }

  /** What is expected of a header that says how late an answer may be. `isAgain`: it was late at first, and is kept since then. */
  header(step, name, expected, isAgain) {
    const want = expected[name];
    if (this.name === undefined || !OF_ANY_AGE.test(step.path)) return want;
    if (name === 'X-Consul-LastContact' && want === '0') return '<digits>';
    if (!isAgain || expected['X-Cache'] !== 'MISS') return want;
    if (name === 'X-Cache') return 'HIT';
    return name === 'Age' ? '<digits>' : want;
  }

  /** The text without what the way of an error put in front of it; null when that is too little or too much. */
  textOf(step, status, want, text) {
    const comesByCalls = status === 500 || BY_CALLS.some((one) => one.status === status && one.text === want);
    if (this.name === undefined || !comesByCalls) return text;
    const subject = `${step.method} ${step.path} ${want}`;
    const own = this.name === 'follower' ? [...OWN, ...OWN_ON_FOLLOWER] : OWN;
    if (own.some((pattern) => pattern.test(subject))) return text;
    let calls = 0;
    while (text.startsWith(CALL, calls * CALL.length)) calls += 1;
    return calls >= 1 && calls <= MOST_CALLS[this.name] ? text.slice(calls * CALL.length) : null;
  }

  /** A parsed answer that says itself how late it may be, with what is expected of one that isn't. */
  onTime(step, doc) {
    if (this.name === undefined || !OF_ANY_AGE.test(step.path)) return doc;
    return Number.isInteger(doc?.LastContact) && doc.LastContact > 0 ? { ...doc, LastContact: 0 } : doc;
  }

  /** A parsed answer without the other members. */
  seen(doc) {
    if (this.beside.size === 0 || doc === null || typeof doc !== 'object') return doc;
    if (Array.isArray(doc)) return doc.filter((item) => !this.isBeside(item)).map((item) => this.seen(item));
    return Object.fromEntries(Object.entries(doc).map(([key, value]) => [key, this.seen(value)]));
  }

  isBeside(item) {
    if (item === null || typeof item !== 'object') return false;
    const { Node: node, Name: name } = item;
    return [node, node?.Node, name].some((one) => typeof one === 'string' && this.beside.has(one));
  }
}

// What the leader keeps in the catalog of each member, by the names that everybody knows it by (spec/agent.md, section 8).

/** The service, ID and name, of every server. */
export const SERVER_SERVICE = 'consul';

/** The check of every agent: whether gossip sees it. */
export const SERF_HEALTH = 'serfHealth';

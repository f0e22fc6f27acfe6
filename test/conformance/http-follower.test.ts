// The HTTP kit on a server of three that doesn't lead: writes, default and consistent reads go on to the one that does.

import { holdInCluster } from './held-in-cluster.js';
import { unlikeOnFollower } from './waiting/http-follower.js';

holdInCluster('follower', unlikeOnFollower);

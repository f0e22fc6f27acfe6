// The HTTP kit on a client agent beside three servers, any of which it asks.

import { holdInCluster } from './held-in-cluster.js';
import { unlikeOnClient } from './waiting/http-client.js';

holdInCluster('client', unlikeOnClient);

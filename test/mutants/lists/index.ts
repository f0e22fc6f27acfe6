// All the lists; a new list is named here.

import type { Mutant } from '../mutant.js';
import { dns } from './dns.js';
import { endpoints } from './endpoints.js';
import { gossipOldNews } from './gossip-old-news.js';
import { http } from './http.js';
import { replication } from './replication.js';
import { store } from './store.js';

export const mutants: readonly Mutant[] = [...replication, ...dns, ...endpoints, ...gossipOldNews, ...http, ...store];

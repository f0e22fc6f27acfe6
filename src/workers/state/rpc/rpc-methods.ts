// Every method that is served on the server port.

import { kvMethods } from './rows/kv.js';
import { statusMethods } from './rows/status.js';
import type { RpcMethods } from './server/method.js';

export const rpcMethods: RpcMethods = new Map([...statusMethods, ...kvMethods].map((method) => [method.name, method]));

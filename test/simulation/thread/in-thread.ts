// Long simulations run in a thread of their own. Node's test runner follows every promise of the thread that its tests are
// declared in, which is a fifth of what a simulation takes there; and a simulation makes so much that is soon of no use to
// anybody that a larger young generation saves it another tenth.

import { Worker } from 'node:worker_threads';

/** Three times a semi-space. */
const YOUNG_GENERATION_MB = 96;

/**
 * What the module at `url` answers ({@link answerOrder}) to `order`; both are copied. Rejects with what it throws, and when
 * it ends without an answer.
 */
export function inThread<Order, Answer>(url: URL, order: Order): Promise<Answer> {
  const worker = new Worker(url, {
    workerData: order,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
  });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`${url} ended with exit code ${code} and no answer`)));
  });
}

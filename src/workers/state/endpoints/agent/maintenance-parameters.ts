// What the maintenance of a service and of the whole node take.

import { quote } from '../../../../gotext/quote.js';
import { text } from '../../http/message/reply.js';
import { anyText, boolean, required } from '../../http/parameters/parameters.js';

const enable = boolean('Whether maintenance begins or ends.', null, (_error, given) =>
  text(400, `Invalid value for enable: ${quote(given)}`),
);

export const MAINTENANCE = {
  enable: required(enable, text(400, 'Missing value for enable')),
  reason: anyText('Why, for people who look at the check.'),
} as const;

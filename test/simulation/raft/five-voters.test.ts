// Two thousand storms over five voters; beside the test file for the other number, so that each has a core.

import { testManyStorms } from './many-storms.js';

testManyStorms(5);

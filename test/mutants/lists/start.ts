// What a start leaves out to be quick, and must not lose.

import type { Mutant } from '../mutant.js';

const INSTALLED = ['integration/cli/installed'];

export const start: readonly Mutant[] = [
  {
    name: 'the name of extra certificates stays hidden',
    file: 'cli/main.ts',
    find: "  process.env['NODE_EXTRA_CA_CERTS'] = extraCertificates;\n",
    replace: '',
    tests: INSTALLED,
  },
  {
    name: 'commands trust no extra certificates',
    file: 'cli/http/trusted-roots.ts',
    find: "return [...rootCertificates, fs.readFileSync(file, 'utf8')];",
    replace: "return [...rootCertificates, fs.readFileSync(file, 'utf8')].slice(0, -1);",
    tests: INSTALLED,
  },
];

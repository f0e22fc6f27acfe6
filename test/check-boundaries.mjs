// Runs the import-boundary check, and fails when it looked at nothing: a cruiser that can't read TypeScript passes silently.
import { cruise } from 'dependency-cruiser';
import extractConfig from 'dependency-cruiser/config-utl/extract-depcruise-config';
import extractTsConfig from 'dependency-cruiser/config-utl/extract-ts-config';

const MINIMUM_MODULES = 50;
const config = await extractConfig('./.dependency-cruiser.cjs');
const { output } = await cruise(['src'], { ...config.options, ruleSet: config, validate: true, outputType: 'json' }, undefined, {
  tsConfig: extractTsConfig('./tsconfig.json'),
});
const { modules, summary } = JSON.parse(output);
const own = modules.filter((module) => module.source.startsWith('src/')).length;
for (const violation of summary.violations) {
  console.log(`${violation.rule.severity} ${violation.rule.name}: ${violation.from} -> ${violation.to}`);
}
console.log(`${own} modules, ${summary.totalDependenciesCruised} dependencies, ${summary.violations.length} violations`);
if (own < MINIMUM_MODULES) {
  console.log(`expected at least ${MINIMUM_MODULES} modules: the check did not see the sources`);
  process.exit(1);
}
process.exit(summary.violations.length > 0 ? 1 : 0);

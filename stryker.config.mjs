/**
 * A mutant that survives a green suite is something that the tests never looked at. `npm run mutation -- <files>`
 * mutates files of `shared/` one by one, each held to the unit tests of its own stage (mutation.ts).
 */
export default {
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.mutation.config.ts', related: false },
  // Two cores, which others want too.
  concurrency: 1,
  coverageAnalysis: 'perTest',
  ignoreStatic: true,
  incremental: true,
  tempDirName: '.stryker-tmp',
  ignorePatterns: ['dist', 'bench', 'docs', '.stryker-tmp', 'reports', 'coverage'],
  reporters: ['clear-text', 'json'],
  clearTextReporter: { allowColor: false, allowEmojis: false, logTests: false, reportTests: false },
  thresholds: { high: 100, low: 90, break: 90 },
  timeoutMS: 20_000,
  disableTypeChecks: true,
};

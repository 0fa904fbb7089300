import { defineConfig } from 'vitest/config';

/** The unit tests that mutation.ts chose, one process for all. */
export default defineConfig({
  test: {
    include: (process.env['MUTATION_TESTS'] ?? 'test/unit/**/*.test.ts').split(' '),
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});

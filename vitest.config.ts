import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // e2e tests start real processes on two cores; their patience is no assertion on speed.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    coverage: {
      provider: 'v8',
      include: ['shared/**'],
      reporter: ['text-summary', 'json-summary'],
      // Pure stages of which every branch is gone through; the others are in docs/testing.md.
      thresholds: {
        'shared/{fields,gather,identity,json,judge,replay,retry}.ts': { branches: 100 },
        'shared/{schedule,shards,survey,targets,text}.ts': {
          branches: 100,
        },
        // Every file of it; its stores are adapters.
        'shared/evidence/*.ts': { branches: 100 },
        'shared/policy/{evaluate,reads,violation,waivers,work}.ts': { branches: 100 },
        'shared/notice/{changes,notice,pages,paginate}.ts': { branches: 100 },
        'shared/settings/{observe,pages,time}.ts': { branches: 100 },
        'shared/settings/facts/*.ts': { branches: 100 },
      },
    },
  },
});

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: '.',
    globalSetup: '.config/builtApp.ts',
    include: ['test/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    // One more than the two cores of a build machine: the tests on sockets and real clocks wait for a sixth of their time.
    maxWorkers: 3,
  },
});

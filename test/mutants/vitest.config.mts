import { defineConfig } from 'vitest/config';

/** As in `npm test`, without the build before it: a copy is built where the check needs the bundle. */
export default defineConfig({
  cacheDir: 'dist/vite',
  test: { root: '.', include: ['test/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000, pool: 'forks', maxWorkers: 1, bail: 1 },
});

import { buildDashboard } from './dashboard.mjs';

// How the app becomes one file: `npm run build` and `npm run package` bundle alike.
export const common = {
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'cjs',
  sourcemap: 'linked',
  logLevel: 'warning',
  // Comments in the bundle name its sources: with node_modules behind a link they must read as in a plain clone.
  preserveSymlinks: true,
  // @azure/storage-common asks for import.meta.url, which a CommonJS bundle does not have.
  define: { 'import.meta.url': '__importMetaUrl' },
  banner: { js: "const __importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
};

/** Where the host finds the app: package.json `main`. */
export const MAIN = 'dist/app/index.js';

export const dashboard = buildDashboard();

export const app = {
  ...common,
  define: {
    ...common.define,
    DASHBOARD_HTML: JSON.stringify(dashboard.html),
    DASHBOARD_POLICY: JSON.stringify(dashboard.policy),
  },
  entryPoints: ['src/index.ts'],
  outfile: MAIN,
  // The host provides it at run time; everything else is inside.
  external: ['@azure/functions-core'],
  legalComments: 'linked',
};

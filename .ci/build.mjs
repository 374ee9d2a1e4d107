// Bundles the app into one file for a fast cold start, and the local tools beside it.
import { build } from 'esbuild';
import { existsSync, rmSync } from 'node:fs';

rmSync('dist/app', { recursive: true, force: true });
rmSync('dist/local', { recursive: true, force: true });

const common = {
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'cjs',
  sourcemap: 'linked',
  keepNames: true,
  logLevel: 'warning',
  // @azure/storage-common asks for import.meta.url, which a CommonJS bundle does not have.
  define: { 'import.meta.url': '__importMetaUrl' },
  banner: { js: "const __importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
};

await build({
  ...common,
  entryPoints: ['src/index.ts'],
  outfile: 'dist/app/index.js',
  // The host provides it at run time; everything else is inside.
  external: ['@azure/functions-core'],
  legalComments: 'linked',
});

const tools = ['main', 'worldMain', 'bench', 'simulate', 'replay', 'why', 'whatif', 'check', 'mutants']
  .map((name) => `src/local/${name}.ts`)
  .filter((file) => existsSync(file));
if (tools.length > 0) await build({ ...common, entryPoints: tools, outdir: 'dist/local', packages: 'external' });

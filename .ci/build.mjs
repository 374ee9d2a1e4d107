// Bundles the app into one file for a fast cold start, and the local tools beside it.
import { build } from 'esbuild';
import { existsSync, rmSync } from 'node:fs';
import { app, common } from './bundle.mjs';

rmSync('dist/app', { recursive: true, force: true });
rmSync('dist/local', { recursive: true, force: true });

await build(app);

const tools = ['main', 'worldMain', 'bench', 'simulate', 'replay', 'why', 'whatif', 'check', 'mutants', 'crash', 'recordRelease']
  .map((name) => `src/local/${name}.ts`)
  .filter((file) => existsSync(file));
if (tools.length > 0) await build({ ...common, entryPoints: tools, outdir: 'dist/local', packages: 'external' });

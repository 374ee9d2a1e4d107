// The dashboard as one HTML text: script and style are inside, and the policy lets nothing else run or load.
import { buildSync } from 'esbuild';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const FOLDER = 'src/dashboard';

/** `{html, policy, metafile}`; the policy is the Content-Security-Policy header that belongs to exactly this page. */
export function buildDashboard() {
  const { outputFiles, metafile } = buildSync({
    entryPoints: [`${FOLDER}/main.ts`],
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    platform: 'browser',
    target: ['chrome123', 'firefox120', 'safari17.5'],
    format: 'iife',
    outdir: 'dist/dashboard',
    preserveSymlinks: true,
    legalComments: 'inline',
    logLevel: 'warning',
  });
  const part = (ending) => outputFiles.find(({ path }) => path.endsWith(ending))?.text.trim() ?? '';
  const script = part('.js').replaceAll('</script', '<\\/script');
  const style = part('.css');
  const html = readFileSync(`${FOLDER}/index.html`, 'utf8')
    // To the byte what the hashes are of, however the file is laid out.
    .replace(/\s*\/\* style \*\/\s*/, () => style)
    .replace(/\s*\/\* script \*\/\s*/, () => script);
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    // No text of the API can become markup, whatever the code does with it.
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
  return { html, policy, metafile };
}

const hashOf = (text) => `sha256-${createHash('sha256').update(text).digest('base64')}`;

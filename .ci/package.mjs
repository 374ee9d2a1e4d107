// `npm run package [-- FOLDER]`: the zip that Azure gets, its software bill of materials and its checksum, by default in dist/.
// Reproducible to the byte: everything comes from the lock file and the sources, in a fixed order, with a fixed time.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { zipSync } from 'fflate';
import { app, dashboard, MAIN } from './bundle.mjs';
import { bundledPackages, licenceTexts } from './licences.mjs';

const { name, version, main, license } = JSON.parse(readFileSync('package.json', 'utf8'));
if (main !== MAIN) throw new Error(`package.json says main "${main}", the bundle is built as "${MAIN}": the host would load no function.`);

/** In memory: dist/app belongs to `npm run build`, which may run at the same time. */
const { outputFiles, metafile } = await build({ ...app, write: false, metafile: true });
const output = (ending) => outputFiles.find((file) => file.path.endsWith(ending))?.text ?? '';
const packages = bundledPackages(metafile, dashboard.metafile);

const files = {
  'host.json': readFileSync('host.json', 'utf8'),
  'package.json': `${JSON.stringify({ name, version, main }, undefined, 2)}\n`,
  LICENSE: readFileSync('LICENSE', 'utf8'),
  'THIRD-PARTY-LICENSES.txt': licenceTexts(packages),
  // The source map stays behind; a comment that points to it would name a file that is not there.
  [MAIN]: output('index.js').replace(/\n\/\/# sourceMappingURL=.*\n?$/, '\n'),
  [`${MAIN}.LEGAL.txt`]: output('.LEGAL.txt'),
};

const zip = zipSync(
  Object.fromEntries(
    Object.keys(files)
      .sort()
      .map((path) => [path, new TextEncoder().encode(files[path])]),
  ),
  // A zip keeps local times: built from local fields, this date reads the same in every time zone. Mode -rw-r--r-- of Unix.
  { level: 9, mtime: new Date(1980, 0, 1), os: 3, attrs: 0o100644 << 16 },
);

/** What is inside the bundle, from npm's own bill of the lock file; without the times, random numbers and folder names it adds. */
function billOfMaterials() {
  const npm = process.env.npm_execpath;
  const command = npm === undefined ? ['npm'] : [process.execPath, npm];
  // Not `--omit dev`: that leaves out what the development tools use as well.
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'];
  const bill = JSON.parse(execFileSync(command[0], [...command.slice(1), ...args], { encoding: 'utf8', maxBuffer: 64 << 20 }));
  const inside = new Set(packages.map((each) => `${each.name}@${each.version}`));
  const root = `${name}@${version}`;
  const byRef = (left, right) => (left < right ? -1 : 1);
  const components = bill.components.filter((each) => inside.has(each['bom-ref'].split('|')[0]));
  const missing = [...inside].filter((each) => !components.some((component) => component['bom-ref'].split('|')[0] === each));
  if (missing.length > 0) throw new Error(`The bundle holds packages that the lock file's bill does not name: ${missing.join(', ')}.`);
  const kept = new Set([root, ...components.map((each) => each['bom-ref'])]);
  return {
    bomFormat: bill.bomFormat,
    specVersion: bill.specVersion,
    version: 1,
    metadata: {
      component: { 'bom-ref': root, type: 'application', name, version, purl: `pkg:npm/${root}`, licenses: [{ license: { id: license } }] },
    },
    components: components.sort((left, right) => byRef(left['bom-ref'], right['bom-ref'])),
    dependencies: bill.dependencies
      .filter(({ ref }) => kept.has(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: (dependsOn ?? []).filter((each) => kept.has(each)).sort(byRef) }))
      .sort((left, right) => byRef(left.ref, right.ref)),
  };
}

const folder = process.argv[2] ?? 'dist';
const base = `autoscaler-${version}`;
const sum = createHash('sha256').update(zip).digest('hex');
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, `${base}.zip`), zip);
writeFileSync(join(folder, `${base}.cdx.json`), `${JSON.stringify(billOfMaterials(), undefined, 2)}\n`);
writeFileSync(join(folder, `${base}.zip.sha256`), `${sum}  ${base}.zip\n`);

const unpacked = Object.values(files).reduce((total, text) => total + Buffer.byteLength(text), 0);
const megabytes = (bytes) => (bytes / 1e6).toFixed(2);
console.log(
  `${join(folder, `${base}.zip`)}: ${megabytes(zip.length)} MB (${megabytes(unpacked)} MB unpacked), ${packages.length} packages inside`,
);
console.log(`sha256 ${sum}`);

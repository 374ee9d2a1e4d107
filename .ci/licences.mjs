// Which packages a bundle holds, and the licence text of each.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of the package that an input file belongs to, also where packages lie inside packages; undefined for our own files. */
function folderOf(input) {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(input)?.[0];
}

/** esbuild's metafiles → `{name, version, license, folder}` of every package inside, by name and version. */
export function bundledPackages(...metafiles) {
  const used = metafiles
    .flatMap(({ outputs }) => Object.values(outputs))
    .flatMap(({ inputs }) => Object.keys(inputs).filter((input) => inputs[input].bytesInOutput > 0));
  const folders = new Set(used.map(folderOf).filter((folder) => folder !== undefined));
  const packages = [...folders].map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return { name, version, license: license ?? 'not stated', folder };
  });
  const key = ({ name, version }) => `${name}@${version}`;
  return [...new Map(packages.map((each) => [key(each), each])).values()].sort((left, right) => (key(left) < key(right) ? -1 : 1));
}

const TEXT = /^(licen[cs]e|copying|notice)/i;

/** One text of all licences and notices; a package that ships none is named with the licence that it states. */
export function licenceTexts(packages) {
  const parts = packages.map(({ name, version, license, folder }) => {
    const texts = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && TEXT.test(entry.name))
      .map((entry) => entry.name)
      .sort()
      .map((file) => readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim());
    const text = texts.length > 0 ? texts.join('\n\n') : `The package ships no licence text; it states: ${license}.`;
    return `${'='.repeat(80)}\n${name} ${version} (${license})\n${'='.repeat(80)}\n\n${text}\n`;
  });
  return `The bundle contains these packages.\n\n${parts.join('\n')}`;
}

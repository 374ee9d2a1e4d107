import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { errorText } from './errorText';
import { recordHistories } from './release/record';

/** `npm run record-release`: keeps a release's histories beside its bundle, so that later code can be tested against both. */
async function main(folder: string): Promise<void> {
  const histories = await recordHistories(path.resolve(folder, 'app.js'));
  const target = path.join(folder, 'histories');
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  for (const [kind, golden] of histories) writeFileSync(path.join(target, `${kind}.json`), `${JSON.stringify(golden, undefined, 1)}\n`);
  process.stdout.write(`${folder}: the bundle and ${String(histories.size)} histories.\n`);
}

main(process.argv[2] ?? '').then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${errorText(error)}\n`);
    process.exit(1);
  },
);

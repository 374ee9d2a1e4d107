import { parseArgs } from 'node:util';
import { join } from 'node:path';
import { live, type LifeOptions } from './crash/life';
import { runTrial } from './crash/trial';

/** `npm run crash -- --kills 50 --seed 1`: SIGKILL of the app's host during drains and scale-outs. Exit 1 with any finding. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      life: { type: 'string' },
      kills: { type: 'string', default: '50' },
      seed: { type: 'string', default: '1' },
      speed: { type: 'string', default: '60' },
      mode: { type: 'string', default: 'Uniform' },
    },
  });
  if (values.life !== undefined) return live(JSON.parse(values.life) as LifeOptions);
  const appDirectory = process.cwd();
  const report = await runTrial({
    kills: Number(values.kills),
    seed: Number(values.seed),
    speed: Number(values.speed),
    mode: values.mode === 'Flexible' ? 'Flexible' : 'Uniform',
    appDirectory,
    entry: join(appDirectory, 'dist', 'app', 'index.js'),
    script: __filename,
    print: (line) => void process.stdout.write(`${line}\n`),
  });
  process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
  return report.findings.length === 0 ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(2);
  },
);

import { parseArgs } from 'node:util';
import { join } from 'node:path';
import { live, type LifeOptions } from './crash/life';
import { runTrial } from './crash/trial';
import { errorText } from './errorText';

const HELP = `npm run crash -- [flags]

  --kills N                 so often the app's host is killed (default 50)
  --seed N                  of moments and jobs (default 1)
  --speed N                 one second here is so many there (default 60)
  --mode Uniform|Flexible   of the scale set (default Uniform)

  Ends with 1 where anything was left over: a drain without an end, a second delete, an orphan, a lost cooldown.
`;

class UsageError extends Error {}

const numberOf = (name: string, given: string): number => {
  const value = Number(given);
  if (!Number.isInteger(value) || value < 1) throw new UsageError(`--${name} takes a whole number from 1, not "${given}". See --help.`);
  return value;
};

function modeOf(given: string): 'Uniform' | 'Flexible' {
  if (given === 'Uniform' || given === 'Flexible') return given;
  throw new UsageError(`--mode takes Uniform or Flexible, not "${given}". See --help.`);
}

/** `npm run crash -- --kills 50 --seed 1`: SIGKILL of the app's host during drains and scale-outs. Exit 1 with any finding. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      life: { type: 'string' },
      kills: { type: 'string', default: '50' },
      seed: { type: 'string', default: '1' },
      speed: { type: 'string', default: '60' },
      mode: { type: 'string', default: 'Uniform' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.life !== undefined) return live(JSON.parse(values.life) as LifeOptions);
  if (values.help === true) {
    process.stdout.write(HELP);
    return 0;
  }
  const appDirectory = process.cwd();
  const report = await runTrial({
    kills: numberOf('kills', values.kills),
    seed: numberOf('seed', values.seed),
    speed: numberOf('speed', values.speed),
    mode: modeOf(values.mode),
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
    process.stderr.write(`${errorText(error, UsageError)}\n`);
    process.exit(2);
  },
);

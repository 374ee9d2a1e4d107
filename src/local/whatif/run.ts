import { writeFileSync } from 'node:fs';
import { readTrace, type TraceJob } from '../traces';
import { boundsOf, type Bound } from './bounds/bounds';
import type { Figures } from './figures';
import { readPast } from './ledgerPast';
import type { Options } from './options';
import { partsOf } from './past';
import { createProgress } from './progress';
import { goalOf, recommend } from './recommend';
import { namesOf, reportOf, textOf, type Report } from './report';
import { settingsOf, type Assignments } from './settings';
import { START } from './simulate';
import { drawSvg } from './svg';
import { combine } from './sweep';
import type { Past } from './tasks';
import type { Crew } from './workers';
import { UsageError } from './usage';

/** The seed's defaults, said out loud. */
const DEFAULTS: Assignments = { MIN_RUNNERS: '1' };

interface Source {
  readonly jobs: readonly TraceJob[];
  readonly startAt: number | undefined;
}

/** Throws {@link UsageError}, SettingsError and TraceError: what the caller got wrong. */
export async function whatif(options: Options, makeCrew: (past: Past) => Crew, print: (line: string) => void): Promise<Report> {
  const settings = rowsOf(options);
  for (const each of settings) settingsOf(each);
  const source = read(options.source);
  const startAt = options.startAt ?? source.startAt ?? START;
  const parts = partsOf(source.jobs, startAt, options.seconds);
  if (parts.all.jobs.length === 0) throw new UsageError(`--for: no job of ${options.source.path} arrives within it.`);
  const { fleet, seed, runs } = options;
  const part = options.heldBack ? ('judge' as const) : ('all' as const);
  if (parts[part].jobs.length === 0) throw new UsageError('--held-back: no job arrives in the second half.');
  const crew = makeCrew({ parts, fleet, seed, runs });
  const progress = createProgress(print);
  try {
    const figures = await crew.run(
      settings.map((each) => ({ settings: each, part })),
      (done) => progress('settings', done, settings.length),
    );
    const measured = settings.map((each, at) => ({ settings: each, figures: figures[at] as Figures }));
    const canSearch = options.search && parts.learn.jobs.length > 0 && parts.judge.jobs.length > 0;
    const recommended = canSearch ? await advise(options, crew, progress) : undefined;
    const report = reportOf(measured, recommended, boundsFor(parts[part].jobs, fleet));
    if (options.svg !== undefined) writeFileSync(options.svg, drawSvg(report));
    print(textOf(report));
    return report;
  } finally {
    await crew.stop();
  }
}

async function advise({ set, targetP95 }: Options, crew: Crew, progress: ReturnType<typeof createProgress>) {
  const today = { ...DEFAULTS, ...set };
  const found = await recommend(today, goalOf(targetP95, set), crew.run, (tried) => progress('settings tried for a recommendation', tried));
  const [all] = await crew.run([{ settings: found.settings, part: 'all' }]);
  return { ...found, all: all as Figures };
}

/** First the seed's defaults, then those of --set, then the sweep on top of them; each once. */
function rowsOf({ set, sweeps }: Options): readonly Assignments[] {
  const rows = [DEFAULTS, ...(Object.keys(set).length === 0 ? [] : [set]), ...combine(set, sweeps)];
  return [...new Map(rows.map((row) => [namesOf(row), row])).values()];
}

function read({ kind, path }: Options['source']): Source {
  if (kind === 'trace') return { jobs: readTrace(path), startAt: undefined };
  const { jobs, startAt } = readPast(path);
  return { jobs, startAt };
}

/** The bounds are of runners with one task at a time. */
const boundsFor = (jobs: readonly TraceJob[], fleet: Past['fleet']): readonly Bound[] =>
  fleet.tasksPerRunner === 1 ? boundsOf(jobs, fleet) : [];

import type { WorldFaults } from '../../world/faults';
import type { WorldEvent } from '../../world/state';
import type { Stage } from '../stage';
import { memoryOf, poolOf } from './onePool';

/** A small scripted world: what happens in it does not depend on chance, so that each run meets the same effects up to its first strike. */
export interface Course {
  readonly name: string;
  readonly sentence: string;
  readonly runners: number;
  readonly settings?: Readonly<Record<string, string>>;
  readonly worldFaults?: WorldFaults;
  /** Instances, not Deleting, that may be there at once: one more is a growth that was doubled. */
  readonly peak: number;
  begin?(stage: Stage): void;
  /** Told once for each event, to let something happen right then. */
  onEvent?(event: WorldEvent, stage: Stage): void;
}

export const SETTINGS: Readonly<Record<string, string>> = {
  MIN_RUNNERS: '1',
  MAX_RUNNERS: '6',
  SCALE_OUT_THRESHOLD: '1',
  SCALE_IN_THRESHOLD: '0',
  SCALE_OUT_COOLDOWN_DURATION: '2',
  SCALE_IN_COOLDOWN_DURATION: '1',
  POLL_INTERVAL_SECONDS: '60',
};

/** Runners in service once all has ended. */
export const runnersAtRest = ({ settings }: Course): number => Number({ ...SETTINGS, ...settings }['MIN_RUNNERS']);

export const FLAGS: Readonly<Record<string, number>> = { bootSeconds: 30, registerSeconds: 20, deleteSeconds: 15 };

const jobs = (stage: Stage, count: number, seconds: number, delay = 0): void =>
  stage.world.addJobs(Array.from({ length: count }, () => ({ arrivalSeconds: delay, durationSeconds: seconds })));

/** Runs `act` at the first event for which it holds. */
function first(
  holds: (event: WorldEvent) => boolean,
  act: (stage: Stage, event: WorldEvent) => void,
): () => NonNullable<Course['onEvent']> {
  return () => {
    let done = false;
    return (event, stage) => {
      if (done || !holds(event)) return;
      done = true;
      act(stage, event);
    };
  };
}

/**
 * Runs `act` 110 s after the start at the earliest, once the app has read the pool: a runner that it never saw matched is foreign to it, and an
 * entry of that kind is left alone for good.
 */
function onceKnown(stage: Stage, act: () => void, at = stage.startedAt + KNOWN_MS): void {
  stage.clock.at(at, () => {
    if (memoryOf(stage, poolOf(stage))?.tick === undefined) onceKnown(stage, act, at + AGAIN_MS);
    else act();
  });
}

const KNOWN_MS = 110_000;
const AGAIN_MS = 10_000;

type Draft = Omit<Course, 'onEvent' | 'worldFaults'> & {
  readonly watch?: () => NonNullable<Course['onEvent']>;
  readonly worldFaults?: () => WorldFaults;
};

const DRAFTS: readonly Draft[] = [
  {
    name: 'in',
    sentence: 'Two idle runners, one too many: a scale-in, its drain, the VM is deleted.',
    runners: 2,
    peak: 2,
  },
  {
    name: 'out-and-in',
    sentence: 'Two jobs and one runner: a scale-out, then the scale-in of a runner that still works.',
    runners: 1,
    peak: 2,
    begin: (stage) => {
      jobs(stage, 1, 130, 20);
      jobs(stage, 1, 100, 25);
    },
  },
  {
    name: 'give-back',
    sentence: 'Two jobs come while one of two runners drains: it is given back, and drained later.',
    runners: 2,
    // A runner that is already committed goes, and another comes in its place.
    peak: 3,
    watch: first(
      ({ kind, note }) => kind === 'runner-status' && note === 'DRAINING',
      (stage) => jobs(stage, 2, 70, 5),
    ),
  },
  {
    name: 'two',
    sentence: 'Two of three idle runners go at once: one scale-in, two drains, one batch of deletes.',
    runners: 3,
    settings: { SCALE_IN_STEP: '2' },
    peak: 3,
  },
  {
    name: 'by-hand',
    sentence: 'Another’s hand sets a runner DRAINING: it is adopted, and drained.',
    runners: 2,
    // Nothing else may begin: it is the second runner that keeps the loop from scaling in.
    settings: { SCALE_IN_COOLDOWN_DURATION: '5' },
    peak: 3,
    begin: (stage) => {
      const [entry] = poolOf(stage).entries.values();
      stage.world.mishaps().setStatus(entry?.runnerId ?? '', 'DRAINING');
    },
  },
  {
    name: 'stray',
    sentence: 'Two jobs and one runner: the first VM ordered never registers, and is deleted as a stray; another serves the job.',
    runners: 1,
    settings: { BOOT_TIMEOUT_MINUTES: '3' },
    peak: 3,
    worldFaults: () => {
      let ordered = 0;
      return { onVm: () => ((ordered += 1) === 1 ? { neverRegisters: true } : undefined) };
    },
    begin: (stage) => jobs(stage, 2, 130, 20),
  },
  {
    name: 'ghost',
    sentence: 'Azure takes the VM of one of two idle runners: its entry is deregistered as a ghost, and another VM comes.',
    runners: 2,
    settings: { MIN_RUNNERS: '2' },
    peak: 2,
    begin: (stage) =>
      onceKnown(stage, () => {
        const [vm] = poolOf(stage).vms.values();
        stage.world.mishaps().evict(vm?.vmId ?? '');
      }),
  },
];

export const COURSES: readonly Pick<Course, 'name' | 'sentence'>[] = DRAFTS.map(({ name, sentence }) => ({ name, sentence }));
export const COURSE_NAMES: readonly string[] = DRAFTS.map(({ name }) => name);

/** Fresh, since a course remembers what has happened in it. Throws a RangeError that names an unknown one. */
export function courseOf(name: string): Course {
  const draft = DRAFTS.find((each) => each.name === name);
  if (draft === undefined) throw new RangeError(`--explore: there is no course "${name}"; there are ${COURSE_NAMES.join(', ')}.`);
  const { watch, worldFaults, ...course } = draft;
  return {
    ...course,
    ...(watch === undefined ? {} : { onEvent: watch() }),
    ...(worldFaults === undefined ? {} : { worldFaults: worldFaults() }),
  };
}

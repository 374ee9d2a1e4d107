import type { Figures } from './figures';
import { costOf, meets, USUAL_WORTH, type Goal } from './objective';
import { keepsNothing, search } from './search';
import { settingsOf, without, type Assignments } from './settings';
import type { RunTasks } from './workers';

export interface Judged {
  readonly today: Figures;
  readonly recommended: Figures;
}

export interface Recommendation {
  /** All that differs from the schema's defaults, today's other settings included. */
  readonly settings: Assignments;
  /** Ready for the app settings. */
  readonly lines: readonly string[];
  /** On the part that it was learned from, and on the part that it was not. */
  readonly learned: Judged;
  readonly judged: Judged;
  /** Of the judged part: what is saved against today; negative: given up. */
  readonly gain: { readonly waitSecondsMean: number; readonly vmHours: number };
  /** Whether the goal was met by the part that it was not learned from. */
  readonly meetsGoal: boolean;
  readonly tried: number;
  readonly because: string;
}

export function goalOf(targetP95: number | undefined, set: Assignments): Goal {
  if (targetP95 !== undefined) return { kind: 'p95', seconds: targetP95 };
  const given = set['WAIT_MINUTE_WORTH'];
  return { kind: 'worth', vmMinutes: given === undefined ? USUAL_WORTH : Number(given) };
}

/** Chosen by the first half and judged by the second; where today's own settings do better by the first, they are what is recommended. */
export async function recommend(today: Assignments, goal: Goal, run: RunTasks, told: (tried: number) => void): Promise<Recommendation> {
  const [asToday] = await run([{ settings: today, part: 'learn' }]);
  const found = await search({ today, goal, run, told });
  const stays = costOf(goal, asToday as Figures) <= costOf(goal, found.figures);
  const settings = stays ? today : found.settings;
  const [judgedToday, judged] = await run([
    { settings: today, part: 'judge' },
    { settings, part: 'judge' },
  ]);
  const judgement = { today: judgedToday as Figures, recommended: judged as Figures };
  return {
    settings,
    lines: linesOf(settings),
    learned: { today: asToday as Figures, recommended: stays ? (asToday as Figures) : found.figures },
    judged: judgement,
    gain: {
      waitSecondsMean: Number((judgement.today.waitSeconds.mean - judgement.recommended.waitSeconds.mean).toFixed(1)),
      vmHours: Number((judgement.today.vmHours - judgement.recommended.vmHours).toFixed(2)),
    },
    meetsGoal: meets(goal, judgement.recommended),
    tried: found.tried + 1,
    because: reasonOf(goal, settings, stays),
  };
}

function reasonOf(goal: Goal, settings: Assignments, stays: boolean): string {
  const by =
    goal.kind === 'p95'
      ? `the least VM-hours with 95 of 100 waits within ${String(goal.seconds)} s`
      : `the least VM-minutes, a minute of waiting counting as ${String(goal.vmMinutes)}`;
  if (stays) return `Today's settings have ${by}.`;
  return `${keepsNothing(settings) ? 'Keeping no idle runner gives' : 'These give'} ${by}.`;
}

/** A setting at its default would only be noise; what is not set needs no line. Throws SettingsError. */
function linesOf(settings: Assignments): readonly string[] {
  const { version } = settingsOf(settings);
  const isDefault = (variable: string): boolean => settingsOf(without(settings, variable)).version === version;
  return Object.entries(settings)
    .filter(([variable]) => !isDefault(variable))
    .map(([variable, value]) => `${variable}=${value}`);
}

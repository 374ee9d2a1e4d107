import type { CheckPorts } from './check';
import { bad, good, unsure, type CheckItem } from './item';

/** A stamp further ahead than this is not believed, and boot allowances are judged by Azure's own times. */
const MOST_SKEW_MS = 60_000;

/** The Date headers of both services against our clock; they tell whole seconds. */
export function checkClocks(
  ports: CheckPorts,
  stackguardian: { readonly told: number; readonly at: number } | undefined,
): readonly CheckItem[] {
  const services = [
    ['clock-stackguardian', 'StackGuardian', stackguardian],
    ['clock-azure', 'Azure', ports.surroundings.serverTime()],
  ] as const;
  return services.map(([name, who, time]) => {
    if (time === undefined) return unsure(name, `Cannot tell: ${who} gave no time.`, 'Ask again once the other items are ok.');
    const seconds = Math.round((time.told - time.at) / 1000);
    if (Math.abs(time.told - time.at) <= MOST_SKEW_MS) return good(name, `${who}'s clock and ours agree (${seconds} s apart).`);
    const ahead = seconds > 0 ? 'ahead of' : 'behind';
    return bad(
      name,
      `${who}'s clock is ${Math.abs(seconds)} s ${ahead} ours.`,
      'Compare both with a third; in Azure restart the app, on a laptop set its clock by NTP.',
    );
  });
}

import type { Certificate } from '../../model/drain';
import { clockTime, span, timeOfDay } from './words';

const OUTCOMES: Readonly<Record<string, string>> = {
  deleted: 'its VM was deleted',
  'given-back': 'its runner was given back',
  'reactivated-by-hand': 'somebody else set its runner ACTIVE again',
  'runner-replaced': 'another registration of its machine took over',
  'instance-gone': 'its VM went without our doing',
  'not-wanted': 'it was not wanted any more',
  refused: 'StackGuardian refused the mark',
  expired: 'it came to no end of its own',
};

/** The proof of one deletion, or how its drain ended without one. */
export function tellCertificate(certificate: Certificate): readonly string[] {
  const { drain, rule, runnerId, vmId, computerName, startedAt, endedAt, window, steps, outcome } = certificate;
  const lines = [
    `${drain}: ${runnerId === undefined ? '' : `runner ${runnerId} on `}${computerName} (vmId ${vmId}), begun ${clockTime(startedAt)} by ${rule}.`,
  ];
  if (window !== undefined) {
    const connected = window.connected ? 'connected' : 'disconnected for its grace';
    lines.push(
      `  proof: ${String(window.readings)} readings over ${span(window.last - window.since)} (${timeOfDay(window.since)} to ${timeOfDay(window.last)}), each DRAINING with zero running and zero pending tasks, agent ${connected}.`,
    );
  } else if (certificate.kind === 'runner') {
    // A drain that goes on after another's deregister finds its runner unlisted: the readings stand in that one's certificate.
    const acted = steps.some(({ step }) => step === 'deregister' || step === 'delete');
    lines.push(
      acted
        ? '  proof: in the certificate of the drain that it went on with.'
        : '  proof: none: nothing was deregistered or deleted on its behalf.',
    );
  }
  for (const { at, step, answer } of steps.filter(({ step: name }) => name !== 'look'))
    lines.push(`  ${timeOfDay(at)}  ${step}: ${answer}`);
  const end = endedAt === undefined ? '' : ` at ${timeOfDay(endedAt)}`;
  lines.push(
    outcome === undefined ? '  It is not over, or died on the way.' : `  ended${end} as ${outcome}: ${OUTCOMES[outcome] ?? outcome}.`,
  );
  return lines;
}

import type { Act, Bucket, Decision, Page, PastDrain, Runner } from './answers';
import {
  each,
  fieldsOf,
  listOf,
  number,
  numberOr0,
  requiredText,
  requiredTime,
  text,
  textOrNull,
  texts,
  time,
  type Fields,
} from './decode';

/** GET …/history. Throws {@link MalformedAnswer}. */
export function decodeHistory(body: unknown): Page<Bucket> & { readonly resolutionSeconds: number | null } {
  return { ...pageOf(body, 'buckets', decodeBucket), resolutionSeconds: number(fieldsOf(body, 'The history')['resolution']) };
}

const decodeBucket = (fields: Fields): Bucket => ({
  at: requiredTime(fields, 'at', 'A bucket'),
  demand: number(fields['demand']),
  waiting: number(fields['waiting']),
  idle: number(fields['idle']),
  busy: number(fields['busy']),
  booting: number(fields['booting']),
  draining: number(fields['draining']),
  instances: number(fields['instances']),
  capacity: number(fields['capacity']),
  unservedSeconds: number(fields['unservedSeconds']),
  held: fields['held'] === true || numberOr0(fields['held']) > 0,
  scaleOuts: numberOr0(fields['scaleOuts']),
  scaleIns: numberOr0(fields['scaleIns']),
});

/** A page of `{<name>: […], next}`. Throws {@link MalformedAnswer}. */
function pageOf<T>(body: unknown, name: string, read: (fields: Fields) => T): Page<T> {
  const fields = fieldsOf(body, `The ${name}`);
  const items = listOf(fields[name], `The ${name}`).map((item) => read(fieldsOf(item, `An item of the ${name}`)));
  return { items, next: textOrNull(fields['next']) };
}

export const decodeDecisions = (body: unknown): Page<Decision> => pageOf(body, 'decisions', decodeDecision);
export const decodePastDrains = (body: unknown): Page<PastDrain> => pageOf(body, 'drains', decodePastDrain);
export const decodeRunners = (body: unknown): Page<Runner> & { readonly total: number } => ({
  ...pageOf(body, 'runners', decodeRunner),
  total: numberOr0(fieldsOf(body, 'The runners')['total']),
});

const decodeDecision = (fields: Fields): Decision => ({
  at: requiredTime(fields, 'at', 'A decision'),
  tick: text(fields['tick']),
  rule: requiredText(fields, 'rule', 'A decision'),
  reason: text(fields['reason']),
  acts: each(fields['acts'], 'An act', decodeAct),
  done: each(fields['done'], 'An answer to an act', (done) => ({
    act: decodeAct(fieldsOf(done['act'], 'An act')),
    answer: text(done['answer']),
    code: text(done['code']),
  })),
  dryRun: fields['dryRun'] === true,
  alerts: texts(fields['alerts']),
  noticed: texts(fields['noticed']),
});

const decodeAct = (fields: Fields): Act => ({
  kind: requiredText(fields, 'kind', 'An act'),
  runner: textOrNull(fields['runner']),
  vm: textOrNull(fields['vm']),
  target: text(fields['target']),
  reason: text(fields['reason']),
  add: number(fields['add']),
  from: number(fields['from']),
  to: number(fields['to']),
});

const decodePastDrain = (fields: Fields): PastDrain => ({
  id: requiredText(fields, 'id', 'A drain'),
  runner: textOrNull(fields['runner']),
  vm: text(fields['vm']),
  computerName: text(fields['computerName']),
  startedAt: requiredTime(fields, 'startedAt', 'A drain'),
  endedAt: time(fields['endedAt']),
  outcome: text(fields['outcome']),
  rule: text(fields['rule']),
});

const decodeRunner = (fields: Fields): Runner => ({
  runner: textOrNull(fields['runner']),
  vm: requiredText(fields, 'vm', 'A runner'),
  computerName: text(fields['computerName']),
  state: text(fields['state']),
  tasks: number(fields['tasks']),
  since: time(fields['since']),
  bornAt: time(fields['bornAt']),
  isProtected: fields['protected'] === true,
});

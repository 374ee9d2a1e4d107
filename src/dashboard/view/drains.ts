import type { Drain, PastDrain, PoolStatus } from '../data/answers';
import { clock, duration, plural, shortId } from '../shape/format';
import { DRAIN_STEPS, outcomeOf, progressOf } from '../shape/drains';
import type { Actions } from './actions';
import { byId, h, keyedRows, setHidden, setText, setTime, type Row } from './dom';

/** Runners on their way out, each with how far it is; below them those that are over. */
export interface Drains {
  show(status: PoolStatus): void;
  past(drains: readonly PastDrain[], now: number): void;
}

const MOST_PAST = 20;

export function createDrains(actions: Actions): Drains {
  const place = byId('drains');
  const list = h('ul', { class: 'drain-list' });
  const empty = h('p', { class: 'empty' }, 'Nothing is draining.');
  const hidden = h('p', { class: 'note' });
  const body = h('tbody');
  const over = h(
    'div',
    { class: 'over' },
    h('h3', {}, 'Over'),
    h(
      'div',
      { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': 'Drains that are over' },
      h(
        'table',
        { class: 'rows' },
        h('thead', {}, h('tr', {}, ...['Ended', 'Runner', 'Outcome', 'Took'].map((name) => h('th', { scope: 'col' }, name)))),
        body,
      ),
    ),
  );
  place.append(h('div', { class: 'card-head' }, h('h2', { id: 'drains-title' }, 'Drains')), list, empty, hidden, over);
  let now = 0;
  const showRows = keyedRows<Drain>(
    list,
    ({ id }) => id,
    (drain) => buildDrain(drain, actions),
  );
  const showPast = keyedRows<PastDrain>(
    body,
    ({ id }) => id,
    (drain) => buildPast(drain, () => now),
  );
  setHidden(over, true);
  return {
    show({ drains, drainsNotShown }) {
      showRows(drains);
      setHidden(empty, drains.length > 0);
      setHidden(hidden, drainsNotShown === 0);
      setText(hidden, `${plural(drainsNotShown, 'more drain')} under way.`);
    },
    past(drains, at) {
      now = at;
      const ended = drains.filter(({ endedAt }) => endedAt !== null).slice(0, MOST_PAST);
      showPast(ended);
      setHidden(over, ended.length === 0);
    },
  };
}

function buildDrain({ runner, vm, computerName }: Drain, actions: Actions): Row<Drain> {
  const name = runner ?? vm ?? computerName;
  const phase = h('span', { class: 'phase' });
  const age = h('span', { class: 'age' });
  const note = h('p', { class: 'note' });
  const steps = Array.from({ length: DRAIN_STEPS }, () => h('i', {}));
  const track = h('div', { class: 'track', role: 'img' }, ...steps);
  const release = h('button', { type: 'button', class: 'small', click: () => actions.release(runner ?? '') }, 'Release…');
  const protect = h('button', { type: 'button', class: 'small', click: () => actions.protect(runner ?? '') }, 'Protect…');
  release.setAttribute('aria-label', `Release ${name}`);
  protect.setAttribute('aria-label', `Protect ${name}`);
  return {
    element: h(
      'li',
      { class: 'drain' },
      h('div', { class: 'drain-head' }, h('b', { title: name }, shortId(name)), h('span', { class: 'host' }, computerName), age),
      track,
      h('div', { class: 'drain-end' }, phase, h('span', { class: 'buttons' }, release, protect)),
      note,
    ),
    update(drain) {
      const { label, step, canRelease } = progressOf(drain);
      setText(phase, label);
      setText(age, duration(drain.ageSeconds));
      setText(note, drain.note);
      setHidden(note, drain.note === '');
      track.setAttribute('aria-label', `Step ${step} of ${DRAIN_STEPS}: ${label}`);
      steps.forEach((each, index) => each.classList.toggle('on', index < step));
      setHidden(release, !canRelease || runner === null);
      setHidden(protect, !canRelease || runner === null);
    },
  };
}

function buildPast({ runner, vm }: PastDrain, now: () => number): Row<PastDrain> {
  const ended = h('time', {});
  const outcome = h('td', {});
  const took = h('td', { class: 'number' });
  const name = runner ?? vm;
  return {
    element: h('tr', {}, h('th', { scope: 'row', class: 'when' }, ended), h('td', { title: name }, shortId(name)), outcome, took),
    update(drain) {
      setText(outcome, outcomeOf(drain.outcome));
      if (drain.endedAt === null) return;
      setTime(ended, drain.endedAt, clock(drain.endedAt, now()));
      setText(took, duration((drain.endedAt - drain.startedAt) / 1000));
    },
  };
}

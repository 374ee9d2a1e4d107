import type { Runner } from '../data/answers';
import { duration, NOTHING, number, plural, shortId } from '../shape/format';
import { matching, STATE_NAMES } from '../shape/runners';
import type { Actions } from './actions';
import { byId, h, keyedRows, setHidden, setText, type Row } from './dom';

/** Each instance with its runner; protect and its contrary. */
export interface Runners {
  show(runners: readonly Runner[], total: number, protectedRunners: readonly string[], now: number): void;
}

const MOST_SHOWN = 50;

export function createRunners(actions: Actions): Runners {
  const place = byId('runners');
  const body = h('tbody');
  const count = h('p', { class: 'note', role: 'status' });
  const more = h('button', { type: 'button', class: 'small', click: () => ((most = Infinity), draw()) }, 'Show all');
  const search = h('input', { type: 'search', placeholder: 'id, VM, name or state', 'aria-label': 'Filter runners', input: draw });
  place.append(
    h('div', { class: 'card-head' }, h('h2', { id: 'runners-title' }, 'Runners'), count, search),
    h(
      'div',
      { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': 'Runners' },
      h(
        'table',
        { class: 'rows' },
        h(
          'thead',
          {},
          h('tr', {}, ...['Runner', 'State', 'For', 'Tasks', 'VM', 'Age', 'Protection'].map((name) => h('th', { scope: 'col' }, name))),
        ),
        body,
      ),
    ),
    h('p', { class: 'card-end' }, more),
  );
  let all: readonly Runner[] = [];
  let total = 0;
  let protectedOnes: ReadonlySet<string> = new Set();
  let now = 0;
  let most = MOST_SHOWN;
  const showRows = keyedRows<Runner>(
    body,
    ({ vm, runner }) => `${vm} ${runner ?? ''}`,
    (runner) =>
      build(
        runner,
        actions,
        () => now,
        () => protectedOnes,
      ),
  );

  function draw(): void {
    const found = matching(all, search.value);
    showRows(found.slice(0, most));
    setHidden(more, found.length <= most);
    const shown = Math.min(found.length, most);
    setText(count, shown === total ? plural(total, 'VM') : `${shown} of ${plural(total, 'VM')}`);
  }

  return {
    show(runners, of, protectedRunners, at) {
      all = runners;
      total = of;
      protectedOnes = new Set(protectedRunners);
      now = at;
      draw();
    },
  };
}

function build(
  { runner, vm, computerName }: Runner,
  actions: Actions,
  now: () => number,
  protectedOnes: () => ReadonlySet<string>,
): Row<Runner> {
  const state = h('span', { class: 'state' });
  const since = h('td', { class: 'number' });
  const tasks = h('td', { class: 'number' });
  const age = h('td', { class: 'number' });
  const shield = h('span', { class: 'shield' }, 'Protected');
  const name = runner ?? 'no runner';
  let isOn = false;
  const press = (): void => (isOn ? actions.unprotect : actions.protect)(runner ?? '');
  // One button for both, so that a thousand rows stay light.
  const button = h('button', { type: 'button', class: 'small', click: press });
  const passed = (at: number | null): string => (at === null ? NOTHING : duration((now() - at) / 1000));
  return {
    element: h(
      'tr',
      {},
      h('th', { scope: 'row', title: name }, runner === null ? h('span', { class: 'none' }, 'no runner') : shortId(runner)),
      h('td', {}, state),
      since,
      tasks,
      h('td', { title: vm }, computerName === '' ? shortId(vm) : computerName),
      age,
      h('td', { class: 'act' }, shield, runner === null ? null : button),
    ),
    update(latest) {
      isOn = runner !== null && protectedOnes().has(runner);
      state.className = `state ${latest.state}`;
      setText(state, STATE_NAMES[latest.state] ?? latest.state);
      setText(since, passed(latest.since));
      setText(tasks, number(latest.tasks));
      setText(age, passed(latest.bornAt));
      // The instance itself may be protected as well; that is not the runner's to take off.
      setHidden(shield, !isOn && !latest.isProtected);
      const word = isOn ? 'Unprotect' : 'Protect';
      setText(button, `${word}…`);
      if (runner !== null) button.setAttribute('aria-label', `${word} ${runner}`);
    },
  };
}

import type { Decision } from '../data/answers';
import { actsOf } from '../shape/acts';
import { clock } from '../shape/format';
import type { Mark } from '../shape/marks';
import { KIND_NAMES, kindOf } from '../shape/mode';
import { byId, h, keyedRows, setHidden, setText, setTime, type Row } from './dom';

/** What was decided, newest first, each with its rule, its reason and what came of it. */
export interface Decisions {
  show(decisions: readonly Decision[], hasMore: boolean, now: number): void;
  /** Brings the decisions of a mark into view. */
  pick(mark: Mark): void;
}

type Filter = 'acts' | 'all';

const MOST_SHOWN = 50;

export function createDecisions(onMore: () => void): Decisions {
  const place = byId('decisions');
  const body = h('tbody');
  const empty = h('p', { class: 'empty' });
  const more = h('button', { type: 'button', class: 'small', click: showMore }, 'Show more');
  const filter = h('input', { type: 'checkbox', id: 'only-acts', checked: true, change: draw });
  place.append(
    h(
      'div',
      { class: 'card-head' },
      h('h2', { id: 'decisions-title' }, 'Decisions'),
      h('label', { class: 'check' }, filter, ' Only those that acted or held'),
    ),
    h(
      'div',
      { class: 'scroll tall', tabindex: 0, role: 'group', 'aria-label': 'Decisions' },
      h(
        'table',
        { class: 'rows' },
        h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'Time'), h('th', { scope: 'col' }, 'Decision and reason'))),
        body,
      ),
    ),
    empty,
    h('p', { class: 'card-end' }, more),
  );
  let all: readonly Decision[] = [];
  let isMoreThere = false;
  let now = 0;
  let most = MOST_SHOWN;
  const showRows = keyedRows<Decision>(
    body,
    ({ tick, at }) => `${tick} ${at}`,
    (first) => build(first, () => now),
  );

  function draw(): void {
    const of: Filter = filter.checked ? 'acts' : 'all';
    const wanted = all.filter(({ rule }) => of === 'all' || !['steady', 'wait'].includes(kindOf(rule)));
    showRows(wanted.slice(0, most));
    setHidden(empty, wanted.length > 0);
    setText(empty, all.length === 0 ? 'No decision is recorded in this time.' : 'In this time nothing was done and nothing held.');
    setHidden(more, !isMoreThere && wanted.length <= most);
  }

  function showMore(): void {
    most += MOST_SHOWN;
    draw();
    onMore();
  }

  return {
    show(decisions, hasMore, at) {
      all = decisions;
      isMoreThere = hasMore;
      now = at;
      draw();
    },
    pick({ decisions }) {
      const oldest = all.findIndex(({ tick }) => tick === decisions.at(-1)?.tick);
      most = Math.max(most, oldest + 1);
      draw();
      const picked = decisions.map(({ tick }) => body.querySelector(`[data-tick="${CSS.escape(tick)}"]`)).filter((row) => row !== null);
      body.querySelectorAll('.picked').forEach((row) => row.classList.remove('picked'));
      picked.forEach((row) => row.classList.add('picked'));
      picked[0]?.scrollIntoView({ block: 'center', behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' });
    },
  };
}

function build(decision: Decision, now: () => number): Row<Decision> {
  const time = h('time', {});
  const done = h('ul', { class: 'done' });
  const kind = kindOf(decision.rule);
  const showDone = keyedRows<string>(
    done,
    (text) => text,
    (text) => ({ element: h('li', {}, text), update: () => undefined }),
  );
  return {
    element: h(
      'tr',
      { 'data-tick': decision.tick },
      h('th', { scope: 'row', class: 'when' }, time),
      h(
        'td',
        {},
        h('span', { class: `kind ${kind}` }, KIND_NAMES[kind]),
        ' ',
        h('code', {}, decision.rule),
        h('p', {}, decision.reason),
        done,
      ),
    ),
    update(latest) {
      setTime(time, latest.at, clock(latest.at, now(), true));
      const lines = [...new Set([...actsOf(latest), ...latest.noticed])];
      showDone(lines);
      setHidden(done, lines.length === 0);
    },
  };
}

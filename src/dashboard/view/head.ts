import type { PoolStatus } from '../data/answers';
import { ago, clock, duration, NOTHING, until } from '../shape/format';
import { KIND_NAMES, kindOf, modeOf } from '../shape/mode';
import type { Actions } from './actions';
import { byId, h, keyedRows, setHidden, setText } from './dom';

/** The pool in one glance: its mode, what it decided last and why, when it looks again, and what can be done. */
export interface Head {
  show(status: PoolStatus, now: number): void;
  /** Moves the clocks on between readings. */
  tick(now: number): void;
}

export function createHead(actions: Actions): Head {
  const pill = h('span', { class: 'pill' });
  const name = h('h1', { id: 'pool-name' });
  const meaning = h('p', { class: 'meaning' });
  const sentence = h('p', { class: 'sentence' });
  const kind = h('span', { class: 'kind' });
  const rule = h('code', {});
  const decided = h('span', {});
  const asked = h('ul', { class: 'asked', 'aria-label': 'What schedules and forecast ask for now' });
  const showAsked = keyedRows<string>(
    asked,
    (text) => text,
    (text) => ({ element: h('li', {}, text), update: () => undefined }),
  );
  const next = h('dd', {});
  const out = h('dd', {});
  const inward = h('dd', {});
  const wake = h('button', { type: 'button', click: actions.wake }, 'Wake');
  const pause = h('button', { type: 'button', click: actions.pause }, 'Pause…');
  const resume = h('button', { type: 'button', class: 'primary', click: actions.resume }, 'Resume');
  byId('head').append(
    h('div', { class: 'head-top' }, h('div', { class: 'title' }, name, pill), h('div', { class: 'buttons' }, resume, pause, wake)),
    meaning,
    h(
      'div',
      { class: 'head-body' },
      h('div', { class: 'decision' }, sentence, h('p', { class: 'rule' }, kind, rule, decided), asked),
      h(
        'dl',
        { class: 'facts' },
        h('div', {}, h('dt', {}, 'Next tick'), next),
        h('div', {}, h('dt', {}, 'Scale-out cooldown'), out),
        h('div', {}, h('dt', {}, 'Scale-in cooldown'), inward),
      ),
    ),
  );
  let shown: PoolStatus | undefined;
  let readAt = 0;

  function tick(now: number): void {
    if (shown === undefined) return;
    const { nextTick, lastTick, cooldownsLeftSeconds: left } = shown;
    const passed = Math.max(0, (now - readAt) / 1000);
    const cooldown = (seconds: number | undefined): string => {
      if (seconds === undefined) return NOTHING;
      return seconds - passed <= 0 ? 'over' : `${duration(seconds - passed)} left`;
    };
    setText(next, nextTick === null || shown.stopped !== null ? NOTHING : until(nextTick, now));
    setText(out, cooldown(left?.scaleOut));
    setText(inward, cooldown(left?.scaleIn));
    setText(decided, lastTick === null ? '' : ago(lastTick.at, now));
  }

  return {
    tick,
    show(status, now) {
      shown = status;
      readAt = now;
      const { label, tone } = modeOf(status.mode);
      pill.className = `pill ${tone}`;
      setText(pill, label);
      setText(name, status.pool);
      const meant = meaningOf(status, now);
      setText(meaning, meant);
      setHidden(meaning, meant === '');
      const ruled = status.decision?.rule ?? '';
      const isRuled = ruled !== '';
      setText(sentence, status.decision?.reason ?? 'Nothing was decided yet.');
      kind.className = `kind ${kindOf(ruled)}`;
      setText(kind, isRuled ? KIND_NAMES[kindOf(ruled)] : '');
      setText(rule, ruled);
      setHidden(rule, !isRuled);
      showAsked(status.asked);
      setHidden(asked, status.asked.length === 0);
      const isPaused = status.paused !== null;
      setHidden(resume, !isPaused);
      setText(pause, isPaused ? 'Change pause…' : 'Pause…');
      tick(now);
    },
  };
}

function meaningOf({ mode, paused, stopped, problem }: PoolStatus, now: number): string {
  if (problem !== '') return problem;
  if (stopped !== null) return `Stopped ${sinceOf(stopped.since, now)}: ${stopped.reason}. POST start begins it again.`;
  if (paused === null) return mode === 'running' ? '' : modeOf(mode).meaning;
  const what = paused.scaleOut && paused.scaleIn ? 'Scale-out and scale-in are' : paused.scaleOut ? 'Scale-out is' : 'Scale-in is';
  const end = paused.until === null ? 'until resumed' : `until ${clock(paused.until, now)}`;
  return `${what} paused ${sinceOf(paused.since, now)}, ${end}: ${paused.reason}.`;
}

const sinceOf = (since: number | null, now: number): string => (since === null ? '' : `since ${clock(since, now)}`);

import { shortId } from '../shape/format';
import { ask } from './dialog';
import { h } from './dom';

/** What the page can do to a pool; each is asked first. */
export interface Actions {
  wake(): void;
  pause(): void;
  resume(): void;
  acknowledge(): void;
  protect(runner: string): void;
  unprotect(runner: string): void;
  release(runner: string): void;
}

/** Sends a command to a pool, says what was done, and reads anew. Throws where it is refused. */
export type Send = (pool: string, path: string, body: object, done: string) => Promise<void>;

/** `shown` is asked when a dialog opens: what was confirmed goes to the pool that was named in it, whatever the page shows by then. */
export function createActions(shown: () => string, send: Send): Actions {
  const plain = (path: string, done: string): (() => Promise<void>) => {
    const pool = shown();
    return () => send(pool, path, {}, done);
  };
  const ofRunner = (runner: string, word: string): string => `runners/${encodeURIComponent(runner)}/${word}`;
  return {
    wake: () =>
      ask({
        title: `Wake ${shown()}?`,
        text: 'The loop ticks at once instead of at its next time: it reads, decides and acts by the same rules.',
        confirm: 'Wake now',
        run: plain('wake', 'The loop was woken.'),
      }),
    pause: () => askPause(shown(), send),
    resume: () =>
      ask({
        title: `Resume ${shown()}?`,
        text: 'The pause is lifted: the next tick acts on what it decides, scale-in included.',
        confirm: 'Resume',
        run: plain('resume', 'The pause is lifted.'),
      }),
    acknowledge: () =>
      ask({
        title: `Acknowledge for ${shown()}?`,
        text: 'Repairs that stopped because many runners turned bad at once go on, and breakers are lifted. Look for the cause first.',
        confirm: 'Acknowledge',
        isGrave: true,
        run: plain('acknowledge', 'Acknowledged.'),
      }),
    protect: (runner) =>
      ask({
        title: `Protect ${shortId(runner)}?`,
        text: 'The runner is never drained until the protection is taken off. A drain that is not committed yet turns back.',
        detail: runner,
        confirm: 'Protect',
        run: plain(ofRunner(runner, 'protect'), 'The runner is protected.'),
      }),
    unprotect: (runner) =>
      ask({
        title: `Take the protection off ${shortId(runner)}?`,
        text: 'The runner may be drained again, by the same rules as every other.',
        detail: runner,
        confirm: 'Take it off',
        run: plain(ofRunner(runner, 'unprotect'), 'The protection is taken off.'),
      }),
    release: (runner) =>
      ask({
        title: `Release ${shortId(runner)}?`,
        text: 'Its drain ends and the runner takes jobs again. A later tick may choose it anew; protect it to prevent that.',
        detail: runner,
        confirm: 'Release',
        run: plain(ofRunner(runner, 'release'), 'The runner goes back to work.'),
      }),
  };
}

const MOST_MINUTES = 525_600;

function askPause(pool: string, send: Send): void {
  const box = (label: string): HTMLInputElement => h('input', { type: 'checkbox', checked: true, 'aria-label': label });
  const scaleOut = box('Scale-out');
  const scaleIn = box('Scale-in');
  const reason = h('input', { type: 'text', maxlength: 200, id: 'pause-reason', autocomplete: 'off' });
  const minutes = h('input', { type: 'number', min: 1, max: MOST_MINUTES, step: 'any', id: 'pause-minutes', placeholder: 'until resumed' });
  const what = h(
    'fieldset',
    { class: 'checks' },
    h('legend', {}, 'What to pause'),
    h('label', {}, scaleOut, ' Scale-out: order no VM'),
    h('label', {}, scaleIn, ' Scale-in: begin no drain, commit none, repair nothing'),
  );
  ask({
    title: `Pause ${pool}?`,
    text: 'The loop goes on reading and deciding, and does not act on what is paused. Running jobs are not touched.',
    confirm: 'Pause',
    fields: [
      what,
      h('p', { class: 'field' }, h('label', { for: 'pause-reason' }, 'Reason'), reason),
      h('p', { class: 'field' }, h('label', { for: 'pause-minutes' }, 'For minutes'), minutes),
    ],
    objection: () => {
      if (!scaleOut.checked && !scaleIn.checked) return 'Choose scale-out, scale-in or both.';
      return minutes.value !== '' && !(Number(minutes.value) > 0)
        ? 'Minutes must be above 0; leave them empty to pause until resumed.'
        : '';
    },
    run: () =>
      send(
        pool,
        'pause',
        {
          scaleOut: scaleOut.checked,
          scaleIn: scaleIn.checked,
          ...(reason.value.trim() === '' ? {} : { reason: reason.value.trim() }),
          ...(minutes.value === '' ? {} : { forMinutes: Number(minutes.value) }),
        },
        'The pool is paused.',
      ),
  });
}

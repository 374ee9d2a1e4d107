import type { Alert, PoolStatus } from '../data/answers';
import { ago, clock } from '../shape/format';
import type { Actions } from './actions';
import type { Announcer } from './announce';
import { byId, h, keyedRows, setHidden, setText, setTime, type Row } from './dom';

/** What a person should know, with what to do about it; warnings of the settings below. */
export function createAlerts(actions: Actions, announcer: Announcer): { show(status: PoolStatus, now: number): void } {
  const place = byId('alerts');
  const list = h('ul', { class: 'alert-list' });
  const warnings = h('ul', { class: 'warning-list' });
  place.append(list, warnings);
  let now = 0;
  const showRows = keyedRows<Alert>(
    list,
    ({ code }) => code,
    (alert) => buildAlert(alert, actions, () => now),
  );
  const showWarnings = keyedRows<string>(
    warnings,
    (text) => text,
    (text) => ({ element: h('li', {}, h('b', {}, 'Note'), ' ', text), update: () => undefined }),
  );
  return {
    show(status, at) {
      now = at;
      showRows(status.alerts);
      showWarnings(status.warnings);
      setHidden(place, status.alerts.length + status.warnings.length === 0);
      setHidden(list, status.alerts.length === 0);
      setHidden(warnings, status.warnings.length === 0);
      const codes = status.alerts.map(({ code }) => code).join(' ');
      const said = codes === '' ? 'No alert stands any more.' : `Alerts: ${status.alerts.map(({ text }) => text).join(' ')}`;
      announcer.onChange(`alerts of ${status.pool}`, codes, said);
    },
  };
}

function buildAlert({ code }: Alert, actions: Actions, now: () => number): Row<Alert> {
  const said = h('p', { class: 'alert-text' });
  const next = h('p', { class: 'alert-next' });
  const since = h('time', {});
  // The one alert that a person may lift from here.
  const button =
    code === 'repair-frozen' ? h('button', { type: 'button', class: 'small', click: actions.acknowledge }, 'Acknowledge…') : null;
  return {
    element: h(
      'li',
      { class: 'alert' },
      h('div', { class: 'alert-head' }, h('span', { class: 'alert-sign', 'aria-hidden': 'true' }, '!'), h('code', {}, code), since),
      said,
      next,
      button,
    ),
    update({ text, next: what, since: at }) {
      setText(said, text);
      setText(next, what === '' ? '' : `Do: ${what}`);
      setHidden(next, what === '');
      if (at !== null) setTime(since, at, `since ${clock(at, now())} (${ago(at, now())})`);
    },
  };
}

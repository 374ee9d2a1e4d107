import type { Decision, PoolStatus } from './data/answers';
import { problemOf, type ApiProblem } from './data/problem';
import { createReader, type Past } from './data/reader';
import { createApi } from './data/request';
import { saveKey, savedKey } from './data/session';
import { startRefresh } from './refresh';
import { vmHours } from './shape/columns';
import { clock } from './shape/format';
import { KIND_NAMES, kindOf } from './shape/mode';
import { rangeChoice, rangeOf, readPlace, writePlace, type Range } from './shape/range';
import { createActions } from './view/actions';
import { createAlerts } from './view/alerts';
import { createAnnouncer } from './view/announce';
import { createLiveButton, createPoolChooser, createRangeChooser } from './view/bar';
import { createCharts } from './view/charts';
import { createDecisions } from './view/decisions';
import { createDoor } from './view/door';
import { byId, setHidden, setText } from './view/dom';
import { createDrains } from './view/drains';
import { createHead } from './view/head';
import { createNotices } from './view/notices';
import { createRunners } from './view/runners';
import { startTheme } from './view/theme';
import { createTiles } from './view/tiles';

/** Puts the page together: one pool and one time are shown; each reading is decoded, shaped and handed to the views. */
export function startApp(): void {
  const place = readPlace(location.hash);
  let pool = place.pool ?? '';
  let choice = rangeChoice(place.range);
  /** The pool on the screen; another one may be chosen and not read yet. */
  let shown = '';
  let pools: readonly PoolStatus[] = [];
  let past: { readonly of: string; readonly range: Range; readonly parts: Past; readonly older: readonly Decision[] } | undefined;
  /** The app's clock ahead of ours, in ms: simulated ones are years off. */
  let ahead = 0;
  let readings = 0;
  let lastDrawn = '';

  // The page lies beside the routes that it asks, whatever their prefix is.
  const base = location.pathname.replace(/\/[^/]*\/?$/, '');
  const api = createApi(base, savedKey, (input, init) => fetch(input, init));
  const reader = createReader(api);
  const now = (): number => Date.now() + ahead;

  const announcer = createAnnouncer();
  const notices = createNotices();
  const door = createDoor((key) => {
    saveKey(key);
    refresh.now();
  });
  const actions = createActions(
    () => shown,
    async (to, path, body, done) => {
      await api.post(`pools/${encodeURIComponent(to)}/${path}`, body);
      notices.toast(done);
      announcer.say(done);
      refresh.now();
    },
  );
  const head = createHead(actions);
  const alerts = createAlerts(actions, announcer);
  const tiles = createTiles();
  const decisions = createDecisions(() => void readOlder());
  const charts = createCharts((mark) => decisions.pick(mark));
  const drains = createDrains(actions);
  const runners = createRunners(actions);
  const choosePool = createPoolChooser((name) => moveTo(name, choice.id));
  const live = createLiveButton((isLive) => refresh.setLive(isLive));
  createRangeChooser(choice.id, (id) => moveTo(pool, id));
  startTheme(() => charts.redraw());
  setInterval(() => head.tick(now()), 1_000);
  byId('forget-key').addEventListener('click', () => {
    saveKey(null);
    location.reload();
  });

  function moveTo(name: string, range: string): void {
    pool = name;
    choice = rangeChoice(range);
    history.replaceState(null, '', writePlace(pool, choice.id));
    byId('board').setAttribute('aria-busy', 'true');
    refresh.now();
  }

  async function read(): Promise<boolean> {
    try {
      await readOnce();
      setHidden(byId('forget-key'), savedKey() === null);
      live.show(clock(now(), now(), true), false);
      notices.problem(undefined);
      return true;
    } catch (error) {
      const problem = problemOf(error);
      if (problem.kind === 'key') askForKey();
      else fail(problem);
      return false;
    } finally {
      byId('board').setAttribute('aria-busy', String(shown !== pool));
      setHidden(byId('loading'), true);
    }
  }

  function askForKey(): void {
    setHidden(byId('board'), true);
    notices.problem(undefined);
    door.open(savedKey() !== null);
    saveKey(null);
  }

  function fail(problem: ApiProblem): void {
    notices.problem(problem);
    if (!byId('board').hidden) live.show('', true);
  }

  /** All pools now and then, for the chooser; the chosen one each time. */
  async function readStatus(): Promise<PoolStatus | undefined> {
    const isDue = readings % 6 === 0 || !pools.some((each) => each.pool === pool);
    readings += 1;
    if (!isDue) return reader.status(pool);
    const found = await reader.pools();
    pools = found.pools;
    notices.settings(found.problem);
    const chosen = pools.find((each) => each.pool === pool) ?? pools[0];
    pool = chosen?.pool ?? '';
    return chosen;
  }

  async function readOnce(): Promise<void> {
    const status = await readStatus();
    door.close();
    if (status === undefined) return setHidden(byId('board'), true);
    // Another one was chosen meanwhile; it is read next.
    if (status.pool !== pool) return;
    ahead = status.now === null ? 0 : status.now - Date.now();
    pools = pools.map((each) => (each.pool === status.pool ? status : each));
    setHidden(byId('board'), false);
    choosePool(pools, pool);
    showStatus(status);
    await readPast(status);
  }

  function showStatus(status: PoolStatus): void {
    shown = status.pool;
    head.show(status, now());
    alerts.show(status, now());
    tiles.show(status);
    drains.show(status);
    const { rule = '', reason = '' } = status.decision ?? {};
    announcer.onChange(`decision of ${status.pool}`, rule, `${KIND_NAMES[kindOf(rule)]}: ${reason}`);
    announcer.onChange(`mode of ${status.pool}`, status.mode, `${status.pool} is ${status.mode}.`);
    document.title = `${status.alerts.length > 0 ? `(${status.alerts.length}) ` : ''}${status.pool} – Runner autoscaler`;
    setText(byId('foot'), `Version ${status.version} · times are those of ${Intl.DateTimeFormat().resolvedOptions().timeZone}`);
  }

  /** Read again only where something was decided since: a quiet pool is not read through every few seconds. */
  async function readPast(status: PoolStatus): Promise<void> {
    const of = [status.pool, choice.id, status.lastTick?.id ?? ''].join(' ');
    if (past?.of !== of || past.parts.problem !== undefined) {
      const range = rangeOf(choice, now());
      const asked = `${pool} ${choice.id}`;
      const parts = await reader.past(status.pool, range, choice);
      // Another pool or time was chosen meanwhile.
      if (asked !== `${pool} ${choice.id}`) return;
      if (parts.problem?.kind === 'key') throw parts.problem;
      past = { of, range, parts, older: [] };
    }
    // What was drawn of this tick stands: only a protection may have come or gone.
    const drawn = `${of} ${status.protectedRunners.join(' ')}`;
    if (drawn !== lastDrawn || past.parts.problem !== undefined) showPast(status);
    lastDrawn = drawn;
  }

  function showPast(status: PoolStatus): void {
    if (past === undefined) return;
    const { range, parts, older } = past;
    const at = now();
    const buckets = parts.buckets ?? [];
    const all = [...(parts.decisions ?? []), ...older];
    notices.history(parts.problem);
    charts.show(buckets, parts.resolutionSeconds, all, range, at);
    decisions.show(all, parts.moreDecisions !== null, at);
    drains.past(parts.drains ?? [], at);
    runners.show(parts.runners?.items ?? [], parts.runners?.total ?? 0, status.protectedRunners, at);
    const usage =
      parts.buckets === undefined ? undefined : { vmHours: vmHours(buckets, parts.resolutionSeconds), spoken: choice.spoken.toLowerCase() };
    tiles.use(usage, status.vmHourlyCost);
  }

  async function readOlder(): Promise<void> {
    const next = past?.parts.moreDecisions ?? null;
    if (past === undefined || next === null) return;
    const before = past;
    try {
      const page = await reader.moreDecisions(pool, before.range, next);
      if (past !== before) return;
      past = { ...before, parts: { ...before.parts, moreDecisions: page.next }, older: [...before.older, ...page.items] };
      const status = pools.find((each) => each.pool === pool);
      if (status !== undefined) showPast(status);
    } catch (error) {
      notices.history(problemOf(error));
    }
  }

  const refresh = startRefresh(read);
  refresh.now();
}

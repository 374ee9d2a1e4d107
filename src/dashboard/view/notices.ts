import type { ApiProblem } from '../data/problem';
import { byId, h, setHidden, setText } from './dom';

/** What went wrong, in words and with what to do; what went well, for a moment. */
export interface Notices {
  problem(problem: ApiProblem | undefined): void;
  /** The settings cannot be used: the app says why. */
  settings(problem: string): void;
  history(problem: ApiProblem | undefined): void;
  toast(text: string): void;
}

const TOAST_MS = 4_000;

export function createNotices(): Notices {
  const place = byId('problem');
  const what = h('b');
  const next = h('span');
  place.append(what, ' ', next);
  const inHistory = byId('history-problem');
  const toast = byId('toast');
  let timer: number | undefined;
  let invalid = '';

  function show(title: string, then: string): void {
    setText(what, title);
    setText(next, then);
    setHidden(place, title === '');
  }

  return {
    problem(problem) {
      if (problem !== undefined) show(problem.message, problem.next);
      else if (invalid === '') show('', '');
      else show('The settings cannot be used, so nothing scales.', invalid);
    },
    settings(problem) {
      invalid = problem;
    },
    history(problem) {
      setText(inHistory, problem === undefined ? '' : `The history is not complete. ${problem.message} ${problem.next}`.trim());
      setHidden(inHistory, problem === undefined);
    },
    toast(text) {
      setText(toast, text);
      setHidden(toast, false);
      clearTimeout(timer);
      timer = window.setTimeout(() => setHidden(toast, true), TOAST_MS);
    },
  };
}

import { problemOf } from '../data/problem';
import { h, setHidden, setText } from './dom';

/** What a dialog asks and does. `run` sends it; what it throws is shown, and the dialog stays. */
export interface Question {
  readonly title: string;
  /** What will happen, so that nobody confirms blindly. */
  readonly text: string;
  readonly detail?: string;
  readonly confirm: string;
  readonly isGrave?: boolean;
  readonly fields?: readonly HTMLElement[];
  /** A reason why it cannot be sent as it is filled in, or an empty text. */
  readonly objection?: () => string;
  readonly run: () => Promise<void>;
}

/** Asks in a native modal dialog: Escape closes it, the focus stays inside and returns to where it was. */
export function ask(question: Question): void {
  const problem = h('p', { class: 'problem inline', role: 'alert', hidden: true });
  const confirm = h('button', { type: 'submit', class: question.isGrave === true ? 'grave' : 'primary' }, question.confirm);
  const cancel = h('button', { type: 'button' }, 'Cancel');
  const form = h(
    'form',
    { method: 'dialog' },
    h('h2', { id: 'dialog-title' }, question.title),
    h('p', { id: 'dialog-text' }, question.text),
    question.detail === undefined ? null : h('p', { class: 'mono detail' }, question.detail),
    ...(question.fields ?? []),
    problem,
    h('div', { class: 'dialog-end' }, cancel, confirm),
  );
  const dialog = h('dialog', { 'aria-labelledby': 'dialog-title', 'aria-describedby': 'dialog-text' }, form);
  const tell = (text: string): void => {
    setText(problem, text);
    setHidden(problem, text === '');
  };
  cancel.addEventListener('click', () => dialog.close());
  dialog.addEventListener('close', () => dialog.remove());
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const objection = question.objection?.() ?? '';
    tell(objection);
    if (objection !== '') return;
    confirm.disabled = true;
    question.run().then(
      () => dialog.close(),
      (error: unknown) => {
        const { message, next } = problemOf(error);
        confirm.disabled = false;
        tell(`${message} ${next}`.trim());
      },
    );
  });
  document.body.append(dialog);
  dialog.showModal();
  (question.fields?.[0]?.querySelector('input') ?? confirm).focus();
}

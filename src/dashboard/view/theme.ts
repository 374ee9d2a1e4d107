import { savedTheme, saveTheme, type Theme } from '../data/session';
import { byId, setText } from './dom';

/** Light and dark: the system's choice until the user makes one. Charts are drawn on canvas and ask here for the colours of the style sheet. */

const NEXT: Readonly<Record<Theme, Theme>> = { system: 'light', light: 'dark', dark: 'system' };
const NAMES: Readonly<Record<Theme, string>> = { system: 'Theme: system', light: 'Theme: light', dark: 'Theme: dark' };

const known = new Map<string, string>();

/** The value of a CSS variable in the theme of the moment. */
export function colorOf(variable: string): string {
  const before = known.get(variable);
  if (before !== undefined) return before;
  // A variable reads as it is written, light-dark() and all; a colour reads as it is seen.
  const probe = byId('probe');
  probe.style.setProperty('color', `var(${variable})`);
  const value = getComputedStyle(probe).color;
  known.set(variable, value);
  return value;
}

export function startTheme(onChange: () => void): void {
  let theme = savedTheme();
  const button = byId('theme');
  const apply = (): void => {
    document.documentElement.dataset['theme'] = theme;
    setText(button, NAMES[theme]);
    known.clear();
    onChange();
  };
  button.addEventListener('click', () => {
    theme = NEXT[theme];
    saveTheme(theme);
    apply();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', apply);
  apply();
}

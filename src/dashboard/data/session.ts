/** What the browser keeps: the key until the tab is closed, the theme for good. */

const KEY = 'functions-key';
const THEME = 'dashboard-theme';

export type Theme = 'system' | 'light' | 'dark';

export const savedKey = (): string | null => sessionStorage.getItem(KEY);

export function saveKey(key: string | null): void {
  if (key === null) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, key);
}

export function savedTheme(): Theme {
  const saved = localStorage.getItem(THEME);
  return saved === 'light' || saved === 'dark' ? saved : 'system';
}

export function saveTheme(theme: Theme): void {
  localStorage.setItem(THEME, theme);
}

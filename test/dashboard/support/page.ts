import { pathToFileURL } from 'node:url';
import type { Page } from './api';

/** The page as the build makes it. */
export async function builtPage(): Promise<Page> {
  const file = pathToFileURL('.ci/dashboard.mjs').href;
  const { buildDashboard } = (await import(/* @vite-ignore */ file)) as { buildDashboard: () => Page };
  return buildDashboard();
}

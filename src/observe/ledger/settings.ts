import { parseSettings } from '../../settings/parse';
import type { PoolSettings } from '../../settings/settings';
import type { SettingsLine } from './line';

/** Nothing of it is ever read by a rule: a line leaves out who and where. */
const SOMEWHERE = {
  ...{ AZURE_SUBSCRIPTION_ID: 'untold', AZURE_RESOURCE_GROUP_NAME: 'untold', AZURE_VMSS_NAME: 'untold' },
  ...{ AZURE_BLOB_ACCOUNT_URL: 'https://untold.invalid', AZURE_BLOB_CONTAINER_NAME: 'untold' },
  ...{ SG_BASE_URI: 'https://untold.invalid', SG_API_KEY: 'untold', SG_ORG: 'untold', SG_RUNNER_GROUP: 'untold' },
};

/** The settings of a line; what an older app did not know yet has today's default. */
export function settingsOf({ pool, settingsVersion, settings }: SettingsLine): PoolSettings {
  const [defaults] = parseSettings(SOMEWHERE).pools;
  if (defaults === undefined) throw new Error('The settings have no default pool.');
  const told = settings as Partial<PoolSettings>;
  return {
    ...{ ...defaults, ...told },
    durations: { ...defaults.durations, ...told.durations },
    ...{ pool, version: settingsVersion, warnings: [] },
  };
}

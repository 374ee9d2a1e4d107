import { parseSettings } from '../../settings/parse';
import { FIELDS } from '../../settings/schema';
import type { PoolSettings } from '../../settings/settings';
import { SettingsError } from '../../errors';

/** App settings of a pool, by variable. */
export type Assignments = Readonly<Record<string, string>>;

/** What the schema requires and a simulation never uses. */
const PLACE: Assignments = {
  AZURE_SUBSCRIPTION_ID: 'simulated',
  AZURE_RESOURCE_GROUP_NAME: 'simulated',
  AZURE_VMSS_NAME: 'simulated',
  AZURE_BLOB_ACCOUNT_URL: 'https://simulated.invalid',
  AZURE_BLOB_CONTAINER_NAME: 'simulated',
  SG_BASE_URI: 'https://simulated.invalid',
  SG_API_KEY: 'simulated',
  SG_ORG: 'simulated',
  SG_RUNNER_GROUP: 'simulated',
  // Every tick would ask for the protection of every runner, which changes nothing here.
  PROTECT_INSTANCES: 'false',
};

const KNOWN = new Set(FIELDS.filter(({ scope, secret }) => scope === 'pool' && secret !== true).map(({ variable }) => variable));
for (const variable of Object.keys(PLACE)) KNOWN.delete(variable);

export const isSetting = (variable: string): boolean => KNOWN.has(variable);

/** By the app's own schema. Throws {@link SettingsError} that lists every problem, unknown settings included. */
export function settingsOf(given: Assignments): PoolSettings {
  const unknown = Object.keys(given).filter((variable) => !isSetting(variable));
  if (unknown.length > 0) throw new SettingsError(unknown.map((variable) => `${variable}: is no setting of a pool that can be simulated.`));
  const [pool] = parseSettings({ ...PLACE, ...given }).pools;
  return pool as PoolSettings;
}

export const without = (settings: Assignments, variable: string): Assignments =>
  Object.fromEntries(Object.entries(settings).filter(([each]) => each !== variable));

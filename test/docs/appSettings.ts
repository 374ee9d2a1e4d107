import { FIELDS } from '../../src/settings/schema';
import { simulate, type Simulated } from '../package/simulated';
import { unpackedApp } from '../package/unpacked';

/** Settings of the Functions platform, as the guide and the module use them; everything else must be one of the app's own. */
export const PLATFORM_SETTINGS: ReadonlySet<string> = new Set([
  'APPLICATIONINSIGHTS_CONNECTION_STRING',
  'AzureWebJobsStorage',
  'AzureWebJobsStorage__accountName',
  'AzureWebJobsStorage__credential',
  'DEPLOYMENT_STORAGE_CONNECTION_STRING',
]);

const OWN = new Set(FIELDS.map((field) => field.variable));
export const unknownSettings = (names: readonly string[]): string[] =>
  names.filter((name) => !OWN.has(name) && !PLATFORM_SETTINGS.has(name));

/** Required ones that are not set; one of the two ways to reach the blobs is required as well. */
export function missingSettings(names: readonly string[]): string[] {
  const set = new Set(names);
  const missing = FIELDS.filter((field) => field.required === true && !set.has(field.variable)).map((field) => field.variable);
  const blobs = ['AZURE_BLOB_STORAGE_CONN_STRING', 'AZURE_BLOB_ACCOUNT_URL'].some((name) => set.has(name));
  return blobs ? missing : [...missing, 'AZURE_BLOB_STORAGE_CONN_STRING or AZURE_BLOB_ACCOUNT_URL'];
}

/** What names a place or a secret: there the simulated world's value stands in. The rest of the settings is used as written. */
const PLACES = [
  'AZURE_SUBSCRIPTION_ID',
  'AZURE_RESOURCE_GROUP_NAME',
  'AZURE_VMSS_NAME',
  'AZURE_BLOB_STORAGE_CONN_STRING',
  'AZURE_BLOB_CONTAINER_NAME',
  'SG_BASE_URI',
  'SG_API_KEY',
  'SG_ORG',
  'SG_RUNNER_GROUP',
];
/** Of the place where it runs rather than of the guide: the world's Azure and its identity endpoint. */
const SURROUNDINGS = ['AZURE_RESOURCE_MANAGER_ENDPOINT', 'IDENTITY_ENDPOINT', 'IDENTITY_HEADER'];

/**
 * Starts the packed app with such settings and lets it tick for half an hour. Azurite takes no token of the simulated identity: where
 * the settings say AZURE_BLOB_ACCOUNT_URL, its connection string stands in.
 */
export async function startWith(
  settings: Readonly<Record<string, string>>,
): Promise<Simulated & { readonly status: Record<string, unknown> }> {
  const start = Date.UTC(2025, 3, 7, 6);
  const own = Object.keys(settings).filter((name) => !PLATFORM_SETTINGS.has(name));
  const env = (known: Readonly<Record<string, string>>): Record<string, string> => {
    const value = (name: string): string => (PLACES.includes(name) ? (known[name] ?? '') : (settings[name] ?? ''));
    const given = Object.fromEntries(own.filter((name) => name !== 'AZURE_BLOB_ACCOUNT_URL').map((name) => [name, value(name)]));
    const blobs =
      'AZURE_BLOB_ACCOUNT_URL' in settings ? { AZURE_BLOB_STORAGE_CONN_STRING: known['AZURE_BLOB_STORAGE_CONN_STRING'] ?? '' } : {};
    return { ...given, ...blobs, ...Object.fromEntries(SURROUNDINGS.map((name) => [name, known[name] ?? ''])) };
  };
  const running = await simulate({ appDirectory: unpackedApp(), start, seed: 5, env });
  await running.host.runUntil(start + 30 * 60_000);
  const { body } = await running.request('GET', 'api/pools/default');
  return { ...running, status: body };
}

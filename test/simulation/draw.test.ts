import { expect, it } from 'vitest';
import { drawRun } from '../../src/local/simulate/draw';
import { parseSettings } from '../../src/settings/parse';

/** What the run adds where the simulated services stand: its own addresses and names. */
const PLACES = {
  AZURE_SUBSCRIPTION_ID: 'sub',
  AZURE_RESOURCE_GROUP_NAME: 'rg',
  AZURE_BLOB_STORAGE_CONN_STRING: 'UseDevelopmentStorage=true',
  AZURE_BLOB_CONTAINER_NAME: 'state',
  SG_BASE_URI: 'https://api.example/',
  SG_API_KEY: 'sgu_key',
  SG_ORG: 'org',
  SG_RUNNER_GROUP: 'runners',
  AZURE_VMSS_NAME: 'runners',
};

// A drawn setting that the schema refuses would hold the app for the whole run, which looks like a dead loop (seed 41001 at 1,000 runners).
it.each([undefined, 1, 2, 20, 999, 1_000, 1_001, 5_000])('every fleet of about %s runners gets settings that are accepted', (runners) => {
  for (let seed = 41_000; seed < 41_060; seed++)
    for (const poolCount of [1, 3, 10]) {
      const { settings, pools } = drawRun({ seed, poolCount, ...(runners === undefined ? {} : { runners }) });
      expect(parseSettings({ ...PLACES, ...settings }).pools, `seed ${String(seed)}`).toHaveLength(pools.length);
    }
});

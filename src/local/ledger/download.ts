import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BLOBS } from '../../names';
import { loadSettings, store } from '../../functions/environment';
import { readSettingsFile } from '../settingsFile';
import { exportTexts } from './export';
import { SourceError } from './source';

const DAY = 86_400_000;
const MOST_CERTIFICATES = 5_000;

const MOST_DAYS = 366;

/** `--settings FILE [--days N]`: the last days of the ledger, and their certificates, from the storage that the file names. Returns the folder. Throws {@link SourceError} and SettingsFileError. */
export async function download(file: string, given: string, now: number): Promise<string> {
  const days = Number(given);
  if (!Number.isInteger(days) || days < 1 || days > MOST_DAYS)
    throw new SourceError(`--days takes a number of days from 1 to ${String(MOST_DAYS)}, not "${given}".`);
  Object.assign(process.env, readSettingsFile(file));
  const folder = mkdtempSync(join(tmpdir(), 'ledger-'));
  let files = 0;
  for (const { pool } of loadSettings().pools) {
    const names = Array.from({ length: days }, (_, back) => BLOBS.ledger(pool, now - back * DAY));
    const months = new Set(Array.from({ length: days + 31 }, (_, back) => BLOBS.certificates(pool, now - back * DAY)));
    for (const month of months) names.push(...(await store().list(month, MOST_CERTIFICATES)));
    for (const name of names) {
      const text = (await store().read(name))?.text;
      if (text !== undefined) files += exportTexts([[name, text]], folder);
    }
  }
  if (files === 0) throw new SourceError(`--settings ${file}: its container has no ledger of the last ${String(days)} days.`);
  return folder;
}

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cutToBusy, DAY_SECONDS, formatTrace, generateDay, parseTrace, readTrace, SAMPLE_DAY } from '../../../src/local/traces';
import { worldFlags, WORLD_FLAGS } from '../../../src/local/world/flags';

describe('traces', () => {
  it('reads its CSV in order of arrival, with blank lines, CRLF and a byte order mark', () => {
    expect(parseTrace('\uFEFFarrival_seconds,duration_seconds\r\n20, 1.5\r\n\r\n10,2\r\n', 'x.csv')).toEqual([
      { arrivalSeconds: 10, durationSeconds: 2 },
      { arrivalSeconds: 20, durationSeconds: 1.5 },
    ]);
  });

  it.each([
    ['a,b\n1,2', 'x.csv, line 1: expected the header "arrival_seconds,duration_seconds", found "a,b".'],
    ['', 'x.csv, line 1: expected the header "arrival_seconds,duration_seconds", found "".'],
    ['arrival_seconds,duration_seconds\n1,2\n3', 'x.csv, line 3: expected two numbers, found 1 in "3".'],
    ['arrival_seconds,duration_seconds\n\n-1,2', 'x.csv, line 3: arrival must be seconds from 0, found "-1".'],
    ['arrival_seconds,duration_seconds\n1,soon', 'x.csv, line 2: duration must be seconds from 0, found "soon".'],
    ['arrival_seconds,duration_seconds\n', 'x.csv: there is no job below the header.'],
  ])('says what is wrong and where: %j', (text, message) => {
    expect(() => parseTrace(text, 'x.csv')).toThrow(message);
  });

  it('names a file that cannot be read', () => {
    expect(() => readTrace(join(__dirname, 'none.csv'))).toThrow(/none\.csv: cannot be read/);
  });

  it('generates a day: the same for a seed, busy by day, short plans beside long applies', () => {
    expect(generateDay(1)).toEqual(generateDay(1));
    expect(generateDay(1)).not.toEqual(generateDay(2));
    for (let seed = 1; seed <= 20; seed += 1) {
      const day = generateDay(seed);
      expect(day.length).toBeGreaterThan(80);
      expect(day.length).toBeLessThan(500);
      const byDay = day.filter((job) => job.arrivalSeconds >= 8 * 3_600 && job.arrivalSeconds < 18 * 3_600).length;
      expect(byDay / day.length).toBeGreaterThan(0.6);
      expect(day.every((job) => job.durationSeconds >= 15 && job.durationSeconds <= 5_400 && job.arrivalSeconds < DAY_SECONDS)).toBe(true);
    }
  });

  it('cuts to the first busy hour', () => {
    const at = (hour: number, count: number) =>
      Array.from({ length: count }, (_, each) => ({ arrivalSeconds: hour * 3_600 + each, durationSeconds: 1 }));
    const cut = cutToBusy([...at(1, 1), ...at(5, 4), ...at(6, 5), ...at(9, 10)]);
    expect(cut[0]).toEqual({ arrivalSeconds: 0, durationSeconds: 1 });
    expect(cut).toHaveLength(15);
    expect(cutToBusy([])).toEqual([]);
  });

  it('ships a sample day of its own', () => {
    const day = readTrace(SAMPLE_DAY);
    expect(formatTrace(day)).toBe(formatTrace(generateDay('sample')));
  });
});

describe('flags of the world', () => {
  it('have their defaults and ranges', () => {
    expect(worldFlags()).toMatchObject({ bootSeconds: 90, registerSeconds: 60, deleteSeconds: 30, tasksPerRunner: 1, stopSeconds: 10 });
    expect(WORLD_FLAGS.map((flag) => flag.cli)).toContain('boot-seconds');
    expect(() => worldFlags({ pageSize: 0 })).toThrow('--page-size takes a number from 1 to 1000, not 0.');
    expect(() => worldFlags({ bootSecond: 1 })).toThrow('no flag "bootSecond"');
  });
});

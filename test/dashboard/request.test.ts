import { describe, expect, test } from 'vitest';
import { MalformedAnswer } from '../../src/dashboard/data/decode';
import { ApiProblem, problemOf } from '../../src/dashboard/data/problem';
import { createReader } from '../../src/dashboard/data/reader';
import { createApi } from '../../src/dashboard/data/request';
import { rangeChoice, rangeOf, readPlace, writePlace } from '../../src/dashboard/shape/range';
import { matching } from '../../src/dashboard/shape/runners';

interface Asked {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

function asking(answer: () => Response | Error, key: string | null = null): { api: ReturnType<typeof createApi>; asked: Asked[] } {
  const asked: Asked[] = [];
  const send = async (input: unknown, init?: RequestInit): Promise<Response> => {
    asked.push({ url: String(input), headers: (init?.headers ?? {}) as Record<string, string> });
    const given = answer();
    if (given instanceof Error) throw given;
    return given;
  };
  return { api: createApi('/api', () => key, send), asked };
}

test('the key goes as a header and never into the address; without one no header is sent', async () => {
  const withKey = asking(() => Response.json({}), 'secret+/=');
  await withKey.api.get('pools');
  expect(withKey.asked).toEqual([{ url: '/api/pools', headers: { 'x-functions-key': 'secret+/=' } }]);
  const without = asking(() => Response.json({}));
  await without.api.get('pools');
  expect(without.asked[0]?.headers).toEqual({});
});

describe('what went wrong is told in plain words', () => {
  const timeout = Object.assign(new Error('x'), { name: 'TimeoutError' });
  test.each<[string, () => Response | Error, string, RegExp]>([
    ['401', () => new Response('', { status: 401 }), 'key', /refused the function key/],
    ['404 of the host', () => new Response('', { status: 404 }), 'missing', /no such route \(404\)/],
    [
      '404 of the app',
      () => Response.json({ error: { code: 'pool-unknown', message: 'There is no pool "x".' } }, { status: 404 }),
      'missing',
      /no pool "x"/,
    ],
    ['409', () => Response.json({ error: { message: 'The drain is committed.' } }, { status: 409 }), 'refused', /drain is committed/],
    ['429', () => new Response('', { status: 429 }), 'broken', /asked too often/],
    ['500', () => new Response('<html>oops</html>', { status: 500 }), 'broken', /failed to answer \(500\)/],
    [
      '502 with a reason',
      () => Response.json({ error: { message: 'The command did not finish.' } }, { status: 502 }),
      'broken',
      /did not finish/,
    ],
    ['no connection', () => new TypeError('Failed to fetch'), 'network', /cannot be reached/],
    ['no answer in time', () => timeout, 'network', /within 30 seconds/],
    ['no JSON', () => new Response('<html>login</html>'), 'malformed', /not JSON/],
  ])('%s', async (_, answer, kind, message) => {
    const problem: unknown = await asking(answer)
      .api.get('pools')
      .catch((error: unknown) => error);
    expect(problem).toBeInstanceOf(ApiProblem);
    expect(problem).toMatchObject({ kind, message: expect.stringMatching(message) });
  });

  test('an answer of another shape, and a defect of the page itself', () => {
    expect(problemOf(new MalformedAnswer('The status has no "mode"'))).toMatchObject({ kind: 'malformed' });
    expect(problemOf('why').message).toBe('The page failed: why.');
  });
});

describe('the history is read in pages', () => {
  const range = { from: 0, to: 60_000 };
  const page = (path: string, next: string | null): unknown => ({
    ...{ buckets: [{ at: next === null ? 60_000 : 0 }], decisions: [], drains: [], runners: [], total: 0, resolution: 120, next },
    ...(path.includes('/history') ? {} : { next: null }),
  });

  test('each page is asked for by the word of the one before, and the resolution is that of the answer', async () => {
    const asked: string[] = [];
    const get = async (path: string): Promise<unknown> => {
      asked.push(path);
      return page(path, path.includes('cursor=') ? null : 'b&c');
    };
    const past = await createReader({ get, post: get }).past('a b', range, rangeChoice('1h'));
    expect(past.buckets?.map(({ at }) => at)).toEqual([0, 60_000]);
    expect(past.resolutionSeconds).toBe(120);
    const first = 'pools/a%20b/history?from=1970-01-01T00%3A00%3A00.000Z&to=1970-01-01T00%3A01%3A00.000Z&resolution=15';
    expect(asked.filter((path) => path.includes('/history'))).toEqual([first, `${first}&cursor=b%26c`]);
  });

  test('a server that never comes to its last page is not followed for ever', async () => {
    let asked = 0;
    const get = async (path: string): Promise<unknown> => {
      asked += 1;
      return { ...(page(path, 'again') as object), next: 'again' };
    };
    const { moreDecisions } = await createReader({ get, post: get }).past('p', range, rangeChoice('1h'));
    expect(moreDecisions).toBe('again');
    expect(asked).toBeLessThan(100);
  });

  test('a part that fails leaves the others', async () => {
    const get = async (path: string): Promise<unknown> => {
      if (path.includes('/drains')) throw new ApiProblem('broken', 'The app failed to answer (500).', '');
      return page(path, null);
    };
    const past = await createReader({ get, post: get }).past('p', range, rangeChoice('1h'));
    expect(past).toMatchObject({ drains: undefined, problem: { message: 'The app failed to answer (500).' } });
    expect(past.buckets).toHaveLength(1);
  });
});

test('the time that is shown ends with a whole bucket, and the newest one is in it', () => {
  const six = rangeChoice('6h');
  expect(rangeOf(six, 59_999)).toEqual({ from: 60_000 - 21_600_000, to: 60_000 });
  expect(rangeOf(six, 60_000)).toEqual({ from: 120_000 - 21_600_000, to: 120_000 });
  expect(rangeChoice('13 months').id).toBe('6h');
});

test('the address holds pool and time, so that it can be passed on', () => {
  const place = { pool: 'eu&west', range: '24h' };
  expect(readPlace(writePlace(place.pool, place.range))).toEqual(place);
  expect(readPlace('')).toEqual({ pool: null, range: null });
});

describe('the runners of a search', () => {
  const runner = (vm: string, state: string, id: string | null): Parameters<typeof matching>[0][number] => ({
    ...{ vm, state, runner: id, computerName: `host-${vm}`, tasks: 0, since: null, bornAt: null, isProtected: false },
  });
  const all = [runner('v1', 'idle', 'r1'), runner('v2', 'busy', 'r2'), runner('v3', 'without-runner', null), runner('v4', 'busy', 'r4')];
  test.each([
    ['', ['v3', 'v2', 'v4', 'v1']],
    ['BUSY', ['v2', 'v4']],
    ['busy host-v4', ['v4']],
    ['without a runner', ['v3']],
    ['nobody', []],
  ])('"%s"', (search, found) => {
    expect(matching(all, search).map(({ vm }) => vm)).toEqual(found);
  });
});

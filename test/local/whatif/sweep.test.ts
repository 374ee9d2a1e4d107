import { describe, expect, it } from 'vitest';
import { combine, parseSweep } from '../../../src/local/whatif/sweep';

describe('a sweep', () => {
  it.each([
    ['MIN_RUNNERS=0..2', ['0', '1', '2']],
    ['MIN_RUNNERS=2..2', ['2']],
    ['SCALE_IN_IDLE_MINUTES=0..20:5', ['0', '5', '10', '15', '20']],
    ['SCALE_IN_IDLE_MINUTES=0..20:6', ['0', '6', '12', '18']],
    ['SCALE_IN_IDLE_MINUTES=0.1..0.4:0.1', ['0.1', '0.2', '0.3', '0.4']],
    ['SCALE_OUT_STRATEGY=step,demand', ['step', 'demand']],
    ['MIN_RUNNERS=1,1,3', ['1', '3']],
  ])('%s', (text, values) => {
    expect(parseSweep(text).values).toEqual(values);
  });

  it.each([
    ['MIN_RUNNERS', /--sweep takes KEY=/],
    ['MIN_RUNNERS=', /--sweep takes KEY=/],
    ['=1..2', /--sweep takes KEY=/],
    ['NO_SUCH=1..2', /--sweep NO_SUCH: is no setting/],
    ['MIN_RUNNERS=3..1', /ends before it begins/],
    ['MIN_RUNNERS=1..3:0', /must be above 0/],
    ['MIN_RUNNERS=1..', /is no range/],
    ['MIN_RUNNERS=0..1000', /1001 values; at most 1000/],
  ])('%s is refused', (text, message) => {
    expect(() => parseSweep(text)).toThrow(message);
  });

  it('combines with every other one, on top of what is set', () => {
    const sweeps = [parseSweep('MIN_RUNNERS=0..1'), parseSweep('SCALE_IN_STEP=1,5')];
    expect(combine({ SCALE_IN_STEP: '2', SCALE_OUT_STEP: '3' }, sweeps)).toEqual([
      { MIN_RUNNERS: '0', SCALE_IN_STEP: '1', SCALE_OUT_STEP: '3' },
      { MIN_RUNNERS: '0', SCALE_IN_STEP: '5', SCALE_OUT_STEP: '3' },
      { MIN_RUNNERS: '1', SCALE_IN_STEP: '1', SCALE_OUT_STEP: '3' },
      { MIN_RUNNERS: '1', SCALE_IN_STEP: '5', SCALE_OUT_STEP: '3' },
    ]);
    expect(combine({}, [])).toEqual([]);
  });

  it('is given once for a setting, and has bounds', () => {
    expect(() => combine({}, [parseSweep('MIN_RUNNERS=0..1'), parseSweep('MIN_RUNNERS=2..3')])).toThrow(/MIN_RUNNERS: is given twice/);
    const many = ['MIN_RUNNERS', 'SCALE_IN_STEP'].map((variable) => parseSweep(`${variable}=1..200`));
    expect(() => combine({}, many)).toThrow(/40000 combinations/);
  });
});

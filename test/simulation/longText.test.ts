import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LongText } from '../../src/local/simulate/longText';

test('what was appended reads back whole, however much of it is packed', () => {
  const line = fc.tuple(fc.string({ unit: 'grapheme' }), fc.nat(120_000)).map(([text, length]) => `${text}${'x'.repeat(length)}\n`);
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 12 }), (lines) => {
      const text = new LongText('begin\n');
      for (const each of lines) {
        text.append(each);
        if (each.length % 3 === 0) text.toString();
      }
      expect(text.toString()).toBe(`begin\n${lines.join('')}`);
    }),
    { numRuns: 50 },
  );
});

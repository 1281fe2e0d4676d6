import { describe, expect, it } from '@jest/globals';
import { LineSplitter } from './line-splitter.js';

describe('LineSplitter', () => {
  it('joins what was cut, inside a character too', () => {
    const bytes = Buffer.from('{"a":"é"}\nsecond\n');
    const lines = new LineSplitter(100);
    const found = [...bytes].flatMap((byte) => lines.push(Buffer.from([byte])));
    expect(found).toEqual(['{"a":"é"}', 'second']);
  });

  it('gives several lines of one chunk and keeps the rest', () => {
    const lines = new LineSplitter(100);
    expect(lines.push(Buffer.from('a\n\nb\nc'))).toEqual(['a', '', 'b']);
    expect(lines.push(Buffer.from('d\n'))).toEqual(['cd']);
  });

  it('counts each line by itself and refuses a longer one, finished or not', () => {
    const lines = new LineSplitter(4);
    expect(lines.push(Buffer.from('1234\n1234\n12'))).toEqual(['1234', '1234']);
    expect(() => lines.push(Buffer.from('345'))).toThrow(RangeError);
  });
});

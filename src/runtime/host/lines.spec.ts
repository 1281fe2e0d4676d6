import { describe, expect, it } from '@jest/globals';
import { ByteLines, TextLines } from './lines.js';

describe('TextLines', () => {
  it('puts lines and characters together across chunks, cuts long ones, keeps the last one', () => {
    const lines: string[] = [];
    const reader = new TextLines(5, (line) => lines.push(line));
    const bytes = Buffer.from('one\ntw€o\n\nmuch too long\r\nend');
    for (const byte of bytes) reader.push(Buffer.from([byte]));
    reader.flush();
    expect(lines).toEqual(['one', 'tw€o', 'much …', 'end']);
  });

  it('begins again after a line end when it had to skip', () => {
    const lines: string[] = [];
    const reader = new TextLines(50, (line) => lines.push(line));
    reader.push(Buffer.from('kept\nhalf'));
    reader.skip();
    reader.push(Buffer.from('lost\nnext\n'));
    expect(lines).toEqual(['kept', 'half…', 'next']);
  });
});

describe('ByteLines', () => {
  it('puts lines together and stops at one that is too long', () => {
    const seen: string[] = [];
    const reader = new ByteLines(
      8,
      (line) => seen.push(line),
      () => seen.push('too long'),
    );
    reader.push(Buffer.from('a\nbc'));
    reader.push(Buffer.from('d\n12345678\n'));
    reader.push(Buffer.from('123456789\nafter'));
    expect(seen).toEqual(['a', 'bcd', '12345678', 'too long']);
  });
});

import { expect, it } from '@jest/globals';
import { format, table } from './table.js';

it('aligns text on the left and numbers on the right', () => {
  const rows = [
    ['list of 10', 14_500.4, ''],
    ['search', 0.1234, 'no index'],
  ];
  expect(table(['route', 'requests/s', 'note'], rows)).toBe(
    [
      'route       requests/s  note',
      '----------  ----------  --------',
      'list of 10      14,500',
      'search           0.123  no index',
      '',
    ].join('\n'),
  );
});

it('refuses a row that does not fit its headings', () => {
  expect(() => table(['a', 'b'], [['only one']])).toThrow('a row of 1 cells under 2 headings');
});

it.each([
  [3, '3'],
  [1_234_567, '1,234,567'],
  [1234.5678, '1,235'],
  [12.345, '12.3'],
  [1.005, '1.01'],
  [-0.5, '-0.500'],
  ['as it is', 'as it is'],
])('shows %p as %s', (value, expected) => {
  expect(format(value)).toBe(expected);
});

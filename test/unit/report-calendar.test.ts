/** Where a day stands in the calendar of the report. */
import { expect, it } from 'vitest';

import { weekdayOf } from '../../shared/report/html/calendar.ts';

it('counts the days of a week from Monday', () => {
  const week = ['23', '24', '25', '26', '27', '28', '29'].map((day) => `2026-11-${day}`);
  expect(week.map(weekdayOf)).toEqual([0, 1, 2, 3, 4, 5, 6]);
});

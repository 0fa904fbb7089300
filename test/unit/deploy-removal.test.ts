/** What undeploy takes away of a function, and what it says of the rest. */
import { expect, it } from 'vitest';

import { functionRemoval } from '../../cli/deploy/removal.ts';

const place = { region: 'ap-singapore', namespace: 'security', name: 'tcss-audit' };
const named = { FunctionName: 'tcss-audit', Namespace: 'security' };

it('deletes the described timers first, and names the triggers that go with the function', () => {
  const { steps, remarks } = functionRemoval(place, ['nightly'], {
    timers: [
      { name: 'nightly', qualifier: '$DEFAULT' },
      { name: 'theirs', qualifier: '$LATEST' },
    ],
    others: [{ type: 'cos', name: 'uploads' }],
  });
  expect(steps.map(({ action, request }) => [action, request()])).toEqual([
    ['DeleteTrigger', { ...named, TriggerName: 'nightly', Type: 'timer', Qualifier: '$DEFAULT' }],
    ['DeleteFunction', named],
  ]);
  expect(remarks).toEqual([
    'tcss-audit has triggers that are not described, which go with it: theirs, uploads.',
  ]);
});

it('says that there is nothing to take away', () => {
  expect(functionRemoval(place, ['nightly'], undefined)).toEqual({
    steps: [],
    remarks: ['tcss-audit is not there.'],
  });
});

import type { Caller } from '@greenwatch/kit';
import type { LiveEvent } from './live-event';
import { isVisible } from './visible';

const caller = (fields: Partial<Caller>): Caller => ({
  kind: 'user',
  id: 'u',
  name: '',
  roles: ['officer'],
  division: '330483',
  scopes: [],
  ...fields,
});
const tongxiang = ['330000', '330400', '330483'];
const alarm = { event: 'alarm', divisionPath: tongxiang, enterpriseId: 'e1' } as unknown as LiveEvent;
// The inspectors' task carries no enterprise in its envelope (tasking), so that it is not announced to the inspected.
const task = { ...alarm, event: 'task', enterpriseId: undefined, personIds: ['p1'] } as unknown as LiveEvent;
const notice = { ...alarm, event: 'notice', personIds: ['p1'] } as unknown as LiveEvent;

const county = caller({ personId: 'p2' });
const city = caller({ division: '330400' });
const other = caller({ division: '331002' });
const principal = caller({ roles: ['principal'], enterpriseId: 'e1', personId: 'p1' });
const colleague = caller({ roles: ['principal'], enterpriseId: 'e1', personId: 'p7' });
const neighbour = caller({ roles: ['principal'], enterpriseId: 'e2', personId: 'p8' });

test.each(['suspicion', 'check', 'complaint', 'case', 'rating', 'command'] as const)(
  'design.md 6: %s is for the authority of the place alone, never for the enterprise it is about',
  (event) => {
    const internal = { ...alarm, event } as unknown as LiveEvent;
    expect([county, city].map((who) => isVisible(who, internal))).toEqual([true, true]);
    expect([other, principal, colleague, neighbour].map((who) => isVisible(who, internal))).toEqual(
      Array(4).fill(false),
    );
  },
);

test.each<[string, Caller, boolean, boolean, boolean]>([
  ['the county that the place lies in', county, true, true, false],
  ['the city above it', city, true, true, false],
  ['another county', other, false, false, false],
  ['the person named', principal, true, true, true],
  ["the enterprise's other people: no task that is not theirs", colleague, true, false, false],
  ['another enterprise of the same county', neighbour, false, false, false],
])('%s', (_, who, seesAlarm, seesTask, seesNotice) => {
  expect([alarm, task, notice].map((event) => isVisible(who, event))).toEqual([seesAlarm, seesTask, seesNotice]);
});

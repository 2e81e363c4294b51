import type { Notice } from '../api/types';
import { assigneeNames, flattenNotices } from './told';

const notice = (id: string, createdAt: string): Notice => ({
  id,
  recipientPersonId: 'p1',
  title: '',
  body: '',
  subject: { kind: 'task', id: 't1' },
  level: 'mid',
  createdAt,
  deliveries: [],
});

it('domain.md 7: the notices of an alarm and of its tasks are one list, each once, newest first whatever the zone', () => {
  const early = notice('n1', '2026-03-01T11:00:00+08:00');
  const late = notice('n2', '2026-03-01T03:30:00Z');
  expect(flattenNotices([[early], [late, early], []]).map(({ id }) => id)).toEqual(['n2', 'n1']);
  expect(flattenNotices([])).toEqual([]);
});

it('assignees of every task have names', () => {
  const assignee = (personId: string, name: string) => ({ personId, name, role: 'lead' as const });
  const names = assigneeNames([{ assignees: [assignee('p1', '王芳')] }, { assignees: [assignee('p2', '李强')] }]);
  expect(names).toEqual({ p1: '王芳', p2: '李强' });
});

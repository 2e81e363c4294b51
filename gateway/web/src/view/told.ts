import type { Notice, Task } from '../api/types';

/** Lists of notices as one, each notice once, newest first. */
export function flattenNotices(lists: readonly (readonly Notice[])[]): Notice[] {
  const once = new Map(lists.flat().map((notice) => [notice.id, notice]));
  return [...once.values()].sort((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt));
}

/** Names by person id of those the tasks are assigned to. */
export const assigneeNames = (tasks: readonly Pick<Task, 'assignees'>[]): Record<string, string> =>
  Object.fromEntries(tasks.flatMap((task) => task.assignees.map(({ personId, name }) => [personId, name])));

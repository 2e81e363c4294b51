import type { Notice } from '../api/types';

/** Where what a notice is about is looked at; a person of an enterprise sees some of it in the file. */
export function subjectPath({ kind, id }: Notice['subject'], enterpriseId?: string): string {
  switch (kind) {
    case 'task':
    case 'alarm':
    case 'complaint':
    case 'case':
      return `/${kind}s/${id}`;
    case 'model':
      return '/fraud/models';
    case 'check':
      return `/checks/${id}`;
    case 'duty':
      return `/duties/${id}`;
    case 'rating':
      return enterpriseId ? `/enterprises/${enterpriseId}` : '/credit';
    case 'blacklist':
      return '/credit';
  }
}

import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { type ApiError, api } from '../api/client';
import type { SystemHealth } from '../api/types';
import { Say } from './parts';

const EVERY_MS = 5_000;

/** Names the services that do not answer at present: what the page lacks is then no riddle. */
export function MissingServices() {
  const { t } = useTranslation();
  const health = useQuery<SystemHealth, ApiError>({
    queryKey: ['health'],
    queryFn: ({ signal }) => api('GET', '/health', { signal }),
    refetchInterval: EVERY_MS,
    retry: false,
  });
  const missing = health.data?.missing ?? [];
  if (missing.length === 0) return null;
  const services = missing.map((name) => t(`source.${name}`, { defaultValue: name })).join('、');
  return (
    <div style={{ padding: '10px 16px 0' }}>
      <Say tone="warn" testId="missing-services">
        {t('health.missing', { services })}
      </Say>
    </div>
  );
}

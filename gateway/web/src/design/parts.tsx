import { InfoCircleOutlined, ReloadOutlined, WarningOutlined } from '@ant-design/icons';
import { Button, Skeleton } from 'antd';
import type { ReactNode } from 'react';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router-dom';
import { ApiError } from '../api/client';
import type { List } from '../api/hooks';
import { formatTime } from '../view/time';

/** The head of a page: where one is, what it is about, what can be done. */
export function PageHead(props: {
  title: ReactNode;
  sub?: ReactNode;
  crumbs?: [string, string][];
  actions?: ReactNode;
}) {
  return (
    <header className="page-head">
      <div style={{ minWidth: 0 }}>
        {props.crumbs && (
          <nav className="crumbs">
            {props.crumbs.map(([to, name], i) =>
              i === 0 ? (
                <Link key={to} to={to}>
                  {name}
                </Link>
              ) : (
                <span key={to}>
                  <Link to={to}>{name}</Link>
                </span>
              ),
            )}
          </nav>
        )}
        <h1>{props.title}</h1>
        {props.sub && <div className="sub">{props.sub}</div>}
      </div>
      {props.actions && <div className="actions">{props.actions}</div>}
    </header>
  );
}

/** A titled part of a page. */
export function Panel(props: {
  title?: ReactNode;
  extra?: ReactNode;
  flush?: boolean;
  children: ReactNode;
  testId?: string;
}) {
  const id = useId();
  return (
    <section className="panel" aria-labelledby={props.title ? id : undefined} data-testid={props.testId}>
      {props.title && (
        <div className="panel-head">
          <h2 id={id}>{props.title}</h2>
          {props.extra && <div className="provenance">{props.extra}</div>}
        </div>
      )}
      <div className={`panel-body${props.flush ? ' flush' : ''}`}>{props.children}</div>
    </section>
  );
}

/** Where a part comes from and as of when. */
export function Provenance({ source, at }: { source: string; at: string }) {
  const { t } = useTranslation();
  return (
    <span data-testid={`provenance-${source}`}>
      {t('file.source', { source: t(`source.${source}`, { defaultValue: source }), at: formatTime(at, 'second') })}
    </span>
  );
}

/** Labelled values side by side. */
export function Facts({ narrow, children }: { narrow?: boolean; children: ReactNode }) {
  return <dl className={`facts${narrow ? ' narrow' : ''}`}>{children}</dl>;
}

/** One of them; a dash where there is no value. */
export function Fact({ label, wide, children }: { label: string; wide?: boolean; children: ReactNode }) {
  return (
    <div className={wide ? 'wide' : undefined}>
      <dt>{label}</dt>
      <dd>{children ?? '–'}</dd>
    </div>
  );
}

/** A field with its label, tied together for assistive technology. */
export function Labelled({ label, children }: { label: string; children: (id: string) => ReactNode }) {
  const id = useId();
  return (
    <div>
      <label className="label" htmlFor={id}>
        {label}
      </label>
      {children(id)}
    </div>
  );
}

/** One sentence that matters: a hint, a warning, something that went wrong. */
export function Say(props: { tone?: 'info' | 'warn' | 'bad'; children: ReactNode; testId?: string }) {
  const tone = props.tone ?? 'info';
  return (
    <div
      className={`say ${tone === 'info' ? '' : tone}`}
      role={tone === 'bad' ? 'alert' : 'status'}
      data-testid={props.testId}
    >
      {tone === 'info' ? <InfoCircleOutlined aria-hidden /> : <WarningOutlined aria-hidden />}
      <div>{props.children}</div>
    </div>
  );
}

/** Problems of which the detail adds nothing but an id or a role. */
const SAID_BY_TITLE = [
  'not-found',
  'forbidden',
  'unauthenticated',
  'internal',
  'service-unavailable',
  'too-many-requests',
];

/** What the API refused: its own detail, and the fields it names. */
export function Problem({ error, retry }: { error: Error | null; retry?: () => void }) {
  const { t, i18n } = useTranslation();
  if (!error) return null;
  const known = error instanceof ApiError ? error : undefined;
  const code = known?.code ?? 'internal';
  // The API's detail is English: where the title says as much, a Chinese page does without.
  const said = code === 'network' || (SAID_BY_TITLE.includes(code) && i18n.language !== 'en');
  return (
    <Say tone="bad" testId="problem">
      <b style={{ fontWeight: 500 }}>
        {t(`problem.${code}`, { defaultValue: known?.problem.title || t('problem.internal') })}
      </b>
      {error.message && !said && <div>{error.message}</div>}
      {known?.problem.errors && (
        <ul>
          {known.problem.errors.map((e) => (
            <li key={e.field}>
              <span className="mono">{e.field}</span>: {e.expected}
            </li>
          ))}
        </ul>
      )}
      {retry && (
        <div style={{ marginTop: 8 }}>
          <Button size="small" icon={<ReloadOutlined />} onClick={retry}>
            {t('action.retry')}
          </Button>
        </div>
      )}
    </Say>
  );
}

export function Loading({ rows = 4 }: { rows?: number }) {
  const { t } = useTranslation();
  return (
    <div style={{ padding: 16 }} role="status" aria-label={t('loading')}>
      <Skeleton active title={false} paragraph={{ rows }} />
    </div>
  );
}

/** Nothing to show, and why that is no fault. */
export function Blank({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="blank" data-testid="blank">
      <svg width="46" height="30" viewBox="0 0 46 30" aria-hidden="true">
        <path
          d="M2 24h9l4-14 6 16 5-11 3 9h15"
          fill="none"
          stroke="#c5d0cb"
          strokeWidth="2.4"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
        <path d="M2 5h42" stroke="#dde4e1" strokeWidth="2" strokeDasharray="3 4" />
      </svg>
      <b>{title}</b>
      {children}
    </div>
  );
}

/** A query's answer, or its loading and error states. */
export function Answer<T>(props: {
  of: { data: T | undefined; error: Error | null; isPending: boolean; refetch: () => unknown };
  children: (data: T) => ReactNode;
}) {
  const { data, error, refetch } = props.of;
  if (data !== undefined) return props.children(data);
  if (error)
    return (
      <div style={{ padding: 16 }}>
        <Problem error={error} retry={() => void refetch()} />
      </div>
    );
  return <Loading />;
}

/** The button for the next page of a list that is paged by key; nothing on the last one. */
export function More({ of }: { of: Pick<List<unknown>, 'hasNextPage' | 'fetchNextPage' | 'isFetchingNextPage'> }) {
  const { t } = useTranslation();
  if (!of.hasNextPage) return null;
  return (
    <div className="more">
      <Button onClick={() => void of.fetchNextPage()} loading={of.isFetchingNextPage} data-testid="load-more">
        {t('action.more')}
      </Button>
    </div>
  );
}

import { DownloadOutlined, UploadOutlined } from '@ant-design/icons';
import type { SheetError } from '@greenwatch/contracts/src/permits';
import type { UseQueryResult } from '@tanstack/react-query';
import { App, Button, Progress, Segmented, type TableColumnsType } from 'antd';
import { type ReactNode, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router-dom';
import { type ApiError, apiUrl } from '../api/client';
import type { List } from '../api/hooks';
import { isRunning, type SheetKind, type SheetRecord, useSheetCommit, useSheetUpload } from '../api/sheets';
import { formatTime } from '../view/time';
import { KeyedList } from './KeyedList';
import { Answer, Blank, Fact, Facts, PageHead, Panel, Problem, Say } from './parts';

/** Takes a file and leads to its page; empty layouts to fill beside it. */
export function SheetUpload({ of, template, rule }: { of: SheetKind; template: string; rule: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const input = useRef<HTMLInputElement>(null);
  const upload = useSheetUpload(of);
  const [share, setShare] = useState(0);
  const send = (file: File | undefined) => {
    if (!file) return;
    setShare(0);
    upload.mutate({ file, onProgress: setShare }, { onSuccess: ({ id }) => navigate(`${of.page}/${id}`) });
  };
  return (
    <div className="stack">
      <p className="muted">{rule}</p>
      <div className="cluster">
        <input
          ref={input}
          type="file"
          accept=".csv,.xlsx"
          hidden
          aria-label={t('sheet.choose')}
          onChange={(event) => {
            send(event.target.files?.[0]);
            event.target.value = '';
          }}
          data-testid="sheet-file"
        />
        <Button
          type="primary"
          icon={<UploadOutlined />}
          loading={upload.isPending}
          onClick={() => input.current?.click()}
        >
          {t('sheet.choose')}
        </Button>
        {(['xlsx', 'csv'] as const).map((format) => (
          <Button
            key={format}
            icon={<DownloadOutlined />}
            href={apiUrl(template, { format })}
            data-testid={`sheet-template-${format}`}
          >
            {t('sheet.template', { format: format.toUpperCase() })}
          </Button>
        ))}
      </div>
      {upload.isPending && <Progress percent={Math.round(share * 100)} aria-label={t('sheet.uploading')} />}
      <Problem error={upload.error} />
    </div>
  );
}

/** Counts of a sheet with what they are called. */
export type SheetCounts<S> = readonly (readonly [name: string, count: (sheet: S) => number])[];

/** The sheets that were uploaded, newest first. */
export function SheetList<S extends SheetRecord>(props: { of: List<S>; kind: SheetKind; counts: SheetCounts<S> }) {
  const { t } = useTranslation();
  const to = (sheet: S) => `${props.kind.page}/${sheet.id}`;
  const columns: TableColumnsType<S> = [
    { title: t('sheet.name'), render: (_, sheet) => <Link to={to(sheet)}>{sheet.filename}</Link> },
    { title: t('sheet.stateTitle'), render: (_, sheet) => <SheetState sheet={sheet} /> },
    ...props.counts.map(([title, count]) => ({
      title,
      align: 'right' as const,
      render: (_: unknown, sheet: S) => count(sheet),
    })),
    {
      title: t('sheet.uploadedAt'),
      render: (_, sheet) => `${formatTime(sheet.uploadedAt)} ${sheet.uploadedBy}`,
    },
  ];
  return (
    <div className="panel">
      <KeyedList
        of={props.of}
        keyOf={(sheet) => sheet.id}
        columns={columns}
        to={to}
        row={(sheet) => (
          <>
            <div className="row-top">
              <SheetState sheet={sheet} />
              <span className="muted" style={{ fontSize: 12.5 }}>
                {formatTime(sheet.uploadedAt, 'short')}
              </span>
            </div>
            <div className="row-title">{sheet.filename}</div>
            <div className="row-note">{props.counts.map(([name, count]) => `${name} ${count(sheet)}`).join(' · ')}</div>
          </>
        )}
        empty={{ title: t('sheet.none') }}
        testId="sheets"
      />
    </div>
  );
}

const TONE: Record<SheetRecord['state'], string> = {
  parsing: 'low',
  ready: 'mid',
  refused: 'high',
  committing: 'low',
  committed: 'normal',
};

function SheetState({ sheet: { state } }: { sheet: Pick<SheetRecord, 'state'> }) {
  const { t } = useTranslation();
  return <span className={`chip ${TONE[state]}`}>{t(`sheet.state.${state}`)}</span>;
}

/** Takes over what is right; where something is left out it is asked once more. */
function Commit({ of, sheet, taken }: { of: SheetKind; sheet: SheetRecord; taken: number }) {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const commit = useSheetCommit(of, sheet.id);
  const go = () => commit.mutate({ skipWrong: sheet.wrong > 0 });
  return (
    <div className="stack">
      {sheet.wrong > 0 && <Say tone="warn">{t('sheet.wrongLeftOut', { count: sheet.wrong })}</Say>}
      <Problem error={commit.error} />
      <Button
        type="primary"
        size="large"
        style={{ alignSelf: 'start', justifySelf: 'start' }}
        disabled={taken === 0}
        loading={commit.isPending}
        onClick={() =>
          sheet.wrong > 0 ? void modal.confirm({ title: t('sheet.commitTitle', { count: taken }), onOk: go }) : go()
        }
        data-testid="sheet-commit"
      >
        {t('sheet.commit', { count: taken })}
      </Button>
    </div>
  );
}

/** One sheet: how far it is, its counts, the button to take it over, and below them what it holds once it has been read. */
export function SheetDetail<S extends SheetRecord>(props: {
  of: SheetKind;
  sheet: S;
  listTitle: string;
  counts: SheetCounts<S>;
  /** how many would be taken over */
  taken: number;
  /** how many were, once it is committed */
  written?: number;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  const { of, sheet } = props;
  const { done, total } = sheet.progress;
  const running = isRunning(sheet);
  return (
    <>
      <PageHead crumbs={[[of.page, props.listTitle]]} title={sheet.filename} sub={<SheetState sheet={sheet} />} />
      {sheet.problem && <Say tone="bad">{sheet.problem}</Say>}
      {running && (
        <Panel>
          <Progress
            percent={total > 0 ? Math.floor((done / total) * 100) : 0}
            status="active"
            aria-label={t(`sheet.state.${sheet.state}`)}
          />
          <p className="row-note">{t('sheet.progress', { done, total: total || '…' })}</p>
        </Panel>
      )}
      <Panel>
        <Facts>
          <Fact label={t('sheet.rows')}>{sheet.rows}</Fact>
          {props.counts.map(([name, count]) => (
            <Fact key={name} label={name}>
              {count(sheet)}
            </Fact>
          ))}
          <Fact label={t('sheet.uploadedAt')}>
            {formatTime(sheet.uploadedAt)} {sheet.uploadedBy}
          </Fact>
          <Fact label={t('sheet.written')}>
            {sheet.committedAt &&
              [props.written, formatTime(sheet.committedAt)].filter((one) => one !== undefined).join(' · ')}
          </Fact>
        </Facts>
      </Panel>
      {sheet.state === 'ready' && (
        <Panel>
          <Commit of={of} sheet={sheet} taken={props.taken} />
        </Panel>
      )}
      {!running && sheet.state !== 'refused' && props.children}
    </>
  );
}

const ITEM_STATES = ['wrong', 'new', 'changed', 'unchanged'] as const;
export type ItemState = (typeof ITEM_STATES)[number];
/** Of the rows which are shown. */
function ItemFilter({ show, onShow }: { show: string; onShow: (state: string) => void }) {
  const { t } = useTranslation();
  return (
    <div className="filters" style={{ marginTop: 16 }}>
      <Segmented
        value={show}
        onChange={onShow}
        options={['all', ...ITEM_STATES].map((value) => ({ value, label: t(`sheet.item.${value}`) }))}
      />
    </div>
  );
}

export function ItemChip({ state }: { state: ItemState }) {
  const { t } = useTranslation();
  const tone = state === 'wrong' ? 'urgent' : state === 'unchanged' ? '' : 'normal';
  return <span className={`chip ${tone}`}>{t(`sheet.item.${state}`)}</span>;
}

/** What is wrong with which cell. */
export function CellErrors({ errors }: { errors: readonly SheetError[] }) {
  const { t } = useTranslation();
  return errors.map((error) => (
    <div key={`${error.cell} ${error.row} ${error.expected}`} className="row-note">
      <b>{error.cell || t('sheet.row', { row: error.row })}</b> {error.column}
      {error.value && ` “${error.value}”`}: {error.expected}
    </div>
  ));
}

/** Said under a list that is cut off. */
export function FirstOnly({ count, next }: { count: number; next?: string }) {
  const { t } = useTranslation();
  if (!next) return null;
  return (
    <p className="row-note" style={{ padding: 12 }}>
      {t('sheet.firstOnly', { count })}
    </p>
  );
}

/** A page of a sheet whose rows each change something that stands there, with one part of its rows. */
interface ItemPage {
  sheet: SheetRecord & Record<ItemState, number> & { written?: number };
  items: readonly unknown[];
  next?: string;
}

/** The page of such a sheet; `children` draws the rows that are shown. */
export function ItemSheetPage<P extends ItemPage>(props: {
  of: SheetKind;
  listTitle: string;
  useSheet: (id: string, state: string | undefined) => UseQueryResult<P, ApiError>;
  children: (page: P) => ReactNode;
}) {
  const { t } = useTranslation();
  const { id = '' } = useParams();
  const [show, setShow] = useState('all');
  const sheet = props.useSheet(id, show === 'all' ? undefined : show);
  const counts = (['new', 'changed', 'unchanged', 'wrong'] as const).map(
    (state) => [t(`sheet.item.${state}`), (one: P['sheet']) => one[state]] as const,
  );
  return (
    <div className="page" data-testid="sheet" data-state={sheet.data?.sheet.state}>
      <Answer of={sheet}>
        {(page) => (
          <SheetDetail
            of={props.of}
            sheet={page.sheet}
            listTitle={props.listTitle}
            counts={counts}
            taken={page.sheet.new + page.sheet.changed}
            written={page.sheet.written}
          >
            <ItemFilter show={show} onShow={setShow} />
            <Panel flush>
              {page.items.length === 0 ? <Blank title={t('sheet.noneOfThese')} /> : props.children(page)}
              <FirstOnly count={page.items.length} next={page.next} />
            </Panel>
          </SheetDetail>
        )}
      </Answer>
    </div>
  );
}

import { App, Button, Progress, Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router-dom';
import { Answer, Blank, Fact, Facts, PageHead, Panel, Problem, Say } from '../../design/parts';
import { formatTime } from '../../view/time';
import { type SheetPage as Page, type Sheet, useCommit, useSheet } from './queries';

const STATES = ['wrong', 'new', 'changed', 'unchanged'] as const;

function Commit({ sheet }: { sheet: Sheet }) {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const commit = useCommit(sheet.id);
  const taken = sheet.new + sheet.changed;
  const go = () => commit.mutate({ skipWrong: sheet.wrong > 0 });
  return (
    <div className="stack">
      {sheet.wrong > 0 && <Say tone="warn">{t('permits.wrongLeftOut', { count: sheet.wrong })}</Say>}
      <Problem error={commit.error} />
      <Button
        type="primary"
        size="large"
        style={{ alignSelf: 'start', justifySelf: 'start' }}
        disabled={taken === 0}
        loading={commit.isPending}
        onClick={() =>
          sheet.wrong > 0 ? void modal.confirm({ title: t('permits.commitTitle', { count: taken }), onOk: go }) : go()
        }
        data-testid="sheet-commit"
      >
        {t('permits.commit', { count: taken })}
      </Button>
    </div>
  );
}

function Items({ page }: { page: Page }) {
  const { t } = useTranslation();
  if (page.items.length === 0) return <Blank title={t('permits.noneOfThese')} />;
  return (
    <div className="scroll-x">
      <table className="plain" data-testid="sheet-items">
        <thead>
          <tr>
            <th>{t('permit.number')}</th>
            <th>{t('permits.column.state')}</th>
            <th>{t('permits.rows')}</th>
            <th>{t('permits.differences')}</th>
          </tr>
        </thead>
        <tbody>
          {page.items.map((item) => (
            <tr key={`${item.number} ${item.rows[0]}`}>
              <td className="mono">{item.number || '–'}</td>
              <td>
                <span
                  className={`chip ${item.state === 'wrong' ? 'urgent' : item.state === 'unchanged' ? '' : 'normal'}`}
                >
                  {t(`permits.sheetItem.${item.state}`)}
                </span>
              </td>
              <td>{item.rows.join(', ')}</td>
              <td>
                {item.changes.join(', ')}
                {item.errors.map((error) => (
                  <div key={`${error.cell} ${error.row} ${error.expected}`} className="row-note">
                    <b>{error.cell || t('permits.row', { row: error.row })}</b> {error.column}
                    {error.value && ` “${error.value}”`}: {error.expected}
                  </div>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Detail({ page, show, onShow }: { page: Page; show: string; onShow: (state: string) => void }) {
  const { t } = useTranslation();
  const { sheet } = page;
  const running = sheet.state === 'parsing' || sheet.state === 'committing';
  const { done, total } = sheet.progress;
  return (
    <>
      <PageHead
        crumbs={[['/sheets', t('permits.page.sheets')]]}
        title={sheet.filename}
        sub={<span className="chip">{t(`permits.sheetState.${sheet.state}`)}</span>}
      />
      {sheet.problem && <Say tone="bad">{sheet.problem}</Say>}
      {running && (
        <Panel>
          <Progress
            percent={total > 0 ? Math.floor((done / total) * 100) : 0}
            status="active"
            aria-label={t(`permits.sheetState.${sheet.state}`)}
          />
          <p className="row-note">{t('permits.progress', { done, total })}</p>
        </Panel>
      )}
      <Panel>
        <Facts>
          <Fact label={t('permits.sheetRows')}>{sheet.rows}</Fact>
          {(['new', 'changed', 'unchanged', 'wrong'] as const).map((state) => (
            <Fact key={state} label={t(`permits.sheetItem.${state}`)}>
              {sheet[state]}
            </Fact>
          ))}
          <Fact label={t('permits.uploadedAt')}>
            {formatTime(sheet.uploadedAt)} {sheet.uploadedBy}
          </Fact>
          <Fact label={t('permits.written')}>
            {sheet.committedAt && `${sheet.written} · ${formatTime(sheet.committedAt)}`}
          </Fact>
        </Facts>
      </Panel>
      {sheet.state === 'ready' && (
        <Panel>
          <Commit sheet={sheet} />
        </Panel>
      )}
      {!running && sheet.state !== 'refused' && (
        <>
          <div className="filters" style={{ marginTop: 16 }}>
            <Segmented
              value={show}
              onChange={onShow}
              options={['all', ...STATES].map((value) => ({
                value,
                label: value === 'all' ? t('permits.show.all') : t(`permits.sheetItem.${value}`),
              }))}
            />
          </div>
          <Panel flush>
            <Items page={page} />
            {page.next && (
              <p className="row-note" style={{ padding: 12 }}>
                {t('permits.firstOnly', { count: page.items.length })}
              </p>
            )}
          </Panel>
        </>
      )}
    </>
  );
}

export default function SheetPage() {
  const { id = '' } = useParams();
  const [show, setShow] = useState('all');
  const sheet = useSheet(id, show === 'all' ? undefined : show);
  return (
    <div className="page" data-testid="sheet" data-state={sheet.data?.sheet.state}>
      <Answer of={sheet}>{(page) => <Detail page={page} show={show} onShow={setShow} />}</Answer>
    </div>
  );
}

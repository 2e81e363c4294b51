import { Button, Segmented, Select } from 'antd';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router-dom';
import { useLimits, useOutletReadings } from '../../api/hooks';
import { Answer, Blank, Loading, PageHead, Panel, Problem, Say } from '../../design/parts';
import { useFilters } from '../../design/use-filters';
import { useSelf } from '../../me';
import { mayMark } from '../../view/access';
import { DATA_KINDS, type DataKind, hasMeans, KIND_OF_DATA, periodOf, uploadKind } from '../../view/data-period';
import { type DataRow, dataRows, meanPoints, speaksOf } from '../../view/data-rows';
import { factorName, factorUnit, unitText } from '../../view/factors';
import { factorsIn, limitFor } from '../../view/series';
import { fromInput, isoTime } from '../../view/time';
import type { Strip } from './DataChart';
import { DataTable } from './DataTable';
import { type OutletName, useLines, useMarks, useMeans, useOutletsNamed, useStatistics } from './data-queries';
import { ExportPanel } from './ExportPanel';
import { MarkForm } from './MarkForm';
import { MarkList } from './MarkList';
import { AmendForm } from './MarkRequests';
import { useMarkName } from './mark-words';
import { PeriodPicker } from './PeriodPicker';
import { Statistics } from './Statistics';
import { ValueDetail } from './ValueDetail';

const DataChart = lazy(() => import('./DataChart'));

/** Factors that are shown at first, and at most: the chart has a strip for each. */
const AT_FIRST = 2;
const AT_MOST = 6;
const POINTS = 600;
/** Pages of a thousand moments that the table asks for. */
const PAGES = 2;
const NONE: never[] = [];

function Data({ outlet }: { outlet: OutletName }) {
  const { t, i18n } = useTranslation();
  const me = useSelf();
  const markName = useMarkName();
  const [search, , change] = useFilters();
  const [opened, setOpened] = useState<{ row: DataRow; factor: string }>();
  const [now] = useState(() => Date.now());

  // What is shown stands in the address, so that it can be sent on.
  const kind: DataKind = DATA_KINDS.find((one) => one === search.get('kind')) ?? 'hour';
  const own = fromInput(search.get('from') ?? '');
  const length = own === undefined ? Number(search.get('length')) || KIND_OF_DATA[kind].spans[0] : undefined;
  const shown = periodOf(kind, { from: own, to: fromInput(search.get('to') ?? ''), length }, now);
  const [from, to] = [isoTime(shown.from), isoTime(shown.to)];
  const upload = uploadKind(kind);
  const means = hasMeans(kind);
  const method = search.get('method') === 'minmax' ? 'minmax' : 'lttb';

  const limits = useLimits(outlet.id);
  const readings = useOutletReadings(outlet.id, { kind: upload ?? '', from, to }, PAGES, upload !== undefined);
  const derived = useMeans(outlet.id, { period: kind, from, to }, means);
  const marks = useMarks({ outletId: outlet.id, from, to });

  const moments = upload === undefined ? NONE : (readings.data?.moments ?? NONE);
  const factors = useMemo(
    () => factorsIn(moments, limits.data ?? NONE, outlet.factors),
    [moments, limits.data, outlet.factors],
  );
  const asked = search.get('factors');
  const chosen = useMemo(() => {
    const wanted = asked?.split(',').filter((factor) => factors.includes(factor)) ?? [];
    return wanted.length > 0 ? wanted.slice(0, AT_MOST) : factors.slice(0, AT_FIRST);
  }, [asked, factors]);
  const line = { outletId: outlet.id, kind: upload, factor: chosen, from, to };
  const lines = useLines({ ...line, points: POINTS, method });
  const statistics = useStatistics(line);

  const unitOf = (factor: string) => {
    const limit = limits.data?.find((one) => one.factor === factor);
    return limit ? unitText(limit.unit) : factorUnit(factor);
  };
  const rows = useMemo(
    () =>
      dataRows({
        ...{ kind, factors: chosen, moments, marks: marks.data ?? NONE },
        means: means ? (derived.data ?? NONE) : NONE,
      }),
    [kind, chosen, moments, marks.data, means, derived.data],
  );
  const strips: Strip[] = chosen.map((factor) => {
    const drawn = upload === undefined ? undefined : lines.data?.lines.find((one) => one.factor === factor);
    return {
      ...{ factor, name: factorName(factor, i18n.language), unit: unitOf(factor) },
      sent: (drawn?.values ?? []).flatMap((value, i) =>
        value === null ? [] : [{ t: Date.parse(lines.data?.times[i] ?? ''), value, flag: drawn?.flags[i] || 'U' }],
      ),
      ours: means ? meanPoints(derived.data ?? [], factor) : [],
      ...(upload && { limit: limitFor(limits.data ?? [], factor, upload, shown.to) }),
      marked: (marks.data ?? [])
        .filter((mark) => speaksOf(mark, factor, shown))
        .map((mark) => ({
          ...{ from: Date.parse(mark.from), to: Date.parse(mark.to) },
          ...{ name: markName(mark.code), effective: mark.effective },
        })),
    };
  });
  const mns = useMemo(() => [...new Set(moments.map(({ mn }) => mn))].sort(), [moments]);
  const waits = (upload !== undefined && readings.isPending) || (means && derived.isPending);
  const failed = (upload !== undefined && readings.error) || (means && derived.error) || null;
  const nothing = rows.length === 0 && strips.every(({ sent, ours }) => sent.length + ours.length === 0);

  return (
    <>
      <PageHead
        crumbs={[
          [`/enterprises/${outlet.enterpriseId}`, outlet.enterpriseName],
          [`/outlets/${outlet.id}`, `${outlet.code} ${outlet.name}`],
        ]}
        title={t('data.title', { outlet: `${outlet.code} ${outlet.name}` })}
        sub={t(`medium.${outlet.medium}`)}
        actions={
          <>
            {mayMark(me) && <AmendForm outlet={outlet} about={shown} />}
            {mayMark(me) && <MarkForm outlet={outlet} about={shown} />}
            <Link to={`/outlets/${outlet.id}`}>
              <Button tabIndex={-1}>{t('data.toCurve')}</Button>
            </Link>
          </>
        }
      />
      <div className="filters" data-testid="data-filters">
        <Segmented<DataKind>
          value={kind}
          onChange={(value) => change({ kind: value, length: undefined })}
          options={DATA_KINDS.map((value) => ({ value, label: t(`data.kind.${value}`) }))}
          data-testid="data-kind"
        />
        <PeriodPicker
          spans={KIND_OF_DATA[kind].spans}
          length={length}
          shown={shown}
          onLength={(value) => change({ length: String(value), from: undefined, to: undefined })}
          onOwn={(begin, end) => change({ from: begin, to: end, length: undefined })}
        />
      </div>
      <div className="filters">
        <Select
          mode="multiple"
          maxCount={AT_MOST}
          value={chosen}
          onChange={(value: string[]) => change({ factors: value.join(',') })}
          aria-label={t('reading.factor')}
          options={factors.map((value) => ({ value, label: factorName(value, i18n.language) }))}
          showSearch={{ optionFilterProp: 'label' }}
          style={{ minWidth: 280, flex: '1 1 280px', maxWidth: 720 }}
          data-testid="data-factors"
        />
      </div>
      {shown.shortened && (
        <div style={{ marginBottom: 14 }}>
          <Say tone="warn">{t('data.shortened')}</Say>
        </div>
      )}
      <div className="columns wide">
        <div>
          <Panel
            title={t('data.chart')}
            extra={
              lines.data?.sampled && upload !== undefined ? (
                <Segmented
                  size="small"
                  value={method}
                  onChange={(value) => change({ method: value })}
                  options={(['lttb', 'minmax'] as const).map((value) => ({ value, label: t(`data.method.${value}`) }))}
                />
              ) : undefined
            }
            flush
          >
            {waits || (upload !== undefined && lines.isLoading) ? (
              <Loading rows={8} />
            ) : failed || (upload !== undefined && lines.error) ? (
              <div style={{ padding: 14 }}>
                <Problem
                  error={failed || lines.error}
                  retry={() => {
                    for (const query of [readings, derived, lines]) if (query.error) void query.refetch();
                  }}
                />
              </div>
            ) : nothing ? (
              <Blank title={t('reading.none')}>{t('data.noneText')}</Blank>
            ) : (
              <>
                <Suspense fallback={<Loading rows={8} />}>
                  <DataChart strips={strips} from={shown.from} to={shown.to} gap={KIND_OF_DATA[kind].gap} />
                </Suspense>
                <div className="legend">
                  {upload && (
                    <span>
                      <i />
                      {t(means ? 'data.devices' : 'data.asSent')}
                    </span>
                  )}
                  {means && (
                    <span>
                      <i className="ours" />
                      {t('data.ours')}
                    </span>
                  )}
                  <span>
                    <i className="limit" />
                    {t('reading.limit')}
                  </span>
                  <span>
                    <i className="hollow" />
                    {t('data.flagged')}
                  </span>
                  <span>
                    <i className="marked" />
                    {t('data.mark')}
                  </span>
                </div>
                {upload && lines.data?.sampled && (
                  <p className="row-note" style={{ padding: '0 18px 12px' }}>
                    {t('data.sampled', { count: Math.max(...lines.data.lines.map(({ stored }) => stored)) })}
                  </p>
                )}
              </>
            )}
          </Panel>
          <Panel title={t('data.table')} extra={t('data.tableHint')} flush>
            {waits ? (
              <Loading rows={8} />
            ) : rows.length === 0 ? (
              failed ? null : (
                <Blank title={t('reading.none')}>{t('data.noneText')}</Blank>
              )
            ) : (
              <DataTable
                kind={kind}
                rows={rows}
                factors={chosen}
                unitOf={unitOf}
                onOpen={(row, factor) => setOpened({ row, factor })}
              />
            )}
            {upload !== undefined && readings.data?.complete === false && (
              <div style={{ padding: '8px 14px' }}>
                <Say tone="warn">{t('data.tooMany')}</Say>
              </div>
            )}
          </Panel>
          {upload !== undefined && (
            <Panel title={t('data.statistics')} flush>
              {statistics.isLoading || chosen.length === 0 ? (
                <Loading />
              ) : (
                <Answer of={statistics}>{(all) => <Statistics all={all} unitOf={unitOf} />}</Answer>
              )}
            </Panel>
          )}
        </div>
        <div>
          <Panel title={t('data.marks')} flush testId="outlet-marks">
            <MarkList of={marks} />
          </Panel>
          <Panel title={t('data.export')} flush>
            <ExportPanel kind={kind} shown={shown} mns={mns} />
          </Panel>
        </div>
      </div>
      <ValueDetail
        outlet={outlet}
        kind={kind}
        unit={opened ? unitOf(opened.factor) : ''}
        opened={opened && { ...opened, row: rows.find((row) => sameRow(row, opened.row)) ?? opened.row }}
        close={() => setOpened(undefined)}
      />
    </>
  );
}

/** A row that was fetched again is still the one that was opened. */
const sameRow = (a: DataRow, b: DataRow) => a.at === b.at && a.mns.join() === b.mns.join();

/** An outlet's data of a period: flags, marks, revisions, our means beside the device's own. */
export default function DataPage() {
  const { id = '' } = useParams();
  const { t } = useTranslation();
  const named = useOutletsNamed([id]);
  return (
    <div className="page" data-testid="outlet-data">
      <Answer of={named}>
        {([outlet]) =>
          outlet ? (
            <Data key={outlet.id} outlet={outlet} />
          ) : (
            <Blank title={t('problem.not-found')}>{t('data.noOutlet')}</Blank>
          )
        }
      </Answer>
    </div>
  );
}

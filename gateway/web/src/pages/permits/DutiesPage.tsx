import { DatePicker, Segmented, Select, type TableColumnsType } from 'antd';
import dayjs from 'dayjs';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router-dom';
import { useDivisions } from '../../api/hooks';
import { KeyedList } from '../../design/KeyedList';
import { Answer, Blank, Fact, Facts, PageHead, Panel } from '../../design/parts';
import { useFilters } from '../../design/use-filters';
import { useSelf } from '../../me';
import { ofAuthority } from '../../view/access';
import { formatTime } from '../../view/time';
import { useDivisionName } from '../enterprises/division-name';
import { DutyState, percentText } from './marks';
import { type Duty, type SubmissionRate, useDuties, useExposures, useRanking, useRates } from './queries';
import { PermitTabs } from './Tabs';

const KINDS = ['ledger', 'self-inspection', 'execution-report', 'self-monitoring', 'publicity'] as const;

/** Open, late and done duties, of one enterprise or of the division. */
function DutyList({ waiting }: { waiting: boolean }) {
  const { t } = useTranslation();
  const [search, set] = useFilters();
  const duties = useDuties({
    waiting,
    kind: search.get('kind') ?? undefined,
    enterpriseId: search.get('enterprise') ?? undefined,
  });
  const columns: TableColumnsType<Duty> = [
    {
      title: t('permits.dutyTitle'),
      render: (_, d) => (
        <Link to={`/duties/${d.id}`} style={{ fontWeight: 500 }}>
          {t(`permits.duty.${d.kind}`)}
        </Link>
      ),
    },
    { title: t('permits.column.period'), render: (_, d) => d.period },
    {
      title: t('permits.holder'),
      render: (_, d) => <Link to={`/enterprises/${d.enterpriseId}`}>{d.enterpriseName}</Link>,
    },
    { title: t('permits.column.state'), render: (_, d) => <DutyState duty={d} /> },
    { title: t('permits.dueAt'), render: (_, d) => formatTime(d.dueAt) },
    { title: t('permits.cameAt'), render: (_, d) => formatTime(d.fulfilledAt) },
  ];
  return (
    <>
      <div className="filters">
        <Select
          allowClear
          value={search.get('kind') ?? undefined}
          placeholder={t('permits.anyDuty')}
          aria-label={t('permits.anyDuty')}
          onChange={(value) => set('kind', value)}
          options={KINDS.map((value) => ({ value, label: t(`permits.duty.${value}`) }))}
        />
      </div>
      <div className="panel">
        <KeyedList
          of={duties}
          keyOf={(duty) => duty.id}
          columns={columns}
          to={(duty) => `/duties/${duty.id}`}
          row={(duty) => (
            <>
              <div className="row-top">
                <span className="row-title">
                  {t(`permits.duty.${duty.kind}`)} {duty.period}
                </span>
                <DutyState duty={duty} />
              </div>
              <div className="row-note">
                {duty.enterpriseName} · {t('permits.dueBy', { at: formatTime(duty.dueAt, 'short') })}
              </div>
            </>
          )}
          empty={{ title: t(waiting ? 'permits.nothingWaits' : 'permits.nothingDone') }}
          testId="duties"
        />
      </div>
    </>
  );
}

function RateRows({ rates, due }: { rates: SubmissionRate[]; due: number }) {
  const { t } = useTranslation();
  if (rates.length === 0) return <Blank title={t(due > 0 ? 'permits.nobodyOwes' : 'permits.nothingDue')} />;
  return (
    <div className="scroll-x">
      <table className="plain" data-testid="rates">
        <thead>
          <tr>
            {(['holder', 'rateDue', 'rateInTime', 'rateLate', 'rateAbsent', 'rate'] as const).map((name) => (
              <th key={name} className={name === 'holder' ? undefined : 'num'}>
                {t(`permits.${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rates.map((rate) => (
            <tr key={rate.enterpriseId}>
              <td>
                <Link to={`/enterprises/${rate.enterpriseId}`}>{rate.enterpriseName}</Link>
              </td>
              <td className="num">{rate.due}</td>
              <td className="num">{rate.inTime}</td>
              <td className="num">{rate.late}</td>
              <td className="num">{rate.absent}</td>
              <td className="num">
                <b>{percentText(rate.rate)}</b>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Board() {
  const { t } = useTranslation();
  const me = useSelf();
  const [search, set] = useFilters();
  const nameOf = useDivisionName();
  const divisions = useDivisions();
  const division = search.get('division') ?? me.division;
  const month = search.get('month') ?? dayjs().format('YYYY-MM');
  const ranking = useRanking(division, month);
  const rates = useRates(division, month);
  const exposures = useExposures(division);
  const within = (divisions.data ?? []).filter(({ path, level }) => path.includes(me.division) && level !== 'town');
  return (
    <>
      <div className="filters">
        <Select
          value={division}
          aria-label={t('account.division')}
          onChange={(value) => set('division', value)}
          showSearch={{ optionFilterProp: 'label' }}
          options={
            within.length > 0
              ? within.map(({ code }) => ({ value: code, label: nameOf(code) }))
              : [{ value: division, label: division }]
          }
        />
        <DatePicker
          picker="month"
          allowClear={false}
          value={dayjs(month)}
          aria-label={t('permits.month')}
          onChange={(_, text) => set('month', typeof text === 'string' ? text : undefined)}
        />
      </div>
      <Answer of={ranking}>
        {(data) => (
          <>
            <Panel>
              <Facts>
                <Fact label={t('permits.firms')}>{data.enterprises}</Fact>
                <Fact label={t('permits.rateDue')}>{data.due}</Fact>
                <Fact label={t('permits.rateInTime')}>{data.inTime}</Fact>
                <Fact label={t('permits.rateLate')}>{data.late}</Fact>
                <Fact label={t('permits.rateAbsent')}>{data.absent}</Fact>
                <Fact label={t('permits.rate')}>{data.due > 0 ? percentText(data.inTime / data.due) : undefined}</Fact>
              </Facts>
            </Panel>
            <Panel
              title={t('permits.lowest')}
              extra={t(data.final ? 'permits.monthOver' : 'permits.monthRuns')}
              flush
              testId="lowest"
            >
              <RateRows rates={data.lowest} due={data.due} />
            </Panel>
          </>
        )}
      </Answer>
      <Panel title={t('permits.allRates')} flush>
        <Answer of={rates}>
          {(items) => (
            <>
              <RateRows rates={items} due={0} />
              {rates.hasNextPage && (
                <div className="more">
                  <button type="button" className="chip" onClick={() => void rates.fetchNextPage()}>
                    {t('action.more')}
                  </button>
                </div>
              )}
            </>
          )}
        </Answer>
      </Panel>
      <Panel title={t('permits.exposures')} flush testId="exposures">
        <Answer of={exposures}>
          {(items) =>
            items.length === 0 ? (
              <Blank title={t('permits.noExposures')} />
            ) : (
              <ul className="rows">
                {items.map((one) => (
                  <li key={one.id} className="row" style={{ cursor: 'default' }}>
                    <div className="row-title">
                      {nameOf(one.division)} {one.month}
                    </div>
                    <div className="row-note">
                      {one.lowest.map((rate) => `${rate.enterpriseName} ${percentText(rate.rate)}`).join('、') ||
                        t('permits.nobodyOwes')}
                    </div>
                  </li>
                ))}
              </ul>
            )
          }
        </Answer>
      </Panel>
    </>
  );
}

export default function DutiesPage() {
  const { t } = useTranslation();
  const me = useSelf();
  const [search, set] = useFilters();
  const authority = ofAuthority(me);
  const first = authority && !search.get('enterprise') ? 'board' : 'waiting';
  const show = search.get('show') ?? first;
  const pages = [...(authority ? (['board'] as const) : []), 'waiting', 'done'] as const;
  return (
    <div className="page">
      <PageHead title={t('permits.page.duties')} sub={t(authority ? 'permits.dutiesLead' : 'permits.myDutiesLead')} />
      <PermitTabs />
      <div className="filters">
        <Segmented
          value={show}
          onChange={(value) => set('show', value)}
          options={pages.map((value) => ({ value, label: t(`permits.show.${value}`) }))}
          data-testid="duties-show"
        />
      </div>
      {show === 'board' ? <Board /> : <DutyList key={show} waiting={show === 'waiting'} />}
    </div>
  );
}

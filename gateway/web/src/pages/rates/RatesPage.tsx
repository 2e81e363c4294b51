import { DatePicker, Segmented, Table, type TableColumnsType } from 'antd';
import dayjs from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router-dom';
import { useDivisions, useEnterprise } from '../../api/hooks';
import type { Division } from '../../api/types';
import { Answer, Blank, Fact, Facts, PageHead, Panel, Problem, Say } from '../../design/parts';
import { type Filters, useFilters } from '../../design/use-filters';
import { useSelf } from '../../me';
import { ofAuthority } from '../../view/access';
import {
  type Below,
  below,
  compareRates,
  directly,
  gradeOf,
  RATE_BOUNDS,
  type RatePeriod,
  ratePeriod,
  rateText,
  type Standing,
  summed,
  wayTo,
} from '../../view/rates';
import { formatTime } from '../../view/time';
import { useDivisionName } from '../enterprises/division-name';
import { useOutletsNamed } from '../outlet/data-queries';
import { type Days, type TransmissionRate, useEnterprisesOf, useOperators, useRate, useRatesBelow } from './queries';

const PERIODS: readonly RatePeriod[] = ['yesterday', 'week', 'month', 'last-month'];
/** Outlets that one question names at most. */
const NAMED = 200;
const COUNT = new Intl.NumberFormat('en-US');

/** A rate as a bar against the bounds, with its figure and what that means in words. */
function RateBar({ rate }: { rate: number | undefined }) {
  const { t } = useTranslation();
  const grade = gradeOf(rate);
  return (
    <span className="rate" data-grade={grade} title={grade && t(`rate.grade.${grade}`)}>
      <span className="rate-bar" aria-hidden>
        <i style={{ width: `${(rate ?? 0) * 100}%` }} />
        <s style={{ left: `${RATE_BOUNDS.former * 100}%` }} />
        <s style={{ left: `${RATE_BOUNDS.required * 100}%` }} />
        <s style={{ left: `${RATE_BOUNDS.goal * 100}%` }} />
      </span>
      <b>{rateText(rate)}</b>
      {grade && <span className="sr-only">{t(`rate.grade.${grade}`)}</span>}
    </span>
  );
}

/** The bounds by their words, below a table of bars. */
function Bounds() {
  const { t } = useTranslation();
  return (
    <div className="legend rate-legend">
      {(['goal', 'required', 'below', 'far-below'] as const).map((grade) => (
        <span key={grade} data-grade={grade}>
          <i />
          {t(`rate.grade.${grade}`)}
        </span>
      ))}
      <span className="muted">{t('rate.formula')}</span>
    </div>
  );
}

interface RateRow extends TransmissionRate {
  name: string;
  note?: string;
  /** where its name leads */
  path: string;
}

function RateTable({ rows, more }: { rows: RateRow[]; more: boolean }) {
  const { t } = useTranslation();
  const sorted = (name: 'transmission' | 'validity' | 'effective') => ({
    sorter: (a: RateRow, b: RateRow, order?: 'ascend' | 'descend' | null) =>
      compareRates(a[name], b[name], order === 'descend'),
  });
  const columns: TableColumnsType<RateRow> = [
    {
      title: t('rate.name'),
      sorter: (a, b) => a.name.localeCompare(b.name, 'zh'),
      fixed: 'left',
      render: (_, row) => (
        <div style={{ minWidth: 110, maxWidth: 260 }}>
          <Link to={row.path} style={{ fontWeight: 500 }}>
            {row.name}
          </Link>
          {row.note && <div className="row-note">{row.note}</div>}
        </div>
      ),
    },
    {
      title: t('rate.effective'),
      defaultSortOrder: 'ascend',
      ...sorted('effective'),
      render: (_, row) => <RateBar rate={row.effective} />,
    },
    {
      title: t('rate.transmission'),
      align: 'right',
      ...sorted('transmission'),
      render: (_, row) => rateText(row.transmission),
    },
    { title: t('rate.validity'), align: 'right', ...sorted('validity'), render: (_, row) => rateText(row.validity) },
    ...(['due', 'received', 'valid'] as const).map((name) => ({
      title: t(`rate.${name}`),
      align: 'right' as const,
      sorter: (a: RateRow, b: RateRow) => a[name] - b[name],
      render: (_: unknown, row: RateRow) => COUNT.format(row[name]),
    })),
  ];
  return (
    <div data-testid="rate-table">
      <Table<RateRow>
        columns={columns}
        dataSource={rows}
        rowKey={(row) => `${row.level} ${row.id}`}
        onRow={(row) => ({ 'data-id': row.id, 'data-level': row.level }) as object}
        pagination={rows.length > 100 ? { pageSize: 100, showSizeChanger: false } : false}
        scroll={{ x: 'max-content' }}
        sortDirections={['ascend', 'descend', 'ascend']}
      />
      {more && (
        <div style={{ padding: 14 }}>
          <Say tone="warn">{t('rate.more')}</Say>
        </div>
      )}
    </div>
  );
}

/** The figures of where one stands. */
function Own({ rate }: { rate: Omit<TransmissionRate, 'level' | 'id' | 'from' | 'to'> }) {
  const { t } = useTranslation();
  if (rate.due === 0) return <Blank title={t('rate.nothingDue')}>{t('rate.nothingDueText')}</Blank>;
  return (
    <div style={{ padding: '8px 14px 10px' }} data-testid="rate-own" data-due={rate.due}>
      <Facts narrow>
        <Fact label={t('rate.effective')}>
          <RateBar rate={rate.effective} />
        </Fact>
        <Fact label={t('rate.transmission')}>{rateText(rate.transmission)}</Fact>
        <Fact label={t('rate.validity')}>{rateText(rate.validity)}</Fact>
        {(['due', 'received', 'valid'] as const).map((name) => (
          <Fact key={name} label={t(`rate.${name}`)}>
            {COUNT.format(rate[name])}
          </Fact>
        ))}
      </Facts>
    </div>
  );
}

/** The days that are looked at: offered ones, or one's own, by day or by whole months. */
function DayPicker({
  days,
  period,
  set,
}: {
  days: Days;
  period: RatePeriod | undefined;
  set: (parts: Filters) => void;
}) {
  const { t } = useTranslation();
  const [by, setBy] = useState<'date' | 'month-own'>('date');
  const months = by === 'month-own';
  return (
    <>
      <Segmented<RatePeriod | typeof by>
        value={period ?? by}
        onChange={(value) => {
          if (value === 'date' || value === 'month-own') {
            setBy(value);
            set({ ...days, period: undefined });
          } else set({ period: value, from: undefined, to: undefined });
        }}
        options={[...PERIODS, 'date' as const, 'month-own' as const].map((value) => ({
          value,
          label: t(`rate.period.${value}`),
        }))}
        data-testid="rate-period"
      />
      {period === undefined && (
        <DatePicker.RangePicker
          picker={months ? 'month' : 'date'}
          allowClear={false}
          value={[dayjs(days.from), dayjs(days.to)]}
          onChange={(range) => {
            const [first, last] = range ?? [];
            if (!first || !last) return;
            const end = months ? last.endOf('month') : last;
            set({ from: first.format(months ? 'YYYY-MM-01' : 'YYYY-MM-DD'), to: end.format('YYYY-MM-DD') });
          }}
        />
      )}
    </>
  );
}

/** Where one stands with what lies below it. */
function Place(props: { at: Standing; days: Days; divisions: readonly Division[]; to: (parts: Filters) => string }) {
  const { at, days, divisions, to } = props;
  const { t } = useTranslation();
  const own = useRate(at, days);
  const asked = below(at, divisions);
  const rates = useRatesBelow(asked, days);
  const items = directly(rates.data?.items ?? [], at.id, divisions);
  const level = asked[0]?.level;
  return (
    <>
      <Panel flush>
        <Answer of={own}>{(rate) => <Own rate={rate} />}</Answer>
      </Panel>
      <Panel title={t(`rate.below.${levelName(asked)}`)} flush>
        <Answer of={rates}>
          {({ more }) =>
            items.length === 0 ? (
              <Blank title={t('rate.none')}>{t('rate.noneText')}</Blank>
            ) : level === 'outlet' ? (
              <Outlets items={items} more={more} days={days} whose={at.level === 'operator'} />
            ) : level === 'enterprise' ? (
              <Enterprises items={items} more={more} division={at.id} to={to} />
            ) : (
              <Divisions items={items} more={more} to={to} />
            )
          }
        </Answer>
        <Bounds />
      </Panel>
    </>
  );
}

const levelName = (asked: readonly Below[]) =>
  asked.length > 1 ? 'division' : (asked[0]?.divisionLevel ?? asked[0]?.level ?? 'outlet');

type Items = { items: TransmissionRate[]; more: boolean };

function Divisions({ items, more, to }: Items & { to: (parts: Filters) => string }) {
  const nameOf = useDivisionName();
  return (
    <RateTable
      more={more}
      rows={items.map((rate) => ({ ...rate, name: nameOf(rate.id), path: to({ division: rate.id }) }))}
    />
  );
}

function Enterprises({ items, more, division, to }: Items & { division: string; to: (parts: Filters) => string }) {
  const names = useEnterprisesOf(division);
  const nameOf = new Map((names.data?.items ?? []).map(({ id, name }) => [id, name]));
  return (
    <RateTable
      more={more}
      rows={items.map((rate) => ({
        ...{ ...rate, name: nameOf.get(rate.id) ?? rate.id },
        path: to({ division, enterprise: rate.id }),
      }))}
    />
  );
}

function Outlets({ items, more, days, whose }: Items & { days: Days; whose: boolean }) {
  const { t } = useTranslation();
  const shown = items.slice(0, NAMED);
  const names = useOutletsNamed(shown.map(({ id }) => id));
  const nameOf = new Map((names.data ?? []).map((outlet) => [outlet.id, outlet]));
  const period = new URLSearchParams({ kind: 'hour', from: `${days.from}T00:00`, to: nextMidnight(days.to) });
  return (
    <>
      <Problem error={names.error} />
      <RateTable
        more={more || items.length > shown.length}
        rows={shown.map((rate) => {
          const outlet = nameOf.get(rate.id);
          return {
            ...rate,
            name: outlet ? `${outlet.code} ${outlet.name}` : rate.id,
            note: [whose && outlet?.enterpriseName, t('rate.toData')].filter(Boolean).join(' · '),
            path: `/outlets/${rate.id}/data?${period}`,
          };
        })}
      />
    </>
  );
}

/** The midnight at which a day ends, as a `datetime-local` field writes it. */
const nextMidnight = (day: string) => `${formatTime(Date.parse(`${day}T24:00:00+08:00`), 'day')}T00:00`;

/** All operators; their outlets below. */
function Operators({ days, to }: { days: Days; to: (parts: Filters) => string }) {
  const { t } = useTranslation();
  const names = useOperators(true);
  const rates = useRatesBelow([{ level: 'operator' }], days);
  const nameOf = new Map((names.data?.items ?? []).map(({ id, name }) => [id, name]));
  return (
    <Answer of={rates}>
      {({ items, more }) => (
        <>
          <Panel flush>
            <Own rate={summed(items)} />
          </Panel>
          <Panel title={t('rate.below.operator')} flush>
            {items.length === 0 ? (
              <Blank title={t('rate.none')}>{t('rate.noneText')}</Blank>
            ) : (
              <RateTable
                more={more}
                rows={items.map((rate) => ({
                  ...{ ...rate, name: nameOf.get(rate.id) ?? rate.id },
                  path: to({ by: 'operator', operator: rate.id }),
                }))}
              />
            )}
            <Bounds />
          </Panel>
        </>
      )}
    </Answer>
  );
}

/** 数据传输有效率 by area, down to an outlet, and by operator; any period of days. */
export default function RatesPage() {
  const { t } = useTranslation();
  const me = useSelf();
  const authority = ofAuthority(me);
  const [search, , set] = useFilters();
  const divisions = useDivisions();
  const operators = useOperators(search.get('operator') !== null);
  const divisionName = useDivisionName();
  const [now] = useState(() => Date.now());

  const own = { from: search.get('from'), to: search.get('to') };
  const period = own.from && own.to ? undefined : (PERIODS.find((one) => one === search.get('period')) ?? 'month');
  const days = own.from && own.to ? { from: own.from, to: own.to } : ratePeriod(period ?? 'month', now);
  /** This page with other parts; the period stays. */
  const to = (parts: Filters): string => {
    const next = new URLSearchParams();
    for (const name of ['period', 'from', 'to']) {
      const value = search.get(name);
      if (value) next.set(name, value);
    }
    for (const [name, value] of Object.entries(parts)) if (value) next.set(name, value);
    const text = next.toString();
    return text ? `/rates?${text}` : '/rates';
  };

  const byOperator = authority && search.get('by') === 'operator';
  const enterpriseId = me.enterpriseId ?? (byOperator ? undefined : (search.get('enterprise') ?? undefined));
  const operatorId = me.operatorId ?? (byOperator ? (search.get('operator') ?? undefined) : undefined);
  const division = search.get('division') ?? me.division;
  const enterprise = useEnterprise(enterpriseId);
  const at: Standing = operatorId
    ? { level: 'operator', id: operatorId }
    : enterpriseId
      ? { level: 'enterprise', id: enterpriseId }
      : { level: 'division', id: division };
  const name =
    at.level === 'division'
      ? divisionName(at.id)
      : at.level === 'enterprise'
        ? (enterprise.data?.name ?? at.id)
        : (operators.data?.items.find(({ id }) => id === at.id)?.name ??
          (me.operatorId ? t('rate.ownOperator') : at.id));

  const way = authority && !byOperator ? wayTo(division, me.division, divisions.data ?? []) : [];
  const above = at.level === 'enterprise' ? way : way.slice(0, -1);
  const crumbs: [string, string][] = byOperator
    ? operatorId
      ? [[to({ by: 'operator' }), t('rate.by.operator')]]
      : []
    : above.map((code) => [to({ division: code }), divisionName(code)]);

  return (
    <div className="page" data-testid="rates-page">
      <PageHead
        crumbs={crumbs.length > 0 ? crumbs : undefined}
        title={byOperator && !operatorId ? t('rate.title') : t('rate.titleOf', { name })}
        sub={t('rate.days', days)}
      />
      <div className="filters">
        {authority && (
          <Segmented
            value={byOperator ? 'operator' : 'area'}
            onChange={(value) =>
              set({
                ...{ by: value === 'operator' ? 'operator' : undefined },
                ...{ division: undefined, enterprise: undefined, operator: undefined },
              })
            }
            options={(['area', 'operator'] as const).map((value) => ({ value, label: t(`rate.by.${value}`) }))}
            data-testid="rate-by"
          />
        )}
        <DayPicker days={days} period={period} set={set} />
      </div>
      {byOperator && !operatorId ? (
        <Operators days={days} to={to} />
      ) : (
        <Answer of={divisions}>
          {(all) => <Place key={`${at.level} ${at.id}`} at={at} days={days} divisions={all} to={to} />}
        </Answer>
      )}
    </div>
  );
}

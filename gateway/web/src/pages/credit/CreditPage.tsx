import { Button, Input, Segmented, Select, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router-dom';
import { useDivisions } from '../../api/hooks';
import { KeyedList } from '../../design/KeyedList';
import { PageHead, Panel, Problem, Say } from '../../design/parts';
import { useFilters } from '../../design/use-filters';
import { useSelf } from '../../me';
import { ofAuthority, supervises } from '../../view/access';
import { formatTime } from '../../view/time';
import { Entries } from './Entries';
import { COLOURS, ColourChip, newest, useName } from './marks';
import { OwnOperatorCredit, PartyCredit } from './PartyCreditPage';
import {
  type CreditStanding,
  type Operator,
  useBlacklist,
  useEntries,
  useForAll,
  useOperators,
  useRatings,
  useSchemes,
  useStandingCount,
  useStandings,
} from './queries';
import { RatingRows } from './Ratings';
import { Words } from './Words';

const VIEWS = ['standings', 'ratings', 'decisions', 'operators'] as const;

function Standings({ division }: { division?: string }) {
  const { t } = useTranslation();
  const name = useName();
  const [search, set] = useFilters();
  const schemes = newest(useSchemes().data);
  const scheme = search.get('scheme') ?? 'points-12';
  const colour = search.get('colour') ?? undefined;
  const [q, setQ] = useState('');
  const of = { scheme, partyKind: 'enterprise', division };
  const counts = useStandingCount(of);
  const standings = useStandings({ ...of, colour, q });
  const columns: TableColumnsType<CreditStanding> = [
    {
      title: t('credit.party'),
      render: (_, one) => <Link to={`/credit/${one.partyKind}/${one.partyId}`}>{one.partyName}</Link>,
    },
    { title: t('credit.colourTitle'), render: (_, one) => <ColourChip colour={one.colour} score={one.score} /> },
    { title: t('credit.uscc'), render: (_, one) => <span className="mono">{one.uscc}</span> },
    { title: t('credit.asOf'), render: (_, one) => formatTime(one.at) },
  ];
  return (
    <>
      <div className="filters">
        <Segmented
          value={scheme}
          onChange={(value) => set('scheme', value)}
          options={schemes.map((one) => ({ value: one.id, label: name(one.name) }))}
        />
        <Input.Search
          allowClear
          placeholder={t('credit.search')}
          aria-label={t('credit.search')}
          onSearch={setQ}
          style={{ width: 240 }}
        />
      </div>
      <div className="cluster" style={{ marginBottom: 12 }} data-testid="credit-counts">
        {COLOURS.map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={colour === one}
            onClick={() => set('colour', colour === one ? undefined : one)}
            style={{
              border: 0,
              background: 'none',
              padding: 0,
              cursor: 'pointer',
              opacity: colour && colour !== one ? 0.4 : 1,
            }}
          >
            <ColourChip colour={one} score={counts.data?.[one] ?? 0} />
          </button>
        ))}
      </div>
      <div className="panel">
        <KeyedList
          of={standings}
          keyOf={(one) => `${one.partyKind}${one.partyId}`}
          columns={columns}
          row={(one) => (
            <>
              <div className="row-top">
                <ColourChip colour={one.colour} score={one.score} />
              </div>
              <div className="row-title">{one.partyName}</div>
            </>
          )}
          to={(one) => `/credit/${one.partyKind}/${one.partyId}`}
          empty={{ title: t('credit.nobody') }}
          testId="credit-standings"
        />
      </div>
    </>
  );
}

/** The ratings of a period: draft and notice for everybody, then each on its way. */
function Runs({ division }: { division: string }) {
  const { t } = useTranslation();
  const name = useName();
  const me = useSelf();
  const schemes = newest(useSchemes().data);
  const [scheme, setScheme] = useState('national-21');
  const year = new Date().getFullYear();
  const yearly = schemes.find((one) => one.id === scheme)?.basis !== 'moment';
  const periods = yearly
    ? [year - 1, year - 2, year - 3].map(String)
    : [`${year}-H1`, `${year - 1}-H2`, `${year - 1}-H1`];
  const [chosen, setChosen] = useState<string>();
  const period = chosen !== undefined && periods.includes(chosen) ? chosen : (periods[0] as string);
  const [state, setState] = useState<string>();
  const ratings = useRatings({ scheme, period, state, division });
  const all = useForAll();
  return (
    <>
      <div className="filters">
        <Segmented
          value={scheme}
          onChange={setScheme}
          options={schemes.map((one) => ({ value: one.id, label: name(one.name) }))}
        />
        <Select
          value={period}
          onChange={setChosen}
          aria-label={t('credit.period')}
          options={periods.map((value) => ({ value, label: value }))}
        />
        <Select
          allowClear
          value={state}
          onChange={setState}
          placeholder={t('credit.anyState')}
          aria-label={t('credit.anyState')}
          popupMatchSelectWidth={false}
          options={(['draft', 'notice', 'objection', 'publicity', 'final', 'withdrawn'] as const).map((value) => ({
            value,
            label: t(`credit.ratingState.${value}`),
          }))}
        />
        {supervises(me) && (
          <>
            <Button
              loading={all.isPending}
              onClick={() => all.mutate({ verb: 'run', body: { division, scheme, period } })}
              data-testid="credit-run"
            >
              {t('credit.do.run')}
            </Button>
            <Button
              loading={all.isPending}
              onClick={() => all.mutate({ verb: 'notify', body: { division, scheme, period } })}
              data-testid="credit-notify"
            >
              {t('credit.do.notify')}
            </Button>
          </>
        )}
      </div>
      {all.data !== undefined && <Say>{t('credit.doneFor', { count: all.data })}</Say>}
      <Problem error={all.error} />
      <div className="panel">
        <RatingRows of={ratings} />
      </div>
    </>
  );
}

/** What waits for the authority: appeals, repairs, objections. */
function Decisions({ division }: { division: string }) {
  const { t } = useTranslation();
  return (
    <>
      <Panel title={t('credit.appeals')} flush>
        <Entries of={useEntries({ waiting: 'appeal' })} withParty />
      </Panel>
      <Panel title={t('credit.repairs')} flush>
        <Entries of={useEntries({ waiting: 'repair' })} withParty />
      </Panel>
      <Panel title={t('credit.objections')} flush>
        <RatingRows of={useRatings({ state: 'objection', division })} />
      </Panel>
    </>
  );
}

function Operators() {
  const { t } = useTranslation();
  const me = useSelf();
  const operators = useOperators({});
  const standings = useStandings({ scheme: 'points-12', partyKind: 'operator', limit: 1000 });
  const listed = new Map((useBlacklist().data ?? []).map((one) => [one.operatorId, one]));
  const scores = new Map((standings.data ?? []).map((one) => [one.partyId, one]));
  const bar = (operator: Operator) => {
    const listing = listed.get(operator.id);
    const on = listing?.listed ?? operator.barred;
    return (
      <div>
        {on && <span className="chip urgent">{t('credit.barred')}</span>}
        {listing && (
          <div className="row-note">
            {[
              listing.reason,
              listing.caseNo,
              on ? formatTime(listing.since, 'day') : t('credit.liftedAt', { at: formatTime(listing.liftedAt, 'day') }),
            ]
              .filter(Boolean)
              .join(' · ')}
          </div>
        )}
        {supervises(me) && (
          <Words
            label={t(on ? 'credit.do.lift' : 'credit.do.list')}
            path={`/blacklist/${operator.id}/${on ? 'lift' : 'list'}`}
            fields={[['reason', t('credit.words.reason')]]}
            danger={!on}
            testId={on ? 'lift' : 'list'}
          />
        )}
      </div>
    );
  };
  const score = (operator: Operator) => {
    const standing = scores.get(operator.id);
    return standing && <ColourChip colour={standing.colour} score={standing.score} />;
  };
  const columns: TableColumnsType<Operator> = [
    { title: t('credit.operator'), render: (_, one) => <Link to={`/credit/operator/${one.id}`}>{one.name}</Link> },
    { title: t('credit.colourTitle'), render: (_, one) => score(one) },
    { title: t('credit.uscc'), render: (_, one) => <span className="mono">{one.uscc}</span> },
    { title: t('credit.blacklist'), render: (_, one) => bar(one) },
  ];
  return (
    <div className="panel">
      <KeyedList
        of={operators}
        keyOf={(one) => one.id}
        columns={columns}
        row={(one) => (
          <>
            <div className="row-top">{score(one)}</div>
            <Link className="row-title" to={`/credit/operator/${one.id}`}>
              {one.name}
            </Link>
            {bar(one)}
          </>
        )}
        empty={{ title: t('credit.noOperators') }}
        testId="credit-operators"
      />
    </div>
  );
}

/** Credit as the authority works with it; an enterprise's or operator's people land on their own. */
export default function CreditPage() {
  const { t, i18n } = useTranslation();
  const me = useSelf();
  const [search, setSearch] = useSearchParams();
  const view = VIEWS.find((one) => one === search.get('view')) ?? 'standings';
  const [division, setDivision] = useState<string>();
  const divisions = useDivisions();
  if (!ofAuthority(me)) {
    return me.enterpriseId ? <PartyCredit kind="enterprise" id={me.enterpriseId} /> : <OwnOperatorCredit />;
  }
  return (
    <div className="page" data-testid="credit">
      <PageHead title={t('nav.credit')} sub={t('credit.lead')} />
      <div className="filters">
        <Segmented
          value={view}
          onChange={(value) => setSearch({ view: value }, { replace: true })}
          options={VIEWS.map((value) => ({ value, label: t(`credit.view.${value}`) }))}
          data-testid="credit-view"
        />
        {view !== 'operators' && (
          <Select
            allowClear
            showSearch={{ optionFilterProp: 'label' }}
            value={division}
            onChange={setDivision}
            placeholder={t('credit.anyDivision')}
            aria-label={t('credit.anyDivision')}
            popupMatchSelectWidth={false}
            options={(divisions.data ?? [])
              .filter(({ level, path }) => level !== 'town' && path.includes(me.division))
              .map((one) => ({ value: one.code, label: i18n.language === 'en' ? (one.nameEn ?? one.name) : one.name }))}
          />
        )}
      </div>
      {view === 'standings' && <Standings division={division} />}
      {view === 'ratings' && <Runs division={division ?? me.division} />}
      {view === 'decisions' && <Decisions division={division ?? me.division} />}
      {view === 'operators' && <Operators />}
    </div>
  );
}

import { Button, Segmented, Select, type TableColumnsType } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router-dom';
import type { OutletAuthenticity, Suspicion } from '../../api/types';
import { KeyedList } from '../../design/KeyedList';
import { PageHead } from '../../design/parts';
import { factorName } from '../../view/factors';
import { formatTime } from '../../view/time';
import { AuthenticityChip, SuspicionChip, scoreText, useInLanguage } from './marks';
import { useScores, useSuspicions } from './queries';
import { RunStrip } from './RunStrip';

const LEVELS = ['strongly-suspect', 'suspect', 'watch', 'normal'] as const;
const STATES = ['open', 'judged', 'withdrawn'] as const;
type Place = Pick<OutletAuthenticity, 'outletId' | 'outletCode' | 'outletName' | 'enterpriseId' | 'enterpriseName'>;

const outletText = (place: Place) =>
  place.outletCode ? `${place.outletCode} ${place.outletName ?? ''}` : place.outletId;

function PlaceCell({ of }: { of: Place }) {
  return (
    <div>
      <Link to={`/fraud/outlets/${of.outletId}`} style={{ fontWeight: 500 }}>
        {outletText(of)}
      </Link>
      <div className="row-note">{of.enterpriseName ?? of.enterpriseId}</div>
    </div>
  );
}

function Scores() {
  const { t, i18n } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const level = search.get('level') ?? undefined;
  const lacking = level === 'insufficient';
  const scores = useScores(lacking ? { status: 'INSUFFICIENT' } : { level });
  const columns: TableColumnsType<OutletAuthenticity> = [
    {
      title: t('authenticity.score'),
      align: 'right',
      width: 96,
      render: (_, s) => <b className="num">{scoreText(s.authenticity)}</b>,
    },
    { title: t('authenticity.levelTitle'), width: 150, render: (_, s) => <AuthenticityChip level={s.level} /> },
    { title: t('authenticity.outlet'), render: (_, s) => <PlaceCell of={s} /> },
    {
      title: t('authenticity.worstFactor'),
      render: (_, s) => (s.worstFactor ? factorName(s.worstFactor, i18n.language) : '–'),
    },
    { title: t('authenticity.day'), render: (_, s) => s.day },
    {
      title: t('authenticity.suspicion'),
      render: (_, s) => (s.suspicionId ? <SuspicionChip state="open" /> : <span className="muted">–</span>),
    },
  ];
  return (
    <>
      <div className="filters">
        <Select
          allowClear
          value={level}
          placeholder={t('authenticity.anyLevel')}
          aria-label={t('authenticity.anyLevel')}
          popupMatchSelectWidth={false}
          onChange={(value?: string) => setSearch(value ? { level: value } : {}, { replace: true })}
          options={[
            ...LEVELS.map((value) => ({ value: value as string, label: t(`authenticity.level.${value}`) })),
            { value: 'insufficient', label: t('authenticity.insufficient') },
          ]}
          data-testid="fraud-level"
        />
      </div>
      <div className="panel">
        <KeyedList
          of={scores}
          keyOf={(score) => score.outletId}
          columns={columns}
          row={(s) => (
            <>
              <div className="row-top">
                <b className="num">{scoreText(s.authenticity)}</b>
                <AuthenticityChip level={s.level} />
                {s.suspicionId && <SuspicionChip state="open" />}
              </div>
              <div className="row-title">{outletText(s)}</div>
              <div className="row-note">{[s.enterpriseName ?? s.enterpriseId, s.day].join(' · ')}</div>
            </>
          )}
          to={(score) => `/fraud/outlets/${score.outletId}`}
          empty={{ title: t('authenticity.none'), text: t('authenticity.noneText') }}
          testId="fraud-scores"
        />
      </div>
    </>
  );
}

function Suspicions() {
  const { t } = useTranslation();
  const say = useInLanguage();
  const [search, setSearch] = useSearchParams();
  const state = STATES.find((value) => value === search.get('state'));
  const suspicions = useSuspicions({ state });
  const columns: TableColumnsType<Suspicion> = [
    { title: t('authenticity.levelTitle'), width: 150, render: (_, s) => <AuthenticityChip level={s.level} /> },
    { title: t('authenticity.outlet'), render: (_, s) => <PlaceCell of={s} /> },
    {
      title: t('authenticity.speaks'),
      render: (_, s) => s.indications[0] && <span>{say(s.indications[0].sentence)}</span>,
    },
    { title: t('authenticity.state'), render: (_, s) => <SuspicionChip state={s.state} /> },
    {
      title: t('authenticity.verdictTitle'),
      render: (_, s) => (s.verdict ? t(`authenticity.verdict.${s.verdict}`) : '–'),
    },
    { title: t('authenticity.raisedAt'), render: (_, s) => formatTime(s.raisedAt) },
  ];
  return (
    <>
      <div className="filters">
        <Select
          allowClear
          value={state}
          placeholder={t('authenticity.anyState')}
          aria-label={t('authenticity.anyState')}
          popupMatchSelectWidth={false}
          onChange={(value?: string) =>
            setSearch({ show: 'suspicions', ...(value ? { state: value } : {}) }, { replace: true })
          }
          options={STATES.map((value) => ({ value, label: t(`authenticity.suspicionState.${value}`) }))}
        />
      </div>
      <div className="panel">
        <KeyedList
          of={suspicions}
          keyOf={(suspicion) => suspicion.id}
          columns={columns}
          row={(s) => (
            <>
              <div className="row-top">
                <AuthenticityChip level={s.level} />
                <SuspicionChip state={s.state} />
                {s.verdict && <span className="chip">{t(`authenticity.verdict.${s.verdict}`)}</span>}
              </div>
              <div className="row-title">{outletText(s)}</div>
              <div className="row-note">{s.indications[0] ? say(s.indications[0].sentence) : ''}</div>
            </>
          )}
          to={(suspicion) => `/fraud/outlets/${suspicion.outletId}?day=${suspicion.day}`}
          empty={{ title: t('authenticity.noSuspicion'), text: t('authenticity.noSuspicionText') }}
          testId="fraud-suspicions"
        />
      </div>
    </>
  );
}

/** Outlets by the authenticity of their data, lowest first, and the suspicions that were raised. */
export default function FraudPage() {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const show = search.get('show') === 'suspicions' ? 'suspicions' : 'scores';
  return (
    <div className="page" data-testid="fraud">
      <PageHead
        title={t('nav.fraud')}
        sub={t('authenticity.lead')}
        actions={
          <Link to="/fraud/models">
            <Button tabIndex={-1} data-testid="fraud-models-link">
              {t('authenticity.models')}
            </Button>
          </Link>
        }
      />
      <div className="filters">
        <Segmented
          value={show}
          onChange={(value) => setSearch(value === 'suspicions' ? { show: value } : {}, { replace: true })}
          options={(['scores', 'suspicions'] as const).map((value) => ({
            value,
            label: t(`authenticity.show.${value}`),
          }))}
          data-testid="fraud-show"
        />
        <RunStrip />
      </div>
      {show === 'scores' ? <Scores /> : <Suspicions />}
    </div>
  );
}

import { lazy, Suspense, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams, useSearchParams } from 'react-router-dom';
import { useLimits, useOutlet, useOutletReadings } from '../../api/hooks';
import type { FactorAuthenticity, FraudContribution, FraudSignal, FraudTest, OutletEvidence } from '../../api/types';
import { TaskStateChip } from '../../design/marks';
import { Answer, Blank, Fact, Facts, Loading, PageHead, Panel, Problem, Say } from '../../design/parts';
import { useFilters } from '../../design/use-filters';
import { factorName, factorUnit, unitText } from '../../view/factors';
import { limitFor, series } from '../../view/series';
import { formatTime, HOUR } from '../../view/time';
import { AuthenticityChip, pText, SuspicionChip, scoreText, useInLanguage } from './marks';
import { useEvidence } from './queries';

const Curve = lazy(() => import('../outlet/Curve'));

type Score = NonNullable<OutletEvidence['score']>;
type Interval = FraudTest['intervals'][number];

/** Stretches that any test or signal of the factor marks, and those of the outlet as a whole. */
const markedIn = (factor: FactorAuthenticity, score: Score): Interval[] =>
  [...factor.tests, ...factor.signals, ...score.signals].flatMap(({ intervals }) => intervals);

function MarkedCurve({ outletId, score, factor }: { outletId: string; score: Score; factor: FactorAuthenticity }) {
  const { t, i18n } = useTranslation();
  const from = Date.parse(score.baseline.from);
  const to = Date.parse(score.window.to);
  const query = useMemo(
    () => ({ kind: 'hour', from: score.baseline.from, to: score.window.to }),
    [score.baseline.from, score.window.to],
  );
  const readings = useOutletReadings(outletId, query);
  const limits = useLimits(outletId);
  const line = useMemo(
    () => limitFor(limits.data ?? [], factor.factor, 'hour', to - 1),
    [limits.data, factor.factor, to],
  );
  const points = useMemo(
    () => series(readings.data?.moments ?? [], factor.factor, 'hour', line),
    [readings.data, factor.factor, line],
  );
  const marked = useMemo(
    () => markedIn(factor, score).map(({ from, to }) => ({ startedAt: from, endedAt: to })),
    [factor, score],
  );
  if (readings.isPending) return <Loading rows={8} />;
  if (readings.error) return <Problem error={readings.error} retry={() => void readings.refetch()} />;
  if (points.length === 0) return <Blank title={t('reading.none')}>{t('reading.noneText')}</Blank>;
  return (
    <div data-testid="marked-curve" data-marked={marked.length}>
      <Suspense fallback={<Loading rows={8} />}>
        <Curve
          points={points}
          line={line}
          alarms={marked}
          unit={line ? unitText(line.limit.unit) : factorUnit(factor.factor)}
          name={factorName(factor.factor, i18n.language)}
          from={from}
          to={to}
          gap={5 * HOUR}
        />
      </Suspense>
      <p className="row-note" style={{ padding: '0 18px 12px' }}>
        {t('authenticity.curveNote', { from: formatTime(score.window.from), to: formatTime(score.window.to) })}
      </p>
    </div>
  );
}

function Intervals({ of }: { of: Interval[] }) {
  const say = useInLanguage();
  const { t } = useTranslation();
  if (of.length === 0) return null;
  return (
    <details>
      <summary className="row-note">{t('authenticity.intervals', { count: of.length })}</summary>
      <ul className="row-note">
        {of.slice(0, 20).map((interval) => (
          <li key={`${interval.from}/${interval.why.zh}`}>
            {formatTime(interval.from)} – {formatTime(interval.to)}: {say(interval.why)}
          </li>
        ))}
      </ul>
    </details>
  );
}

function Causes({ of }: { of: FraudTest['causes'] }) {
  const say = useInLanguage();
  const { t } = useTranslation();
  return (
    <details>
      <summary className="row-note">{t('authenticity.causes')}</summary>
      <ul className="row-note" data-testid="honest-causes">
        {of.map((cause) => (
          <li key={cause.zh}>{say(cause)}</li>
        ))}
      </ul>
    </details>
  );
}

/** The five tests one by one, and what further signals say. */
function Tests({ factor, signals }: { factor: FactorAuthenticity; signals: FraudSignal[] }) {
  const { t } = useTranslation();
  const say = useInLanguage();
  const speaking = [...factor.signals, ...signals].filter(({ suspicion }) => suspicion > 0);
  return (
    <div className="scroll-x">
      <table className="plain" data-testid="fraud-tests">
        <thead>
          <tr>
            <th>{t('authenticity.test')}</th>
            <th className="num">p</th>
            <th className="num">{t('authenticity.subscore')}</th>
            <th>{t('authenticity.says')}</th>
          </tr>
        </thead>
        <tbody>
          {factor.tests.map((test) => (
            <tr key={test.test} data-testid={`test-${test.test}`}>
              <td style={{ whiteSpace: 'nowrap' }}>{t(`authenticity.tests.${test.test}`)}</td>
              <td className="num">{pText(test.p)}</td>
              <td className={`num${test.score !== undefined && test.score < 0.5 ? ' exceeds' : ''}`}>
                {test.applicable ? (test.score?.toFixed(2) ?? '–') : t('authenticity.notApplicable')}
              </td>
              <td style={{ minWidth: 280 }}>
                {say(test.applicable ? test.sentence : (test.reason ?? test.sentence))}
                {test.applicable && (test.score ?? 1) < 1 && (
                  <>
                    <Intervals of={test.intervals} />
                    <Causes of={test.causes} />
                  </>
                )}
              </td>
            </tr>
          ))}
          {speaking.map((signal) => (
            <tr key={signal.feature} data-testid={`signal-${signal.feature}`}>
              <td>{say(signal.name)}</td>
              <td className="num">–</td>
              <td className="num">{(1 - signal.suspicion).toFixed(2)}</td>
              <td style={{ minWidth: 280 }}>
                {say(signal.sentence)}
                <Intervals of={signal.intervals} />
                <Causes of={signal.causes} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What took how many of the 100 points. */
function Contributions({ of }: { of: FraudContribution[] }) {
  const { t, i18n } = useTranslation();
  const say = useInLanguage();
  const speaking = of.filter(({ points }) => points >= 0.05).sort((a, b) => b.points - a.points);
  if (speaking.length === 0) return <p className="muted">{t('authenticity.noContribution')}</p>;
  const most = Math.max(...speaking.map(({ points }) => points));
  return (
    <ul className="people" data-testid="contributions">
      {speaking.map(({ feature, factor, name, points, sentence }) => (
        <li key={`${feature}/${factor ?? ''}`} style={{ display: 'block' }}>
          <div className="row-top" style={{ justifyContent: 'space-between' }}>
            <span>
              {say(name)}
              {factor && <span className="muted"> · {factorName(factor, i18n.language)}</span>}
            </span>
            <b className="num">−{points.toFixed(1)}</b>
          </div>
          <div aria-hidden style={{ background: '#eef2f0', height: 6, borderRadius: 3, margin: '4px 0' }}>
            <div style={{ width: `${(100 * points) / most}%`, background: '#b4571e', height: 6, borderRadius: 3 }} />
          </div>
          <div className="row-note">{say(sentence)}</div>
        </li>
      ))}
    </ul>
  );
}

function History({ of }: { of: OutletEvidence['history'] }) {
  const { t } = useTranslation();
  const newest = [...of].reverse().slice(0, 31);
  return (
    <div className="scroll-x" style={{ maxHeight: 300, overflowY: 'auto' }}>
      <table className="plain" data-testid="fraud-history">
        <tbody>
          {newest.map((day) => (
            <tr key={day.day}>
              <td>
                <Link to={`?day=${day.day}`} replace>
                  {day.day}
                </Link>
              </td>
              <td className="num">{scoreText(day.authenticity)}</td>
              <td>
                <AuthenticityChip level={day.level} />
              </td>
              <td className="row-note">{t('authenticity.byModel', { version: day.modelVersion })}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function SuspicionPanel({ of }: { of: NonNullable<OutletEvidence['suspicion']> }) {
  const { t } = useTranslation();
  return (
    <Panel title={t('authenticity.suspicion')} extra={<SuspicionChip state={of.state} />} testId="fraud-suspicion">
      <Facts narrow>
        <Fact label={t('authenticity.raisedAt')}>{formatTime(of.raisedAt)}</Fact>
        <Fact label={t('authenticity.verdictTitle')}>
          {of.verdict ? (
            <span data-testid="fraud-verdict" data-verdict={of.verdict}>
              {t(`authenticity.verdict.${of.verdict}`)}
            </span>
          ) : (
            t('authenticity.noVerdict')
          )}
        </Fact>
      </Facts>
      <ul className="people">
        {of.tasks.map((task) => (
          <li key={task.id} style={{ justifyContent: 'space-between' }}>
            <Link to={`/tasks/${task.id}`} data-testid="fraud-task">
              {t(`task.type.${task.type}`)}
            </Link>
            <TaskStateChip state={task.state as Parameters<typeof TaskStateChip>[0]['state']} />
          </li>
        ))}
        {of.cases.map((filed) => (
          <li key={filed.id}>
            <Link to={`/cases/${filed.id}`}>{t('authenticity.case', { number: filed.number })}</Link>
          </li>
        ))}
      </ul>
      {of.tasks.length === 0 && <p className="muted">{t('authenticity.noTask')}</p>}
    </Panel>
  );
}

function Scored({ evidence, score }: { evidence: OutletEvidence; score: Score }) {
  const { t, i18n } = useTranslation();
  const say = useInLanguage();
  const [search, set] = useFilters();
  const asked = search.get('factor') ?? score.worstFactor;
  const factor = score.factors.find((one) => one.factor === asked) ?? score.factors[0];
  const choose = (code: string) => set('factor', code);
  return (
    <div className="columns">
      <div>
        <section className="panel">
          <div className="factor-tabs" role="tablist" aria-label={t('reading.factor')}>
            {score.factors.map((one) => (
              <button
                key={one.factor}
                type="button"
                role="tab"
                aria-selected={one === factor}
                className="factor-tab"
                onClick={() => choose(one.factor)}
                data-testid={`factor-${one.factor}`}
              >
                <span>{factorName(one.factor, i18n.language)}</span>
                <b>{scoreText(one.authenticity)}</b>
                <small>{one.level ? t(`authenticity.level.${one.level}`) : t('authenticity.insufficient')}</small>
              </button>
            ))}
          </div>
          {factor ? (
            <MarkedCurve outletId={evidence.outletId} score={score} factor={factor} />
          ) : (
            <Blank title={t(score.detailKept ? 'authenticity.insufficient' : 'authenticity.notKept')}>
              {t(score.detailKept ? 'authenticity.insufficientText' : 'authenticity.notKeptText')}
            </Blank>
          )}
        </section>
        {factor && (
          <Panel title={t('authenticity.testByTest')} flush>
            {factor.status === 'INSUFFICIENT' ? (
              <div style={{ padding: 16 }}>
                <Say>{factor.reason ? say(factor.reason) : t('authenticity.insufficientText')}</Say>
              </div>
            ) : (
              <Tests factor={factor} signals={score.signals} />
            )}
          </Panel>
        )}
      </div>
      <div>
        <Panel title={t('authenticity.score')}>
          <Facts narrow>
            <Fact label={t('authenticity.score')}>
              <b className="num" data-testid="authenticity" style={{ fontSize: 24 }}>
                {scoreText(score.authenticity)}
              </b>{' '}
              <AuthenticityChip level={score.level} />
            </Fact>
            <Fact label={t('authenticity.fiveTests')}>{scoreText(score.fiveTestScore)}</Fact>
            <Fact label={t('authenticity.day')}>{score.day}</Fact>
            <Fact label={t('authenticity.versions')}>
              <span className="mono">
                {score.modelVersion} / {score.codeVersion}
              </span>
            </Fact>
          </Facts>
          <div style={{ marginTop: 14 }}>
            <Say>{t('authenticity.onlyAClue')}</Say>
          </div>
        </Panel>
        {evidence.suspicion && <SuspicionPanel of={evidence.suspicion} />}
        <Panel title={t('authenticity.contributions')}>
          <Contributions of={score.contributions} />
        </Panel>
        <Panel title={t('authenticity.history')} flush>
          <History of={evidence.history} />
        </Panel>
      </div>
    </div>
  );
}

function Head({ evidence }: { evidence: OutletEvidence }) {
  const { t } = useTranslation();
  const outlet = useOutlet(evidence.outletId);
  const name = outlet.data ? `${outlet.data.code} ${outlet.data.name}` : evidence.outletId;
  return (
    <PageHead
      crumbs={[
        ['/fraud', t('nav.fraud')],
        [`/enterprises/${evidence.enterpriseId}`, outlet.data?.enterprise.name ?? evidence.enterpriseId],
      ]}
      title={name}
      sub={t('authenticity.evidenceLead')}
      actions={<Link to={`/outlets/${evidence.outletId}`}>{t('authenticity.toOutlet')}</Link>}
    />
  );
}

/** All that speaks for and against one outlet's data on one day. */
export default function EvidencePage() {
  const { id = '' } = useParams();
  const [search] = useSearchParams();
  const { t } = useTranslation();
  const evidence = useEvidence(id, search.get('day') ?? undefined);
  return (
    <div className="page" data-testid="fraud-outlet">
      <Answer of={evidence}>
        {(data) => (
          <>
            <Head evidence={data} />
            {data.score ? (
              <Scored evidence={data} score={data.score} />
            ) : (
              <div className="panel">
                <Blank title={t('authenticity.none')}>{t('authenticity.noneText')}</Blank>
              </div>
            )}
          </>
        )}
      </Answer>
    </div>
  );
}

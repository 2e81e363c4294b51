import { Button, Input, Popconfirm } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router-dom';
import { usePersonNames } from '../../api/hooks';
import type { Case } from '../../api/types';
import { Answer, Fact, Facts, PageHead, Panel, Problem } from '../../design/parts';
import { useRemark } from '../../design/remark';
import { useNow } from '../../design/use-now';
import { useSelf } from '../../me';
import { ofAuthority } from '../../view/access';
import { caseActionsOf, caseStepsOf } from '../../view/case-steps';
import { formatTime } from '../../view/time';
import { useDivisionName } from '../enterprises/division-name';
import { Told } from '../notices/Told';
import { DecisionForm, NoticeForm, StatementForm, useBasisText } from './forms';
import { CaseClock, CaseStateChip } from './marks';
import { useCase, useCaseCommand } from './queries';

function Steps({ of }: { of: Case }) {
  const { t } = useTranslation();
  const { steps, done } = caseStepsOf(of);
  return (
    <ol className="steps" aria-label={t('case.progress')}>
      {steps.map((step, i) => (
        <li
          key={step}
          className={i < done ? 'done' : i === done ? 'now' : ''}
          aria-current={i === done ? 'step' : undefined}
        >
          {t(`case.step.${step}`)}
        </li>
      ))}
    </ol>
  );
}

function Penalty({ kinds, fine }: { kinds: readonly string[]; fine?: number }) {
  const { t, i18n } = useTranslation();
  return (
    <>
      {kinds.map((kind) => t(`penalty.${kind}`)).join('、')}
      {fine !== undefined && ` · ¥${fine.toLocaleString(i18n.language)}`}
    </>
  );
}

function Record({ of }: { of: Case }) {
  const { t } = useTranslation();
  const textOf = useBasisText();
  const { notice, statement, decision } = of;
  return (
    <Panel title={t('case.record')} testId="case-record">
      <div className="stack" style={{ gap: 16 }}>
        <div>
          <b style={{ fontWeight: 500 }}>{t('case.step.filed')}</b> {formatTime(of.filedAt)}
          <p className="quote">{of.summary}</p>
        </div>
        {notice && (
          <div data-testid="case-noticed">
            <b style={{ fontWeight: 500 }}>{t('case.step.noticed')}</b> {formatTime(notice.servedAt)}
            <p className="quote">{notice.factsFound}</p>
            <div className="row-note">
              <Penalty kinds={notice.kinds} fine={notice.fine} /> ·{' '}
              {t('case.statementUntil', { at: formatTime(notice.statementUntil) })}
            </div>
          </div>
        )}
        {statement && (
          <div data-testid="case-stated-record">
            <b style={{ fontWeight: 500 }}>{t(statement.waived ? 'case.waived' : 'case.statement')}</b>{' '}
            {formatTime(statement.at)}
            <p className="quote">{statement.text}</p>
          </div>
        )}
        {decision && (
          <div data-testid="case-decision">
            <b style={{ fontWeight: 500 }}>{decision.documentNo}</b> {formatTime(decision.at)}
            <p className="quote">{decision.factsFound}</p>
            <div className="row-note">
              <Penalty kinds={decision.kinds} fine={decision.fine} /> · {t(`severity.${decision.severity}`)}
            </div>
            <ul className="row-note">
              {decision.bases.map((basis) => (
                <li key={basis.id}>{textOf(basis)}</li>
              ))}
            </ul>
          </div>
        )}
        {of.withdrawn && (
          <div>
            <b style={{ fontWeight: 500 }}>{t('case.state.withdrawn')}</b> {formatTime(of.withdrawn.at)}
            <p className="quote">{of.withdrawn.reason}</p>
          </div>
        )}
      </div>
    </Panel>
  );
}

function Withdraw({ of }: { of: Case }) {
  const { t } = useTranslation();
  const command = useCaseCommand(of.id);
  const [reason, setReason] = useState('');
  return (
    <Popconfirm
      title={t('case.do.withdraw')}
      description={
        <div className="stack">
          <Input.TextArea
            value={reason}
            onChange={(event) => setReason(event.target.value)}
            rows={2}
            maxLength={2000}
            placeholder={t('case.reason')}
            aria-label={t('case.reason')}
          />
          <Problem error={command.error} />
        </div>
      }
      okText={t('case.do.withdraw')}
      okButtonProps={{ disabled: reason.trim() === '', danger: true }}
      onConfirm={() => command.mutateAsync({ command: 'withdraw', body: { reason: reason.trim() } })}
    >
      <Button danger data-testid="case-withdraw">
        {t('case.do.withdraw')}
      </Button>
    </Popconfirm>
  );
}

function Plain({ of, command }: { of: Case; command: 'publication' | 'close' }) {
  const { t } = useTranslation();
  const send = useCaseCommand(of.id);
  return (
    <div className="stack">
      <Problem error={send.error} />
      <Button
        loading={send.isPending}
        onClick={() => send.mutate({ command, ...(command === 'publication' && { body: {} }) })}
        data-testid={`case-${command}`}
      >
        {t(`case.do.${command}`)}
      </Button>
    </div>
  );
}

function History({ of }: { of: Case }) {
  const { t } = useTranslation();
  const remark = useRemark();
  const nameOf = usePersonNames(of.history.map(({ by }) => by));
  return (
    <Panel title={t('case.history')}>
      <ol className="timeline short" data-testid="case-history">
        {[...of.history].reverse().map((event) => (
          <li key={`${event.at} ${event.verb}`}>
            <time dateTime={event.at}>{formatTime(event.at, 'short')}</time>
            <span className="dot" aria-hidden>
              <i />
            </span>
            <div className="what">
              <h3>{t(`case.verb.${event.verb}`, { defaultValue: event.verb })}</h3>
              {(event.by || event.remark) && (
                <p>
                  {[
                    event.by && nameOf(event.by),
                    event.remark && t(`case.remark.${event.remark}`, { defaultValue: remark(event.remark) }),
                  ]
                    .filter(Boolean)
                    .join(' · ')}
                </p>
              )}
            </div>
          </li>
        ))}
      </ol>
    </Panel>
  );
}

function Detail({ of }: { of: Case }) {
  const { t } = useTranslation();
  const me = useSelf();
  const now = useNow();
  const actions = caseActionsOf(of, me, now);
  const may = (action: (typeof actions)[number]) => actions.includes(action);
  const nameOf = usePersonNames(of.investigators);
  const divisionName = useDivisionName();
  const [again, setAgain] = useState(false);
  return (
    <>
      <PageHead
        crumbs={[['/cases', t('nav.cases')]]}
        title={`${of.number} ${of.partyName}`}
        sub={
          <span className="cluster">
            <CaseStateChip state={of.state} />
            <span className="chip">{t(`caseAct.${of.act}`)}</span>
            <CaseClock of={of} />
          </span>
        }
        actions={may('withdraw') ? <Withdraw of={of} /> : undefined}
      />
      <div className="panel" style={{ marginBottom: 12 }}>
        <Steps of={of} />
      </div>
      <div className="task-page">
        <div>
          {may('statement') && (
            <Panel title={t('case.step.heard')}>
              <StatementForm of={of} />
            </Panel>
          )}
          {may('decision') && (
            <Panel title={t('case.step.decided')}>
              <DecisionForm key={of.notice?.servedAt} of={of} />
            </Panel>
          )}
          {may('notice') && (of.state === 'filed' || again) && (
            <Panel title={t('case.step.noticed')}>
              <NoticeForm key={of.notice?.servedAt} of={of} />
            </Panel>
          )}
          {may('publication') && (
            <Panel title={t('case.step.published')}>
              <Plain of={of} command="publication" />
            </Panel>
          )}
          {may('close') && (
            <Panel title={t('case.step.closed')}>
              <Plain of={of} command="close" />
            </Panel>
          )}
          <Record of={of} />
          {may('notice') && of.state === 'noticed' && !again && (
            <Button onClick={() => setAgain(true)}>{t('case.noticeAgain')}</Button>
          )}
        </div>
        <div>
          <Panel title={t('case.facts')}>
            <Facts narrow>
              <Fact label={t('case.party')}>
                {of.partyKind === 'enterprise' ? (
                  <Link to={`/enterprises/${of.partyId}`}>{of.partyName}</Link>
                ) : (
                  of.partyName
                )}
              </Fact>
              <Fact label={t('case.actAt')}>{formatTime(of.actAt, 'day')}</Fact>
              <Fact label={t('case.handlingUnit')}>{divisionName(of.handlingUnit)}</Fact>
              <Fact label={t('case.authority')}>{of.decisionAuthority && divisionName(of.decisionAuthority)}</Fact>
              <Fact label={t('case.due.decide')}>{formatTime(of.decideBy, 'day')}</Fact>
              <Fact label={t('case.due.publish')}>
                {of.publishedAt ? formatTime(of.publishedAt, 'day') : formatTime(of.publishBy, 'day')}
              </Fact>
              {of.investigators.length > 0 && (
                <Fact label={t('case.investigators')}>{of.investigators.map(nameOf).join('、')}</Fact>
              )}
            </Facts>
            {of.taskId && (
              <p style={{ marginTop: 10 }}>
                <Link to={`/tasks/${of.taskId}`}>{t('case.seeTask')}</Link>
              </p>
            )}
          </Panel>
          {ofAuthority(me) && <Told subjects={[{ kind: 'case', id: of.id }]} names={{}} />}
          <History of={of} />
        </div>
      </div>
    </>
  );
}

export default function CasePage() {
  const { id = '' } = useParams();
  const one = useCase(id);
  return (
    <div className="page" data-testid="case" data-state={one.data?.state}>
      <Answer of={one}>{(data) => <Detail of={data} />}</Answer>
    </div>
  );
}

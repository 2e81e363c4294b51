import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router-dom';
import { Answer, Fact, Facts, PageHead, Panel, Problem, Say } from '../../design/parts';
import { useSelf } from '../../me';
import { ofAuthority, supervises } from '../../view/access';
import { formatTime } from '../../view/time';
import { Lines } from './Explained';
import { RatingStateChip } from './marks';
import { type CreditRating, useCredit, useRating } from './queries';
import { Words } from './Words';

function Commands({ rating }: { rating: CreditRating }) {
  const { t } = useTranslation();
  const me = useSelf();
  const command = useCredit();
  const path = `/ratings/${rating.id}`;
  const over = rating.dueAt === undefined || Date.parse(rating.dueAt) <= Date.now();
  const reason: [string, string][] = [['reason', t('credit.words.reason')]];
  if (!ofAuthority(me)) {
    if (rating.state !== 'notice' || over) return null;
    return (
      <Words
        label={t('credit.do.object')}
        path={`${path}/object`}
        fields={[['text', t('credit.words.objection')]]}
        primary
        testId="object"
      />
    );
  }
  if (!supervises(me)) return null;
  const go = (verb: 'publish' | 'final') => (
    <Button loading={command.isPending} onClick={() => command.mutate({ path: `${path}/${verb}` })} data-testid={verb}>
      {t(`credit.do.${verb}`)}
    </Button>
  );
  return (
    <div className="stack">
      <div className="cluster">
        {rating.state === 'objection' && (
          <>
            <Words
              label={t('credit.do.upholdObjection')}
              path={`${path}/answer`}
              also={{ decision: 'upheld' }}
              fields={reason}
              testId="answer-upheld"
            />
            <Words
              label={t('credit.do.rejectObjection')}
              path={`${path}/answer`}
              also={{ decision: 'rejected' }}
              fields={reason}
              testId="answer-rejected"
            />
          </>
        )}
        {rating.state === 'notice' && over && go('publish')}
        {rating.state === 'publicity' && over && !rating.frozen && go('final')}
        {rating.state !== 'final' && rating.state !== 'withdrawn' && (
          <Words label={t('credit.do.withdraw')} path={`${path}/withdraw`} fields={reason} danger testId="withdraw" />
        )}
      </div>
      <Problem error={command.error} />
    </div>
  );
}

export default function RatingPage() {
  const { t } = useTranslation();
  const me = useSelf();
  const { id = '' } = useParams();
  return (
    <div className="page" data-testid="rating">
      <Answer of={useRating(id)}>
        {(rating) => (
          <>
            <PageHead
              title={`${rating.partyName || rating.partyId} ${rating.period}`}
              sub={t(`credit.scheme.${rating.scheme}`, { defaultValue: rating.scheme })}
              crumbs={
                ofAuthority(me) ? [['/credit?view=ratings', t('credit.ratings')]] : [['/credit', t('nav.credit')]]
              }
              actions={<Commands rating={rating} />}
            />
            <Panel>
              <Facts>
                <Fact label={t('credit.status')}>
                  <RatingStateChip rating={rating} />
                </Fact>
                <Fact label={t('credit.due')}>{formatTime(rating.dueAt, 'day')}</Fact>
                <Fact label={t('credit.finalAt')}>{formatTime(rating.finalAt, 'day')}</Fact>
                <Fact label={t('credit.version')}>{rating.schemeVersion}</Fact>
              </Facts>
              {rating.objection && (
                <Say tone={rating.objection.state === 'open' ? 'warn' : 'info'}>
                  {t('credit.objection')}（{t(`credit.plea.${rating.objection.state}`)}）：{rating.objection.text}
                  {rating.objection.reason && ` → ${rating.objection.reason}`}
                </Say>
              )}
            </Panel>
            <Panel title={t('credit.explained')}>
              <Lines of={rating} />
            </Panel>
            {ofAuthority(me) && (
              <Panel title={t('credit.history')}>
                <ul className="rows">
                  {rating.history.map((item) => (
                    <li key={`${item.at}${item.verb}`} className="row" style={{ cursor: 'default' }}>
                      {[
                        formatTime(item.at),
                        t(`credit.verb.${item.verb}`, { defaultValue: item.verb }),
                        item.by,
                        item.remark,
                      ]
                        .filter(Boolean)
                        .join(' · ')}
                    </li>
                  ))}
                </ul>
              </Panel>
            )}
          </>
        )}
      </Answer>
    </div>
  );
}

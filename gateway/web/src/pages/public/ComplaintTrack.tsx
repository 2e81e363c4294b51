import { Button, Input, Rate, Segmented } from 'antd';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'react-router-dom';
import { ApiError } from '../../api/client';
import type { PublicComplaint } from '../../api/types';
import { Fact, Facts, Labelled, Panel, Problem, Say } from '../../design/parts';
import { formatTime } from '../../view/time';
import { ComplaintStateChip } from '../complaints/marks';
import { askReview, type BySecret, rate, track } from './public-api';

/** How a complaint stands, for who holds its number and secret code. */
export function ComplaintTrack() {
  const { t } = useTranslation();
  const handed = useLocation().state as Partial<BySecret> | null;
  const [number, setNumber] = useState(handed?.number ?? '');
  const [secret, setSecret] = useState(handed?.secret ?? '');
  const [found, setFound] = useState<PublicComplaint>();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const key = { number: number.trim(), secret: secret.trim() };

  const look = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      setFound(await track(key));
    } catch (failed) {
      setError(failed instanceof Error ? failed : new Error(String(failed)));
    }
    setBusy(false);
  };
  if (found) {
    return (
      <>
        <Standing complaint={found} bySecret={key} onChange={setFound} />
        <div className="more">
          <Button type="link" onClick={() => setFound(undefined)}>
            {t('public.trackPage.other')}
          </Button>
        </div>
      </>
    );
  }
  const unknown = error instanceof ApiError && error.status === 404;
  return (
    <form onSubmit={look} data-testid="track-form">
      <h1>{t('public.track')}</h1>
      <p className="public-lead">{t('public.trackPage.lead')}</p>
      <Panel>
        <Labelled label={t('public.done.number')}>
          {(id) => (
            <Input
              id={id}
              size="large"
              className="mono"
              autoComplete="off"
              value={number}
              onChange={({ target }) => setNumber(target.value)}
              placeholder="TS20260301-01234567"
              data-testid="track-number"
            />
          )}
        </Labelled>
        <Labelled label={t('public.done.secret')}>
          {(id) => (
            <Input
              id={id}
              size="large"
              className="mono"
              autoComplete="off"
              value={secret}
              onChange={({ target }) => setSecret(target.value)}
              data-testid="track-secret"
            />
          )}
        </Labelled>
        {unknown ? (
          <Say tone="bad" testId="track-unknown">
            {t('public.trackPage.none')}
          </Say>
        ) : (
          <Problem error={error} />
        )}
        <Button
          type="primary"
          size="large"
          block
          htmlType="submit"
          disabled={!key.number || !key.secret}
          loading={busy}
          data-testid="track-look"
        >
          {t('public.trackPage.look')}
        </Button>
      </Panel>
    </form>
  );
}

function Standing(props: {
  complaint: PublicComplaint;
  bySecret: BySecret;
  onChange: (complaint: PublicComplaint) => void;
}) {
  const { complaint, bySecret, onChange } = props;
  const { t } = useTranslation();
  const { answer, refusal, review, feedback } = complaint;
  return (
    <div data-testid="track-result" data-state={complaint.state}>
      <div className="cluster" style={{ marginBottom: 12 }}>
        <h1 className="mono" style={{ fontSize: 18 }}>
          {complaint.number}
        </h1>
        <ComplaintStateChip state={complaint.state} />
      </div>
      {answer && (
        <Panel title={t('public.trackPage.answer')} extra={formatTime(answer.at)} testId="track-answer">
          <div className="quote">{answer.text}</div>
        </Panel>
      )}
      {refusal && (
        <Panel title={t('public.trackPage.refused')} extra={formatTime(refusal.at)} testId="track-refusal">
          <p>
            <b>{t(`complaint.reason.${refusal.reason}`)}</b>
          </p>
          <div className="quote">{refusal.text}</div>
          {refusal.sameAs && <p>{t('public.trackPage.sameAs', { number: refusal.sameAs })}</p>}
          <p>
            {t('public.trackPage.turnTo')}：{refusal.turnTo}
          </p>
        </Panel>
      )}
      {review && (
        <Say testId="track-review">
          {review.answeredAt
            ? t('public.trackPage.reviewDone')
            : t('public.trackPage.reviewOpen', { at: formatTime(review.answerBy, 'day') })}
        </Say>
      )}
      {complaint.mayRate && <Rating bySecret={bySecret} onChange={onChange} />}
      {feedback && (
        <Say testId="track-rated">
          {t('public.trackPage.rated', {
            stars: feedback.satisfaction,
            solved: t(feedback.solved ? 'public.trackPage.yes' : 'public.trackPage.no'),
          })}
        </Say>
      )}
      <Panel title={t('public.trackPage.progress')}>
        <Facts narrow>
          <Fact label={t('complaint.category_')}>{t(`complaint.category.${complaint.category}`)}</Fact>
          <Fact label={t('public.trackPage.division')}>{complaint.divisionName ?? complaint.division}</Fact>
          {complaint.state === 'received' && (
            <Fact label={t('public.trackPage.acceptBy')}>{formatTime(complaint.acceptBy, 'day')}</Fact>
          )}
          {complaint.answerBy && !answer && (
            <Fact label={t('public.trackPage.answerBy')}>
              {formatTime(complaint.answerBy, 'day')} {complaint.extended && t('public.trackPage.extended')}
            </Fact>
          )}
        </Facts>
        <ol className="progress-list" data-testid="track-progress">
          {complaint.progress.map(({ at, verb }) => (
            <li key={`${at}${verb}`}>
              <time dateTime={at}>{formatTime(at)}</time>
              <span>{t(`complaint.verb.${verb}`)}</span>
            </li>
          ))}
        </ol>
        <div className="quote muted">{complaint.text}</div>
      </Panel>
      {complaint.mayAskReviewUntil && (
        <Review until={complaint.mayAskReviewUntil} bySecret={bySecret} onChange={onChange} />
      )}
    </div>
  );
}

function Rating({ bySecret, onChange }: { bySecret: BySecret; onChange: (complaint: PublicComplaint) => void }) {
  const { t } = useTranslation();
  const [stars, setStars] = useState(0);
  const [solved, setSolved] = useState<'yes' | 'no'>('yes');
  const [comment, setComment] = useState('');
  const [error, setError] = useState<Error | null>(null);
  const send = () =>
    rate({
      ...bySecret,
      satisfaction: stars,
      solved: solved === 'yes',
      ...(comment.trim() && { comment: comment.trim() }),
    })
      .then(onChange)
      .catch(setError);
  return (
    <Panel title={t('public.trackPage.rate')} testId="track-rate">
      <div className="stars">
        <Rate value={stars} onChange={setStars} />
      </div>
      <div className="cluster">
        <span>{t('public.trackPage.solved')}</span>
        <Segmented
          value={solved}
          onChange={(value) => setSolved(value as 'yes' | 'no')}
          options={[
            { value: 'yes', label: t('public.trackPage.yes') },
            { value: 'no', label: t('public.trackPage.no') },
          ]}
          data-testid="track-solved"
        />
      </div>
      <Input.TextArea
        value={comment}
        onChange={({ target }) => setComment(target.value)}
        maxLength={500}
        autoSize={{ minRows: 2 }}
        placeholder={t('public.trackPage.comment')}
        aria-label={t('public.trackPage.comment')}
      />
      <Problem error={error} />
      <Button
        type="primary"
        size="large"
        disabled={stars === 0}
        onClick={() => void send()}
        data-testid="track-send-rating"
      >
        {t('public.trackPage.sendRating')}
      </Button>
    </Panel>
  );
}

function Review(props: { until: string; bySecret: BySecret; onChange: (complaint: PublicComplaint) => void }) {
  const { t } = useTranslation();
  const [reason, setReason] = useState('');
  const [error, setError] = useState<Error | null>(null);
  const send = () =>
    askReview({ ...props.bySecret, reason: reason.trim() })
      .then(props.onChange)
      .catch(setError);
  return (
    <Panel testId="track-ask-review">
      <details>
        <summary>{t('public.trackPage.review', { at: formatTime(props.until, 'day') })}</summary>
        <div className="stack" style={{ marginTop: 12 }}>
          <Labelled label={t('public.trackPage.reviewReason')}>
            {(id) => (
              <Input.TextArea
                id={id}
                value={reason}
                onChange={({ target }) => setReason(target.value)}
                maxLength={1000}
                autoSize={{ minRows: 3 }}
                data-testid="track-review-reason"
              />
            )}
          </Labelled>
          <Problem error={error} />
          <Button disabled={reason.trim() === ''} onClick={() => void send()} data-testid="track-send-review">
            {t('public.trackPage.askReview')}
          </Button>
        </div>
      </details>
    </Panel>
  );
}

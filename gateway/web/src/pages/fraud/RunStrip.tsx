import { Button } from 'antd';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Problem } from '../../design/parts';
import { useSelf } from '../../me';
import { supervises } from '../../view/access';
import { formatTime } from '../../view/time';
import { useRuns, useScoreNow } from './queries';

const FOLLOW_MS = 2_000;

/** When the last day was scored, how far a run is, and the button to score again. */
export function RunStrip() {
  const { t } = useTranslation();
  const me = useSelf();
  const runs = useRuns();
  const scoreNow = useScoreNow();
  const newest = runs.data?.[0];
  const busy = newest !== undefined && newest.state !== 'done';
  const { refetch } = runs;
  useEffect(() => {
    if (!busy) return;
    const timer = setInterval(() => void refetch(), FOLLOW_MS);
    return () => clearInterval(timer);
  }, [busy, refetch]);
  return (
    <>
      <div className="cluster" data-testid="scoring-run" data-state={newest?.state ?? 'none'}>
        {newest && (
          <span className="muted">
            {busy
              ? t('authenticity.running', {
                  day: newest.day,
                  done: newest.scored + newest.insufficient,
                  all: newest.outlets ?? '…',
                })
              : t('authenticity.ran', {
                  day: newest.day,
                  at: newest.finishedAt ? formatTime(newest.finishedAt) : '–',
                  scored: newest.scored,
                  insufficient: newest.insufficient,
                  raised: newest.raised,
                })}
          </span>
        )}
        {supervises(me) && (
          <Button
            onClick={() => scoreNow.mutate()}
            loading={scoreNow.isPending || busy}
            disabled={busy}
            data-testid="score-now"
          >
            {t('authenticity.scoreNow')}
          </Button>
        )}
      </div>
      <Problem error={scoreNow.error} />
    </>
  );
}

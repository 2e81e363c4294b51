import { AimOutlined, EnvironmentOutlined } from '@ant-design/icons';
import { Button, Input, InputNumber, Select } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useTaskCommand } from '../../api/hooks';
import type { Task } from '../../api/types';
import { Labelled, Problem, Say } from '../../design/parts';
import {
  CHECK_IN_ACCURACY,
  CHECK_IN_METRES,
  distance,
  formatDistance,
  formatPosition,
  type Position,
} from '../../view/place';
import type { usePosition } from './use-position';

/** A position that no device measured says nothing of how exact it is: far beyond what counts as being there. */
const ACCURACY_BY_HAND = 100_000;
type Datum = 'WGS84' | 'CGCS2000' | 'GCJ02';

/** The check-in: located by the device, or by hand with the reason why not; outside the place a reason is needed (domain.md 5.4). */
export function CheckIn(props: {
  task: Task;
  position: ReturnType<typeof usePosition>;
  picked?: Position;
  onByHand: (on: boolean) => void;
}) {
  const { t } = useTranslation();
  const { task, picked, onByHand } = props;
  const { fix, failure, asking, ask } = props.position;
  const command = useTaskCommand(task.id);
  const [reason, setReason] = useState('');
  const [byHand, setByHand] = useState(false);
  const [lon, setLon] = useState<number | null>(null);
  const [lat, setLat] = useState<number | null>(null);
  const [datum, setDatum] = useState<Datum>('CGCS2000');
  useEffect(() => {
    if (!picked) return;
    setLon(Number(picked.lon.toFixed(6)));
    setLat(Number(picked.lat.toFixed(6)));
    setDatum('CGCS2000');
  }, [picked]);
  useEffect(() => onByHand(byHand), [byHand, onByHand]);

  const metres = fix && distance(fix, task.place);
  const inside =
    metres !== undefined && fix !== undefined && metres <= CHECK_IN_METRES && fix.accuracy <= CHECK_IN_ACCURACY;
  const needsReason = byHand || (fix !== undefined && !inside);
  const ready = (byHand ? lon !== null && lat !== null : fix !== undefined) && (!needsReason || reason.trim() !== '');
  const send = () => {
    const where = byHand
      ? { lon, lat, accuracy: ACCURACY_BY_HAND, datum }
      : { lon: fix?.lon, lat: fix?.lat, accuracy: fix?.accuracy, datum: 'WGS84' };
    const why = byHand
      ? `${t('checkIn.byHandRecord', { why: t(`checkIn.why.${failure ?? 'unavailable'}`) })}${reason.trim()}`
      : reason.trim();
    command.mutate({ command: 'check-in', body: { ...where, ...(needsReason ? { reason: why } : {}) } });
  };

  return (
    <div className="stack" data-testid="check-in">
      {!byHand && (
        <Button size="large" icon={<AimOutlined />} loading={asking} onClick={ask} data-testid="locate">
          {t(fix ? 'checkIn.locateAgain' : 'checkIn.locate')}
        </Button>
      )}
      {failure && !byHand && (
        <Say tone="warn" testId="no-position">
          <b style={{ fontWeight: 500 }}>{t(`checkIn.why.${failure}`)}</b>
          <div>{t(`checkIn.help.${failure}`)}</div>
          <Button style={{ marginTop: 8 }} onClick={() => setByHand(true)} data-testid="check-in-by-hand">
            {t('checkIn.byHand')}
          </Button>
        </Say>
      )}
      {byHand && (
        <>
          <Say>{t('checkIn.byHandText')}</Say>
          <div className="cluster">
            <InputNumber
              value={lon}
              onChange={setLon}
              min={73}
              max={136}
              step={0.0001}
              controls={false}
              placeholder={t('checkIn.lon')}
              aria-label={t('checkIn.lon')}
              style={{ flex: 1 }}
              data-testid="check-in-lon"
            />
            <InputNumber
              value={lat}
              onChange={setLat}
              min={3}
              max={54}
              step={0.0001}
              controls={false}
              placeholder={t('checkIn.lat')}
              aria-label={t('checkIn.lat')}
              style={{ flex: 1 }}
              data-testid="check-in-lat"
            />
          </div>
          <Select<Datum>
            value={datum}
            onChange={setDatum}
            aria-label={t('checkIn.datum')}
            options={(['CGCS2000', 'WGS84', 'GCJ02'] as const).map((value) => ({ value, label: t(`datum.${value}`) }))}
          />
          <Button type="link" onClick={() => setByHand(false)}>
            {t('checkIn.backToLocate')}
          </Button>
        </>
      )}
      {fix && !byHand && metres !== undefined && (
        <Say tone={inside ? 'info' : 'warn'} testId="position">
          <b style={{ fontWeight: 500 }}>{t(inside ? 'checkIn.inside' : 'checkIn.outside')}</b>
          <div>
            {t('checkIn.distance', { distance: formatDistance(metres), accuracy: Math.round(fix.accuracy) })}
            <span className="muted mono" style={{ display: 'block' }}>
              {formatPosition(fix)}
            </span>
          </div>
          {!inside && <div>{t('checkIn.rule', { metres: CHECK_IN_METRES, accuracy: CHECK_IN_ACCURACY })}</div>}
        </Say>
      )}
      {needsReason && (
        <Labelled label={t('checkIn.reason')}>
          {(id) => (
            <Input.TextArea
              id={id}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
              rows={3}
              maxLength={900}
              placeholder={t('checkIn.reasonHint')}
              data-testid="check-in-reason"
            />
          )}
        </Labelled>
      )}
      <Problem error={command.error} />
      <Button
        type="primary"
        size="large"
        icon={<EnvironmentOutlined />}
        disabled={!ready}
        loading={command.isPending}
        onClick={send}
        data-testid="check-in-send"
      >
        {t('action.check-in')}
      </Button>
    </div>
  );
}

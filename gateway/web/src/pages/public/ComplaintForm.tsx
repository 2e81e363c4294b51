import {
  AimOutlined,
  BuildOutlined,
  CloudOutlined,
  DeleteOutlined,
  EllipsisOutlined,
  ExperimentOutlined,
  FireOutlined,
  RadarChartOutlined,
  SoundOutlined,
} from '@ant-design/icons';
import { App, Button, Input, InputNumber, Select } from 'antd';
import { lazy, type ReactNode, Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router-dom';
import type { ComplaintCategory } from '../../api/types';
import { Labelled, Loading, Panel, Problem, Say } from '../../design/parts';
import { formatPosition, type Position } from '../../view/place';
import { formatTime, fromInput, isoTime, toInput } from '../../view/time';
import { usePosition } from '../tasks/use-position';
import { Contact, type ContactGiven, isMobile } from './Contact';
import { PhotoPicker, type PickedPhoto } from './PhotoPicker';
import {
  CATEGORIES,
  type NewComplaint,
  newClientId,
  type Receipt,
  sendComplaint,
  useCountyOptions,
} from './public-api';

const PickMap = lazy(() => import('./PickMap'));

type Datum = NewComplaint['datum'];
const ICON: Record<ComplaintCategory, ReactNode> = {
  air: <CloudOutlined />,
  odour: <FireOutlined />,
  water: <ExperimentOutlined />,
  noise: <SoundOutlined />,
  'solid-waste': <DeleteOutlined />,
  radiation: <RadarChartOutlined />,
  ecology: <EcologyIcon />,
  project: <BuildOutlined />,
  other: <EllipsisOutlined />,
};
/** A leaf: the icons of the design system have none. */
function EcologyIcon() {
  return (
    <span className="anticon" aria-hidden>
      <svg width="1em" height="1em" viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="2">
        <title>leaf</title>
        <path d="M5 19C4 9 10 4 20 4c0 10-5 16-13 14M5 21c2-6 5-9 9-11" strokeLinecap="round" />
      </svg>
    </span>
  );
}

/** The form of a complaint (domain.md 6): photos, place, category, words, and whether one wants to be known. */
export function ComplaintForm() {
  const [receipt, setReceipt] = useState<Receipt>();
  const [round, setRound] = useState(0);
  if (receipt) {
    return (
      <Done
        receipt={receipt}
        another={() => {
          setReceipt(undefined);
          setRound(round + 1);
        }}
      />
    );
  }
  return <Form key={round} onDone={setReceipt} />;
}

function Form({ onDone }: { onDone: (receipt: Receipt) => void }) {
  const { t } = useTranslation();
  const counties = useCountyOptions();
  const [clientId] = useState(newClientId);
  const [photos, setPhotos] = useState<PickedPhoto[]>([]);
  const [at, setAt] = useState<Position & { datum: Datum }>();
  const [place, setPlace] = useState('');
  const [division, setDivision] = useState<string>();
  const [category, setCategory] = useState<ComplaintCategory>();
  const [text, setText] = useState('');
  const [targetName, setTargetName] = useState('');
  const [happenedAt, setHappenedAt] = useState('');
  const [wish, setWish] = useState('');
  const [emergency, setEmergency] = useState(false);
  const [contact, setContact] = useState<ContactGiven>({ named: false, phone: '', code: '', name: '', address: '' });
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const { fix, failure, asking, ask } = usePosition();
  useEffect(() => {
    if (fix) setAt({ lon: fix.lon, lat: fix.lat, datum: 'WGS84' });
  }, [fix]);

  const missing = [
    ...(photos.some(({ id }) => !id) ? ['photos'] : []),
    ...(at ? [] : ['where']),
    ...(category ? [] : ['category']),
    ...(text.trim() ? [] : ['text']),
    ...(contact.named && !(isMobile(contact.phone) && contact.code.length === 6) ? ['phone'] : []),
  ];
  const send = async () => {
    if (!at || !category) return;
    setBusy(true);
    setError(null);
    const when = happenedAt ? fromInput(happenedAt) : undefined;
    const filled = (words: string) => words.trim() || undefined;
    const { phone, code, name, address } = contact;
    try {
      const receipt = await sendComplaint({
        clientId,
        category,
        lon: at.lon,
        lat: at.lat,
        datum: at.datum,
        place: place.trim(),
        division,
        text: text.trim(),
        targetName: filled(targetName),
        happenedAt: when === undefined ? undefined : isoTime(when),
        wish: filled(wish),
        emergency: emergency || undefined,
        photos: photos.flatMap(({ id }) => id ?? []),
        reporter: contact.named ? { phone, code, name: filled(name), address: filled(address) } : undefined,
      });
      for (const { preview } of photos) URL.revokeObjectURL(preview);
      window.scrollTo(0, 0);
      onDone(receipt);
    } catch (failed) {
      setError(failed instanceof Error ? failed : new Error(String(failed)));
      setBusy(false);
    }
  };

  return (
    <div data-testid="complaint-form">
      <h1>{t('public.title')}</h1>
      <p className="public-lead">{t('public.form.lead')}</p>
      <Panel title={`1 · ${t('public.form.photos')}`}>
        <PhotoPicker clientId={clientId} photos={photos} change={setPhotos} />
      </Panel>

      <Panel title={`2 · ${t('public.form.where')}`}>
        <Button size="large" icon={<AimOutlined />} loading={asking} onClick={ask} data-testid="public-locate">
          {t('public.form.locate')}
        </Button>
        {failure && <Say tone="warn">{t(`checkIn.why.${failure}`)}</Say>}
        <p className="muted" style={{ fontSize: 13 }} data-testid="public-picked" data-set={at ? 'yes' : 'no'}>
          {at ? t('public.form.picked', { position: formatPosition(at) }) : t('public.form.tapMap')}
        </p>
        <Suspense fallback={<Loading rows={4} />}>
          <PickMap at={at} onPick={(point) => setAt({ ...point, datum: 'CGCS2000' })} />
        </Suspense>
        <details>
          <summary className="muted">{t('public.form.byHand')}</summary>
          <div className="cluster" style={{ marginTop: 8 }}>
            {(['lon', 'lat'] as const).map((axis) => (
              <InputNumber<number>
                key={axis}
                value={at?.[axis] ?? null}
                min={axis === 'lon' ? 73 : 3}
                max={axis === 'lon' ? 136 : 54}
                step={0.0001}
                controls={false}
                placeholder={t(`checkIn.${axis}`)}
                aria-label={t(`checkIn.${axis}`)}
                style={{ flex: 1, minWidth: 110 }}
                onChange={(value) =>
                  value !== null && setAt({ lon: 120, lat: 30, datum: 'CGCS2000', ...at, [axis]: value })
                }
                data-testid={`public-${axis}`}
              />
            ))}
            <Select<Datum>
              value={at?.datum ?? 'CGCS2000'}
              aria-label={t('checkIn.datum')}
              style={{ minWidth: 150 }}
              onChange={(datum) => at && setAt({ ...at, datum })}
              options={(['CGCS2000', 'WGS84', 'GCJ02'] as const).map((value) => ({
                value,
                label: t(`datum.${value}`),
              }))}
            />
          </div>
        </details>
        <Labelled label={t('public.form.place')}>
          {(id) => (
            <Input
              id={id}
              size="large"
              maxLength={200}
              value={place}
              onChange={({ target }) => setPlace(target.value)}
              placeholder={t('public.form.placeHint')}
              data-testid="public-place"
            />
          )}
        </Labelled>
        <Labelled label={t('public.form.division')}>
          {(id) => (
            <Select
              id={id}
              size="large"
              allowClear
              showSearch={{ optionFilterProp: 'label' }}
              style={{ width: '100%' }}
              value={division}
              onChange={setDivision}
              options={counties}
              data-testid="public-division"
            />
          )}
        </Labelled>
      </Panel>

      <Panel title={`3 · ${t('public.form.category')}`}>
        <fieldset className="category-grid">
          <legend className="sr-only">{t('public.form.category')}</legend>
          {CATEGORIES.map((value) => (
            <label key={value} className="category" data-testid={`category-${value}`}>
              <input
                type="radio"
                name="category"
                className="sr-only"
                checked={category === value}
                onChange={() => setCategory(value)}
              />
              {ICON[value]}
              {t(`complaint.category.${value}`)}
            </label>
          ))}
        </fieldset>
      </Panel>

      <Panel title={`4 · ${t('public.form.what')}`}>
        <Labelled label={t('public.form.text')}>
          {(id) => (
            <Input.TextArea
              id={id}
              value={text}
              onChange={({ target }) => setText(target.value)}
              autoSize={{ minRows: 4, maxRows: 10 }}
              maxLength={2000}
              showCount
              placeholder={t('public.form.textHint')}
              data-testid="public-text"
            />
          )}
        </Labelled>
        <Labelled label={t('public.form.target')}>
          {(id) => (
            <Input
              id={id}
              size="large"
              maxLength={200}
              value={targetName}
              onChange={({ target }) => setTargetName(target.value)}
              data-testid="public-target"
            />
          )}
        </Labelled>
        <Labelled label={t('public.form.happenedAt')}>
          {(id) => (
            <Input
              id={id}
              size="large"
              type="datetime-local"
              max={toInput(Date.now())}
              value={happenedAt}
              onChange={({ target }) => setHappenedAt(target.value)}
            />
          )}
        </Labelled>
        <Labelled label={t('public.form.wish')}>
          {(id) => (
            <Input id={id} size="large" maxLength={500} value={wish} onChange={({ target }) => setWish(target.value)} />
          )}
        </Labelled>
        <label className="choice">
          <input
            type="checkbox"
            checked={emergency}
            onChange={({ target }) => setEmergency(target.checked)}
            data-testid="public-emergency"
          />
          {t('public.form.emergency')}
        </label>
        {emergency && <Say tone="warn">{t('public.form.emergencyHint')}</Say>}
      </Panel>

      <Panel title={`5 · ${t('public.form.contact')}`}>
        <Contact given={contact} change={(part) => setContact((all) => ({ ...all, ...part }))} />
      </Panel>

      <div className="send-bar">
        <Problem error={error} />
        {missing.length > 0 && (
          <span className="muted" style={{ fontSize: 12.5 }} data-testid="public-missing">
            {t('public.form.missing', { what: missing.map((what) => t(`public.form.missing_${what}`)).join('、') })}
          </span>
        )}
        {error && missing.length === 0 && <span className="muted">{t('public.form.again')}</span>}
        <Button
          type="primary"
          size="large"
          block
          disabled={missing.length > 0}
          loading={busy}
          onClick={() => void send()}
          data-testid="public-send"
        >
          {t('public.form.send')}
        </Button>
      </div>
    </div>
  );
}

function Done({ receipt, another }: { receipt: Receipt; another: () => void }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const copy = () =>
    navigator.clipboard
      ?.writeText(`${t('public.done.number')} ${receipt.number}\n${t('public.done.secret')} ${receipt.secret}`)
      .then(() => message.success(t('public.done.copied')))
      .catch(() => undefined);
  return (
    <Panel testId="complaint-done">
      <div className="receipt">
        <h1>{t('public.done.title')}</h1>
        <div>
          <div className="muted">{t('public.done.number')}</div>
          <div className="value" data-testid="complaint-number">
            {receipt.number}
          </div>
        </div>
        <div>
          <div className="muted">{t('public.done.secret')}</div>
          <div className="value secret" data-testid="complaint-secret">
            {receipt.secret}
          </div>
        </div>
        <Say tone="warn">{t('public.done.keep')}</Say>
        <p className="muted">{t('public.done.next', { at: formatTime(receipt.acceptBy) })}</p>
        <Button size="large" onClick={() => void copy()}>
          {t('public.done.copy')}
        </Button>
        {/* carried inside the page only: neither number nor code belongs in an address */}
        <Link to="/public/complaint/track" state={{ number: receipt.number, secret: receipt.secret }}>
          {t('public.done.follow')}
        </Link>
        <Button type="link" onClick={another}>
          {t('public.done.another')}
        </Button>
      </div>
    </Panel>
  );
}

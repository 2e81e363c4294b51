import { MinusCircleOutlined, PlusOutlined } from '@ant-design/icons';
import { App, Button, Input, InputNumber, Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Labelled, Problem } from '../../design/parts';
import { factorName } from '../../view/factors';
import { fromInput, isoTime, toInput } from '../../view/time';
import { useOutletNames } from '../outlet/outlet-name';
import { type DutyDetail, useCommand } from './queries';

type FormProps = { duty: DutyDetail };

/** Sends what a form holds and says that it has arrived. */
function useSubmit(duty: DutyDetail, kind: string) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const command = useCommand<DutyDetail>('duties', `/duties/${duty.id}/${kind}`);
  const send = (body: object) => command.mutate(body, { onSuccess: () => void message.success(t('permits.received')) });
  return { command, send };
}

function Send(props: { of: ReturnType<typeof useSubmit>; ready: boolean; body: () => object }) {
  const { t } = useTranslation();
  return (
    <>
      <Problem error={props.of.command.error} />
      <Button
        type="primary"
        size="large"
        block
        disabled={!props.ready}
        loading={props.of.command.isPending}
        onClick={() => props.of.send(props.body())}
        data-testid="duty-submit"
      >
        {t('action.submit')}
      </Button>
    </>
  );
}

interface FacilityRow {
  key: number;
  facility: string;
  runningHours: number | null;
  cause: string;
  measure: string;
}
const emptyRow = (key: number): FacilityRow => ({ key, facility: '', runningHours: null, cause: '', measure: '' });

function LedgerForm({ duty }: FormProps) {
  const { t } = useTranslation();
  const submit = useSubmit(duty, 'ledger');
  const [hours, setHours] = useState<number | null>(null);
  const [rows, setRows] = useState<FacilityRow[]>([emptyRow(0)]);
  const [cause, setCause] = useState('');
  const change = (key: number, part: Partial<FacilityRow>) =>
    setRows(rows.map((row) => (row.key === key ? { ...row, ...part } : row)));
  const most = duty.every === 'day' ? 24 : 744;
  const faultWhole = (row: FacilityRow) => (row.cause.trim() === '') === (row.measure.trim() === '');
  const ready =
    hours !== null && rows.every((row) => row.facility.trim() && row.runningHours !== null && faultWhole(row));
  return (
    <div className="stack" data-testid="ledger-form">
      <Labelled label={t('permits.productionHours')}>
        {(id) => (
          <InputNumber
            id={id}
            min={0}
            max={most}
            value={hours}
            onChange={setHours}
            style={{ width: '100%' }}
            inputMode="decimal"
            data-testid="ledger-hours"
          />
        )}
      </Labelled>
      {rows.map((row) => (
        <fieldset key={row.key} className="choices">
          <legend className="label">{t('permits.facility')}</legend>
          <div className="stack">
            <Input
              value={row.facility}
              placeholder={t('permits.facilityHint')}
              aria-label={t('permits.facility')}
              maxLength={100}
              onChange={(event) => change(row.key, { facility: event.target.value })}
              data-testid="ledger-facility"
            />
            <Labelled label={t('permits.runningHours')}>
              {(id) => (
                <InputNumber
                  id={id}
                  min={0}
                  max={most}
                  value={row.runningHours}
                  onChange={(runningHours) => change(row.key, { runningHours })}
                  style={{ width: '100%' }}
                  inputMode="decimal"
                  data-testid="ledger-running"
                />
              )}
            </Labelled>
            <Input
              value={row.cause}
              placeholder={t('permits.faultCause')}
              aria-label={t('permits.faultCause')}
              maxLength={500}
              onChange={(event) => change(row.key, { cause: event.target.value })}
            />
            <Input
              value={row.measure}
              placeholder={t('permits.faultMeasure')}
              aria-label={t('permits.faultMeasure')}
              maxLength={500}
              onChange={(event) => change(row.key, { measure: event.target.value })}
            />
            {rows.length > 1 && (
              <Button icon={<MinusCircleOutlined />} onClick={() => setRows(rows.filter(({ key }) => key !== row.key))}>
                {t('permits.removeRow')}
              </Button>
            )}
          </div>
        </fieldset>
      ))}
      <Button icon={<PlusOutlined />} onClick={() => setRows([...rows, emptyRow((rows.at(-1)?.key ?? 0) + 1)])}>
        {t('permits.addFacility')}
      </Button>
      <Labelled label={t('permits.exceedanceCause')}>
        {(id) => (
          <Input.TextArea id={id} rows={2} maxLength={1000} value={cause} onChange={(e) => setCause(e.target.value)} />
        )}
      </Labelled>
      <Send
        of={submit}
        ready={ready}
        body={() => ({
          productionHours: hours,
          products: [],
          treatment: rows.map((row) => ({
            facility: row.facility.trim(),
            runningHours: row.runningHours,
            ...(row.cause.trim() && { fault: { cause: row.cause.trim(), measure: row.measure.trim() } }),
          })),
          ...(cause.trim() && { exceedanceCause: cause.trim() }),
        })}
      />
    </div>
  );
}

const ANSWERS = ['ok', 'problem', 'not-applicable'] as const;

function InspectionForm({ duty }: FormProps) {
  const { t, i18n } = useTranslation();
  const english = i18n.language === 'en';
  const submit = useSubmit(duty, 'self-inspection');
  const [answers, setAnswers] = useState<Record<string, { result?: string; remark?: string }>>({});
  const items = (duty.list?.groups ?? []).flatMap((group) => group.items);
  const answered = items.filter(({ id }) => answers[id]?.result).length;
  const lacking = items.some(({ id }) => answers[id]?.result === 'problem' && !answers[id]?.remark?.trim());
  const change = (id: string, part: { result?: string; remark?: string }) =>
    setAnswers((old) => ({ ...old, [id]: { ...old[id], ...part } }));
  return (
    <div className="stack" data-testid="inspection-form">
      {(duty.list?.groups ?? []).map((group) => (
        <section key={group.id} aria-label={english ? group.nameEn : group.name}>
          <div className="row-top">
            <h3>{english ? group.nameEn : group.name}</h3>
            <Button
              size="small"
              onClick={() => {
                for (const { id } of group.items) if (!answers[id]?.result) change(id, { result: 'ok' });
              }}
              data-testid={`inspection-ok-${group.id}`}
            >
              {t('permits.restOk')}
            </Button>
          </div>
          {group.items.map((item) => (
            <div key={item.id} style={{ padding: '8px 0' }}>
              <div style={{ marginBottom: 4 }}>
                {item.id} {english ? item.textEn : item.text}
              </div>
              <Segmented
                block
                value={answers[item.id]?.result ?? ''}
                onChange={(result) => change(item.id, { result })}
                options={ANSWERS.map((value) => ({ value, label: t(`permits.answer.${value}`) }))}
              />
              {answers[item.id]?.result === 'problem' && (
                <Input
                  style={{ marginTop: 6 }}
                  value={answers[item.id]?.remark ?? ''}
                  placeholder={t('permits.problemHint')}
                  aria-label={t('permits.problemHint')}
                  maxLength={500}
                  onChange={(event) => change(item.id, { remark: event.target.value })}
                />
              )}
            </div>
          ))}
        </section>
      ))}
      <p className="row-note">{t('permits.answered', { done: answered, total: items.length })}</p>
      <Send
        of={submit}
        ready={answered === items.length && !lacking}
        body={() => ({
          results: items.map(({ id }) => ({
            item: id,
            result: answers[id]?.result,
            ...(answers[id]?.remark?.trim() && { remark: answers[id]?.remark?.trim() }),
          })),
        })}
      />
    </div>
  );
}

function ReportForm({ duty }: FormProps) {
  const { t } = useTranslation();
  const submit = useSubmit(duty, 'execution-report');
  const [rows, setRows] = useState<{ key: number; factor: string; quantity: number | null }[]>([
    { key: 0, factor: 'w01018', quantity: null },
  ]);
  const [text, setText] = useState('');
  const change = (key: number, part: { factor?: string; quantity?: number | null }) =>
    setRows(rows.map((row) => (row.key === key ? { ...row, ...part } : row)));
  return (
    <div className="stack" data-testid="report-form">
      <p className="muted">{t('permits.reportHint')}</p>
      {rows.map((row) => (
        <div key={row.key} className="cluster">
          <Input
            style={{ width: 140 }}
            value={row.factor}
            aria-label={t('permits.factorCode')}
            maxLength={32}
            onChange={(event) => change(row.key, { factor: event.target.value.trim() })}
          />
          <InputNumber
            min={0}
            value={row.quantity}
            addonAfter="kg"
            aria-label={t('permits.column.quantity')}
            onChange={(quantity) => change(row.key, { quantity })}
          />
          <FactorWord code={row.factor} />
        </div>
      ))}
      <Button
        icon={<PlusOutlined />}
        onClick={() => setRows([...rows, { key: (rows.at(-1)?.key ?? 0) + 1, factor: '', quantity: null }])}
      >
        {t('permits.addFactor')}
      </Button>
      <Labelled label={t('permits.reportText')}>
        {(id) => (
          <Input.TextArea
            id={id}
            value={text}
            autoSize={{ minRows: 5, maxRows: 16 }}
            maxLength={20_000}
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Labelled>
      <Send
        of={submit}
        ready={text.trim() !== '' && rows.every(({ factor, quantity }) => factor && quantity !== null)}
        body={() => ({ totals: rows.map(({ factor, quantity }) => ({ factor, quantity })), text: text.trim() })}
      />
    </div>
  );
}

function FactorWord({ code }: { code: string }) {
  const { i18n } = useTranslation();
  return <span className="muted">{code && factorName(code, i18n.language)}</span>;
}

function MonitoringForm({ duty }: FormProps) {
  const { t } = useTranslation();
  const submit = useSubmit(duty, 'self-monitoring');
  const items = duty.items ?? [];
  const outlet = useOutletNames(items.flatMap(({ outletId }) => outletId ?? []));
  const [values, setValues] = useState<Record<number, { value?: number | null; unit?: string; at?: string }>>({});
  const change = (i: number, part: { value?: number | null; unit?: string; at?: string }) =>
    setValues((old) => ({ ...old, [i]: { ...old[i], ...part } }));
  const at = (i: number) => fromInput(values[i]?.at ?? '');
  const whole = (i: number) => typeof values[i]?.value === 'number' && values[i]?.unit?.trim() && at(i) !== undefined;
  return (
    <div className="stack" data-testid="monitoring-form">
      {items.map((item, i) => (
        <fieldset key={`${item.outletId} ${item.factor}`} className="choices">
          <legend className="label">
            {item.outletId && outlet(item.outletId)} <FactorWord code={item.factor} />
          </legend>
          <div className="stack">
            <Input
              type="datetime-local"
              max={toInput(Date.now())}
              value={values[i]?.at ?? ''}
              aria-label={t('permits.sampledAt')}
              onChange={(event) => change(i, { at: event.target.value })}
            />
            <div className="cluster">
              <InputNumber
                value={values[i]?.value}
                aria-label={t('permits.value')}
                placeholder={t('permits.value')}
                onChange={(value) => change(i, { value })}
              />
              <Input
                style={{ width: 110 }}
                value={values[i]?.unit ?? ''}
                placeholder="mg/L"
                aria-label={t('permits.unit')}
                maxLength={20}
                onChange={(event) => change(i, { unit: event.target.value })}
              />
            </div>
          </div>
        </fieldset>
      ))}
      <Send
        of={submit}
        ready={items.length > 0 && items.every((_, i) => whole(i))}
        body={() => ({
          results: items.map((item, i) => ({
            ...item,
            at: isoTime(at(i) as number),
            value: values[i]?.value,
            unit: values[i]?.unit?.trim(),
          })),
        })}
      />
    </div>
  );
}

function PublicityForm({ duty }: FormProps) {
  const { t } = useTranslation();
  const submit = useSubmit(duty, 'publicity');
  const [at, setAt] = useState(toInput(Date.now() - 60_000));
  const [url, setUrl] = useState('');
  const time = fromInput(at);
  return (
    <div className="stack" data-testid="publicity-form">
      <Labelled label={t('permits.publishedAt')}>
        {(id) => (
          <Input
            id={id}
            type="datetime-local"
            value={at}
            max={toInput(Date.now())}
            onChange={(event) => setAt(event.target.value)}
          />
        )}
      </Labelled>
      <Labelled label={t('permits.publishedUrl')}>
        {(id) => (
          <Input
            id={id}
            type="url"
            inputMode="url"
            value={url}
            placeholder="https://"
            maxLength={500}
            onChange={(event) => setUrl(event.target.value)}
          />
        )}
      </Labelled>
      <Send
        of={submit}
        ready={time !== undefined && /^https?:\/\/\S+$/.test(url.trim())}
        body={() => ({ publishedAt: isoTime(time as number), url: url.trim() })}
      />
    </div>
  );
}

/** What a duty of each kind asks for, one column wide: it is filled in on a phone. */
export function DutyForm({ duty }: FormProps) {
  switch (duty.kind) {
    case 'ledger':
      return <LedgerForm duty={duty} />;
    case 'self-inspection':
      return <InspectionForm duty={duty} />;
    case 'execution-report':
      return <ReportForm duty={duty} />;
    case 'self-monitoring':
      return <MonitoringForm duty={duty} />;
    case 'publicity':
      return <PublicityForm duty={duty} />;
  }
}

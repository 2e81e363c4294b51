import { useMutation, useQueryClient } from '@tanstack/react-query';
import { App, Button, Input, Modal, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type ApiError, apiUrl, uploadFile } from '../../api/client';
import { usePersonNames } from '../../api/hooks';
import { Labelled, Problem, Say } from '../../design/parts';
import { useSelf } from '../../me';
import { mayMark } from '../../view/access';
import type { Period } from '../../view/data-period';
import { factorName } from '../../view/factors';
import { DAY, formatTime, fromInput, HOUR, isoTime, toInput } from '../../view/time';
import { type Mark, type OutletName, useMarkCommand } from './data-queries';
import { ReasonField, SpanFields } from './mark-fields';

const MAX_BYTES = 15 * 1024 * 1024;
const TYPES = ['image/jpeg', 'image/png', 'application/pdf'];
const MOST_HOURS = DAY / HOUR;
const AMOUNT = /^\d{1,12}(\.\d{1,8})?$/;

/** Hands in one voucher; it counts as evidence with its hash. */
function useVoucher() {
  const client = useQueryClient();
  return useMutation<Mark, ApiError, { markId: string; file: File }>({
    mutationFn: ({ markId, file }) => uploadFile<Mark>(`/marks/${markId}/vouchers`, 'voucher', file, () => {}),
    onSettled: () => client.invalidateQueries({ queryKey: ['marks'] }),
  });
}

/** Chooses photos and documents; those of another type or too large are named. */
function FilePicker({ take, testId }: { take: (files: File[]) => void; testId: string }) {
  const { t } = useTranslation();
  const [refused, setRefused] = useState<string>();
  return (
    <>
      <label className="ant-btn ant-btn-default ant-btn-sm" style={{ alignSelf: 'flex-start', cursor: 'pointer' }}>
        {t('amend.addVoucher')}
        <input
          type="file"
          multiple
          accept={TYPES.join(',')}
          className="sr-only"
          onChange={(event) => {
            const chosen = [...(event.target.files ?? [])];
            const wrong = chosen.find(({ type, size }) => !TYPES.includes(type) || size > MAX_BYTES);
            setRefused(wrong && t('amend.refused', { name: wrong.name, megabytes: MAX_BYTES / 1024 / 1024 }));
            take(chosen.filter(({ type, size }) => TYPES.includes(type) && size <= MAX_BYTES));
            event.target.value = '';
          }}
          data-testid={testId}
        />
      </label>
      {refused && <Say tone="warn">{refused}</Say>}
    </>
  );
}

/** 补遗: what means of hours should have been, with the reason and what speaks for it. The authority accepts or returns it. */
export function AmendForm({ outlet, about }: { outlet: OutletName; about: Period }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)} data-testid="amend-open">
        {t('amend.open')}
      </Button>
      {open && <Fields outlet={outlet} about={about} close={() => setOpen(false)} />}
    </>
  );
}

function Fields({ outlet, about, close }: { outlet: OutletName; about: Period; close: () => void }) {
  const { t, i18n } = useTranslation();
  const { message } = App.useApp();
  const submit = useMarkCommand('/marks');
  const voucher = useVoucher();
  const last = Math.floor(about.to / HOUR) * HOUR;
  const [factor, setFactor] = useState<string | undefined>(outlet.factors[0]);
  const [from, setFrom] = useState(toInput(last - HOUR));
  const [to, setTo] = useState(toInput(last));
  const [values, setValues] = useState<Record<string, { value: string; converted: string }>>({});
  const [files, setFiles] = useState<File[]>([]);
  const [reason, setReason] = useState('');
  const [begin, end] = [fromInput(from), fromInput(to)];
  const count = begin === undefined || end === undefined ? 0 : (end - begin) / HOUR;
  const whole =
    begin !== undefined && begin % HOUR === 0 && Number.isInteger(count) && count > 0 && count <= MOST_HOURS;
  const hours = whole ? Array.from({ length: count }, (_, i) => begin + i * HOUR) : [];
  const entered = hours.flatMap((at) => {
    const { value = '', converted = '' } = values[at] ?? {};
    return AMOUNT.test(value) && (converted === '' || AMOUNT.test(converted)) ? [{ at, value, converted }] : [];
  });
  const ready = factor !== undefined && whole && entered.length === hours.length && reason.trim() !== '';
  const send = async () => {
    const mark = await submit.mutateAsync({
      ...{ outletId: outlet.id, code: 'amended', reason: reason.trim() },
      ...{ from: isoTime(begin as number), to: isoTime(end as number) },
      values: entered.map(({ at, value, converted }) => ({
        ...{ factor, at: isoTime(at), value },
        ...(converted && { converted }),
      })),
    });
    // The amendment is in: a file that fails is named, and can be added to it in the list.
    for (const file of files) {
      await voucher.mutateAsync({ markId: mark.id, file }).catch(() => {
        void message.warning(t('amend.voucherFailed', { name: file.name }));
      });
    }
    void message.success(t('amend.sent'));
    close();
  };
  return (
    <Modal
      open
      title={t('amend.open')}
      onCancel={close}
      okText={t('action.submit')}
      okButtonProps={{ disabled: !ready, loading: submit.isPending || voucher.isPending, 'data-testid': 'amend-send' }}
      onOk={() => void send().catch(() => undefined)}
    >
      <div className="stack" data-testid="amend-form">
        <Say>{t('amend.rule')}</Say>
        <Labelled label={t('reading.factor')}>
          {(id) => (
            <Select
              id={id}
              value={factor}
              onChange={setFactor}
              style={{ width: '100%' }}
              options={outlet.factors.map((value) => ({ value, label: factorName(value, i18n.language) }))}
            />
          )}
        </Labelled>
        <SpanFields from={from} to={to} onFrom={setFrom} onTo={setTo} step={3600} testId="amend" />
        {!whole && <Say tone="warn">{t('amend.wholeHours', { hours: MOST_HOURS })}</Say>}
        {hours.map((at) => {
          const set = (change: object) =>
            setValues((all) => ({ ...all, [at]: { ...{ value: '', converted: '' }, ...all[at], ...change } }));
          return (
            <div key={at} className="cluster">
              <span style={{ minWidth: 120 }}>{formatTime(at)}</span>
              <Input
                inputMode="decimal"
                placeholder={t('amend.value')}
                aria-label={`${formatTime(at)} ${t('amend.value')}`}
                value={values[at]?.value ?? ''}
                onChange={(event) => set({ value: event.target.value.trim() })}
                style={{ width: 130 }}
                data-testid="amend-value"
              />
              {outlet.medium === 'gas' && (
                <Input
                  inputMode="decimal"
                  placeholder={t('amend.converted')}
                  aria-label={`${formatTime(at)} ${t('amend.converted')}`}
                  value={values[at]?.converted ?? ''}
                  onChange={(event) => set({ converted: event.target.value.trim() })}
                  style={{ width: 130 }}
                  data-testid="amend-converted"
                />
              )}
            </div>
          );
        })}
        <ReasonField value={reason} onChange={setReason} testId="amend" />
        <FilePicker take={(more) => setFiles((all) => [...all, ...more])} testId="amend-files" />
        {files.map(({ name }) => (
          <span key={name} className="row-note">
            {name}
          </span>
        ))}
        <Problem error={submit.error} />
      </div>
    </Modal>
  );
}

/** What belongs to a mark beside its state: other values, vouchers, its allowance, deadlines, and every step it took. */
export function MarkRecord({ mark }: { mark: Mark }) {
  const { t, i18n } = useTranslation();
  const me = useSelf();
  const voucher = useVoucher();
  const personOf = usePersonNames(
    mark.steps.map(({ by }) => (mark.source === 'auto' && by === 'rules' ? undefined : by)),
  );
  const { allowance, vouchersDueAt } = mark;
  const takesVouchers =
    mayMark(me) &&
    mark.source === 'manual' &&
    mark.status === 'submitted' &&
    (vouchersDueAt === undefined || Date.parse(vouchersDueAt) > Date.now());
  const hours = (value: number) => value.toLocaleString(i18n.language, { maximumFractionDigits: 1 });
  return (
    <div className="stack" style={{ gap: 4, marginTop: 4 }}>
      {mark.values?.map(({ factor, at, value, converted }) => (
        <div key={`${factor} ${at}`} className="row-note" data-testid="amended-value">
          {formatTime(at)} · {factorName(factor, i18n.language)} · {t('amend.value')} {value}
          {converted && ` · ${t('amend.converted')} ${converted}`}
        </div>
      ))}
      {allowance && (
        <div className="row-note">
          {t(`amend.allowance.${allowance.per}`, {
            ...{ name: i18n.language === 'en' ? allowance.nameEn : allowance.nameZh },
            ...{ used: hours(allowance.used), hours: hours(allowance.hours) },
          })}
          {allowance.over > 0 && (
            <span className="chip urgent" data-testid="allowance-over">
              {t('amend.over', { over: hours(allowance.over) })}
            </span>
          )}
        </div>
      )}
      {mark.vouchers.map(({ id, filename, sha256 }) => (
        <a
          key={id}
          className="row-note"
          href={apiUrl(`/marks/${mark.id}/vouchers/${id}`)}
          title={`SHA-256 ${sha256}`}
          data-testid="voucher"
        >
          {filename}
        </a>
      ))}
      {takesVouchers && (
        <FilePicker
          take={(files) => {
            for (const file of files) voucher.mutate({ markId: mark.id, file });
          }}
          testId="voucher-input"
        />
      )}
      {vouchersDueAt && mark.status === 'submitted' && (
        <div className="row-note">{t('amend.vouchersDue', { at: formatTime(vouchersDueAt) })}</div>
      )}
      <details className="row-note" data-testid="mark-steps">
        <summary>{t('amend.steps', { count: mark.steps.length })}</summary>
        <ul>
          {mark.steps.map((step) => (
            <li key={`${step.at} ${step.step} ${step.comment ?? ''}`}>
              {formatTime(step.at)} {t(`amend.step.${step.step}`)} ·{' '}
              {step.by === 'rules' ? t('amend.system') : personOf(step.by)}
              {step.comment && ` · ${step.comment}`}
            </li>
          ))}
        </ul>
      </details>
      <Problem error={voucher.error} />
    </div>
  );
}

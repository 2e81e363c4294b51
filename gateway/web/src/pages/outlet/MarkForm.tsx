import { App, Button, Modal, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Labelled, Problem, Say } from '../../design/parts';
import { markIsLate, type Period } from '../../view/data-period';
import { factorName } from '../../view/factors';
import { fromInput, isoTime, toInput } from '../../view/time';
import { type MarkCode, type OutletName, useMarkCodes, useMarkCommand } from './data-queries';
import { ReasonField, SpanFields } from './mark-fields';

/** The party says what a stretch of its data is (污染物排放自动监测设备标记规则): code, time, factors, reason. */
export function MarkForm({ outlet, about }: { outlet: OutletName; about: Period & { factor?: string } }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button type="primary" onClick={() => setOpen(true)} data-testid="mark-open">
        {t('data.markNew')}
      </Button>
      {open && <Fields outlet={outlet} about={about} close={() => setOpen(false)} />}
    </>
  );
}

function Fields(props: { outlet: OutletName; about: Period & { factor?: string }; close: () => void }) {
  const { outlet, about, close } = props;
  const { t, i18n } = useTranslation();
  const { message } = App.useApp();
  const codes = useMarkCodes();
  const submit = useMarkCommand('/marks');
  const [code, setCode] = useState<string>();
  const [from, setFrom] = useState(toInput(about.from));
  const [to, setTo] = useState(toInput(about.to));
  const [factors, setFactors] = useState<string[]>(about.factor ? [about.factor] : []);
  const [reason, setReason] = useState('');
  const [begin, end] = [fromInput(from), fromInput(to)];
  const ready = code && begin !== undefined && end !== undefined && begin < end && reason.trim() !== '';
  const chosen = codes.data?.find((one) => one.code === code);
  const name = (one: MarkCode) => (i18n.language === 'en' ? one.nameEn : one.nameZh);
  // Other values for an hour are handed in apart, with what speaks for them.
  const offered = (codes.data ?? []).filter(({ effect }) => effect !== 'amend');
  const groups = [...new Set(offered.map(({ industry }) => industry ?? ''))];
  return (
    <Modal
      open
      title={t('data.markNew')}
      onCancel={close}
      okText={t('action.submit')}
      okButtonProps={{ disabled: !ready, loading: submit.isPending, 'data-testid': 'mark-send' }}
      onOk={() =>
        submit.mutate(
          {
            ...{ outletId: outlet.id, code, from: isoTime(begin as number), to: isoTime(end as number) },
            ...{ reason: reason.trim(), ...(factors.length > 0 && { factors }) },
          },
          {
            onSuccess: () => {
              void message.success(t('data.marked'));
              close();
            },
          },
        )
      }
    >
      <div className="stack" data-testid="mark-form">
        <Labelled label={t('data.markCode')}>
          {(id) => (
            <Select
              id={id}
              value={code}
              onChange={setCode}
              loading={codes.isPending}
              showSearch={{ optionFilterProp: 'label' }}
              style={{ width: '100%' }}
              options={groups.map((industry) => ({
                label: t(`data.industry.${industry || 'any'}`, { defaultValue: industry }),
                options: offered
                  .filter((one) => (one.industry ?? '') === industry)
                  .map((one) => ({ value: one.code, label: name(one) })),
              }))}
              data-testid="mark-code"
            />
          )}
        </Labelled>
        {chosen && (
          <Say>
            {t(`data.effect.${chosen.effect}`)} <span className="muted">{chosen.basis}</span>
          </Say>
        )}
        <SpanFields from={from} to={to} onFrom={setFrom} onTo={setTo} testId="mark" />
        <Labelled label={t('reading.factor')}>
          {(id) => (
            <Select
              id={id}
              mode="multiple"
              value={factors}
              onChange={setFactors}
              placeholder={t('data.allFactors')}
              style={{ width: '100%' }}
              options={outlet.factors.map((value) => ({ value, label: factorName(value, i18n.language) }))}
            />
          )}
        </Labelled>
        <ReasonField value={reason} onChange={setReason} testId="mark" />
        {begin !== undefined && markIsLate(begin, Date.now()) && <Say tone="warn">{t('data.markLate')}</Say>}
        <Problem error={codes.error ?? submit.error} />
      </div>
    </Modal>
  );
}

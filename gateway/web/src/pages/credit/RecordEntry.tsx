import { Button, Input, InputNumber, Modal, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Labelled, Problem, Say } from '../../design/parts';
import { fromInput, isoTime, toInput } from '../../view/time';
import { newest, useEventName } from './marks';
import { type PartyKind, useCredit, useSchemes } from './queries';

/** An entry by hand: what the schemes know, with its evidence. Penalties come from decided cases by themselves. */
export function RecordEntry({ kind, id }: { kind: PartyKind; id: string }) {
  const { t } = useTranslation();
  const eventName = useEventName();
  const schemes = newest(useSchemes().data).filter(({ parties }) => parties.includes(kind));
  const [open, setOpen] = useState(false);
  const [what, setWhat] = useState<string>();
  const [at, setAt] = useState(() => toInput(Date.now()));
  const [evidence, setEvidence] = useState('');
  const [caseNo, setCaseNo] = useState('');
  const [value, setValue] = useState<number | null>(null);
  const command = useCredit();

  const options = new Map<string, { event: string; topic?: string; measured: boolean }>();
  const add = (events: readonly string[], topics: readonly (string | undefined)[], measured: boolean) => {
    for (const event of events.filter((name) => !name.startsWith('penalty-'))) {
      for (const topic of topics)
        options.set(`${event} ${topic ?? ''}`, { event, ...(topic ? { topic } : {}), measured });
    }
  };
  for (const { rules, vetoes, clean } of schemes) {
    for (const { match, bands } of rules) add(match.events, match.topics ?? [undefined], bands !== undefined);
    for (const { match } of vetoes) add(match.events, match.topics ?? [undefined], false);
    if (clean) add([clean.needs], [undefined], false);
  }
  const chosen = what === undefined ? undefined : options.get(what);
  const when = fromInput(at);
  const ready = chosen && when !== undefined && evidence.trim() && (!chosen.measured || value !== null);
  const send = () => {
    if (!chosen || when === undefined) return;
    const { event, topic, measured } = chosen;
    command.mutate(
      {
        path: '/entries',
        body: {
          partyKind: kind,
          partyId: id,
          event,
          ...(topic ? { topic } : {}),
          ...(measured && value !== null ? { value } : {}),
          occurredAt: isoTime(when),
          evidence: evidence.trim(),
          ...(caseNo.trim() ? { caseNo: caseNo.trim() } : {}),
        },
      },
      { onSuccess: () => setOpen(false) },
    );
  };
  return (
    <>
      <Button onClick={() => setOpen(true)} data-testid="record-entry">
        {t('credit.do.record')}
      </Button>
      <Modal
        open={open}
        title={t('credit.do.record')}
        onCancel={() => setOpen(false)}
        okText={t('credit.do.record')}
        cancelText={t('action.close')}
        okButtonProps={{ disabled: !ready, loading: command.isPending }}
        onOk={send}
      >
        <div className="stack">
          <Say>{t('credit.recordText')}</Say>
          <Select
            showSearch={{ optionFilterProp: 'label' }}
            value={what}
            onChange={setWhat}
            placeholder={t('credit.happened')}
            aria-label={t('credit.happened')}
            options={[...options].map(([key, option]) => ({ value: key, label: eventName(option) }))}
          />
          {chosen?.measured && (
            <Labelled label={t('credit.value')}>
              {(field) => <InputNumber id={field} value={value} onChange={setValue} style={{ width: '100%' }} />}
            </Labelled>
          )}
          <Labelled label={t('credit.occurredAt')}>
            {(field) => <Input id={field} type="datetime-local" value={at} onChange={(e) => setAt(e.target.value)} />}
          </Labelled>
          <Labelled label={t('credit.evidence')}>
            {(field) => (
              <Input.TextArea
                id={field}
                value={evidence}
                onChange={(e) => setEvidence(e.target.value)}
                rows={3}
                maxLength={2000}
              />
            )}
          </Labelled>
          <Labelled label={t('credit.caseNo')}>
            {(field) => <Input id={field} value={caseNo} onChange={(e) => setCaseNo(e.target.value)} maxLength={100} />}
          </Labelled>
          <Problem error={command.error} />
        </div>
      </Modal>
    </>
  );
}

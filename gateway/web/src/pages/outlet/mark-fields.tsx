import { Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { Labelled } from '../../design/parts';

/** From when, to when: as `datetime-local` writes it. */
export function SpanFields(props: {
  from: string;
  to: string;
  onFrom: (text: string) => void;
  onTo: (text: string) => void;
  /** s between two times that can be chosen */
  step?: number;
  testId: string;
}) {
  const { t } = useTranslation();
  const field = (name: 'from' | 'to', onChange: (text: string) => void) => (
    <Labelled label={t(`reading.${name}`)}>
      {(id) => (
        <Input
          id={id}
          type="datetime-local"
          step={props.step}
          value={props[name]}
          onChange={(event) => onChange(event.target.value)}
          data-testid={`${props.testId}-${name}`}
        />
      )}
    </Labelled>
  );
  return (
    <>
      {field('from', props.onFrom)}
      {field('to', props.onTo)}
    </>
  );
}

export function ReasonField(props: { value: string; onChange: (text: string) => void; testId: string }) {
  const { t } = useTranslation();
  return (
    <Labelled label={t('data.markReason')}>
      {(id) => (
        <Input.TextArea
          id={id}
          rows={3}
          maxLength={2000}
          value={props.value}
          onChange={(event) => props.onChange(event.target.value)}
          data-testid={`${props.testId}-reason`}
        />
      )}
    </Labelled>
  );
}

import { Input, Segmented } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSpan } from '../../design/marks';
import type { Period } from '../../view/data-period';
import { fromInput, HOUR, toInput } from '../../view/time';

/** A length up to now, or times of one's own; `from` and `to` as `datetime-local` writes them. */
export function PeriodPicker(props: {
  spans: readonly number[];
  length: number | undefined;
  shown: Period;
  onLength: (length: number) => void;
  onOwn: (from: string, to: string) => void;
}) {
  const { t } = useTranslation();
  const span = useSpan();
  const { spans, length, shown, onLength, onOwn } = props;
  const change = (part: Partial<Period>) => {
    const { from, to } = { ...shown, ...part };
    if (from < to) onOwn(toInput(from), toInput(to));
    else if (part.from !== undefined) onOwn(toInput(from), toInput(from + HOUR));
    else onOwn(toInput(to - HOUR), toInput(to));
  };
  const input = (name: 'from' | 'to') => (
    <Input
      type="datetime-local"
      aria-label={t(`reading.${name}`)}
      value={toInput(shown[name])}
      onChange={(event) => {
        const value = fromInput(event.target.value);
        if (value !== undefined) change({ [name]: value });
      }}
      style={{ width: 190 }}
      data-testid={`data-${name}`}
    />
  );
  return (
    <>
      <Segmented<number>
        value={length ?? 0}
        onChange={(value) => (value === 0 ? change({}) : onLength(value))}
        options={[...spans.map((value) => ({ value, label: span(value) })), { value: 0, label: t('reading.ownRange') }]}
        data-testid="data-length"
      />
      {length === undefined && (
        <>
          {input('from')}
          {input('to')}
        </>
      )}
    </>
  );
}

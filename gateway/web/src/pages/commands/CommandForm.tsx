import { App, AutoComplete, Button, Input, InputNumber, Select } from 'antd';
import { type ComponentType, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Labelled, Problem } from '../../design/parts';
import { useSelf } from '../../me';
import { mayOperate } from '../../view/access';
import { type FieldValue, type FieldValues, firstValues, type Parameter, readParams } from '../../view/command';
import { allFactors, factorName } from '../../view/factors';
import { type Command, type CommandKindInfo, useAsk } from './queries';

interface FieldProps {
  id: string;
  parameter: Parameter;
  value: FieldValue;
  onChange: (value: FieldValue) => void;
  status: 'error' | undefined;
}

const HOURS = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, '0'));
/** A pattern that begins with a letter is that of a group of codes: `i[0-9]{5}` for information. */
const CODE_PATTERN = /^[a-z]\[/;

/** A code as HJ 212-2017 writes them; those of 2005 are turned into the device's own by ingestion, numbered ones stand with x. */
const CODE_2017 = /^[a-z]\d{5}$/;

interface CodeOption {
  value: string;
  label: string;
  /** what it is found by: the code and its names in both languages */
  words: string;
}

function useCodes(pattern?: string): CodeOption[] {
  const { i18n } = useTranslation();
  const fits = pattern === undefined ? undefined : new RegExp(`^(?:${pattern})$`);
  return allFactors()
    .filter(({ code, source }) => (fits ? fits.test(code) : source === 'own' || CODE_2017.test(code)))
    .map(({ code, nameZh, nameEn = '' }) => {
      const label = `${factorName(code, i18n.language)} ${code}`;
      return { value: code, label, words: `${label} ${nameZh} ${nameEn}` };
    });
}
const byWords = (typed: string, option?: { label?: unknown; words?: string }) =>
  (option?.words ?? String(option?.label ?? '')).toLowerCase().includes(typed.toLowerCase());
const textOf = (value: FieldValue) => (typeof value === 'string' ? value : '');

function CodeField({ id, parameter, value, onChange, status }: FieldProps) {
  const options = useCodes(parameter.pattern);
  return (
    <AutoComplete
      id={id}
      value={textOf(value)}
      onChange={onChange}
      options={options}
      showSearch={{ filterOption: byWords }}
      status={status}
      style={{ width: '100%' }}
    />
  );
}

function TextField(props: FieldProps) {
  const { id, parameter, value, onChange, status } = props;
  if (parameter.secret) {
    return (
      <Input.Password
        id={id}
        autoComplete="off"
        value={textOf(value)}
        status={status}
        onChange={(event) => onChange(event.target.value)}
      />
    );
  }
  if (parameter.pattern && CODE_PATTERN.test(parameter.pattern)) return <CodeField {...props} />;
  return <Input id={id} value={textOf(value)} status={status} onChange={(event) => onChange(event.target.value)} />;
}

function IntegerField({ id, parameter, value, onChange, status }: FieldProps) {
  const given = typeof value === 'number' ? value : undefined;
  if (parameter.choices) {
    return (
      <Select
        id={id}
        value={given}
        status={status}
        onChange={onChange}
        options={parameter.choices.map((choice) => ({ value: choice, label: String(choice) }))}
        style={{ width: '100%' }}
      />
    );
  }
  return (
    <InputNumber
      id={id}
      value={given}
      min={parameter.min}
      max={parameter.max}
      precision={0}
      status={status}
      placeholder={`${parameter.min ?? ''}–${parameter.max ?? ''}`}
      onChange={(next) => onChange(next ?? undefined)}
      style={{ width: '100%' }}
    />
  );
}

function TimeField({ id, value, onChange, status }: FieldProps) {
  return (
    <Input
      id={id}
      type="datetime-local"
      value={textOf(value)}
      status={status}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

function ClockField({ id, parameter, value, onChange, status }: FieldProps) {
  return (
    <Input
      id={id}
      type="time"
      step={parameter.digits === 6 ? 1 : 60}
      value={textOf(value)}
      status={status}
      onChange={(event) => {
        const { value: clock } = event.target;
        onChange(parameter.digits === 6 && clock.length === 5 ? `${clock}:00` : clock);
      }}
    />
  );
}

function ListField({
  id,
  value,
  onChange,
  status,
  options,
}: FieldProps & { options: { value: string; label: string }[] }) {
  return (
    <Select
      id={id}
      mode="multiple"
      value={Array.isArray(value) ? value : []}
      status={status}
      onChange={(next: string[]) => onChange(next)}
      options={options}
      showSearch={{ filterOption: byWords }}
      style={{ width: '100%' }}
    />
  );
}
const CodesField = (props: FieldProps) => <ListField {...props} options={useCodes()} />;
const ClocksField = (props: FieldProps) => (
  <ListField {...props} options={HOURS.map((value) => ({ value, label: `${value}:00` }))} />
);

function LimitsField({ id, value, onChange, status }: FieldProps) {
  return (
    <Input.TextArea
      id={id}
      className="mono"
      autoSize={{ minRows: 2, maxRows: 8 }}
      placeholder="w01018 0 100"
      value={textOf(value)}
      status={status}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

/** How each type of parameter is entered; what it is read to: `READ` in view/command.ts. */
const FIELD: Readonly<Record<Parameter['type'], ComponentType<FieldProps>>> = {
  code: CodeField,
  text: TextField,
  key: TextField,
  integer: IntegerField,
  time: TimeField,
  clock: ClockField,
  codes: CodesField,
  clocks: ClocksField,
  limits: LimitsField,
};

const HOUR_S = 3_600;
/** How long a command waits for its device; undefined: as the platform has it. */
const VALID_S = [undefined, HOUR_S / 6, HOUR_S, 7 * 24 * HOUR_S] as const;
/** How long the device may take between 9011 and 9012. */
const WAIT_S = [undefined, 600, 1_800, 7_200] as const;

function SpanSelect(props: {
  label: string;
  usual: string;
  spans: readonly (number | undefined)[];
  value: number | undefined;
  onChange: (value: number | undefined) => void;
}) {
  const { t } = useTranslation();
  const word = (seconds: number) =>
    seconds % (24 * HOUR_S) === 0
      ? t('time.span.day', { count: seconds / (24 * HOUR_S) })
      : seconds % HOUR_S === 0
        ? t('time.span.hour', { count: seconds / HOUR_S })
        : t('time.span.minute', { count: seconds / 60 });
  return (
    <Labelled label={props.label}>
      {(id) => (
        <Select
          id={id}
          value={props.value ?? 0}
          onChange={(value) => props.onChange(value || undefined)}
          options={props.spans.map((seconds) => ({
            value: seconds ?? 0,
            label: seconds === undefined ? props.usual : word(seconds),
          }))}
          style={{ width: '100%' }}
        />
      )}
    </Labelled>
  );
}

/** Asks or tells a device: which command there are and what each needs comes from the API. */
export function CommandForm(props: { mn: string; kinds: CommandKindInfo[]; onAsked: (command: Command) => void }) {
  const { t, i18n } = useTranslation();
  const { modal } = App.useApp();
  const me = useSelf();
  const ask = useAsk(props.mn);
  const [name, setName] = useState<string>();
  const [values, setValues] = useState<FieldValues>({});
  const [tried, setTried] = useState(false);
  const [validSeconds, setValidSeconds] = useState<number>();
  const [waitSeconds, setWaitSeconds] = useState<number>();
  const english = i18n.language === 'en';
  const nameOf = (one: { nameZh: string; nameEn: string }) => (english ? one.nameEn : one.nameZh);
  const kind = props.kinds.find((one) => one.name === name);
  const { params, wrong } = kind ? readParams(kind, values) : { params: {}, wrong: {} };

  const group = (alters: boolean) => ({
    label: t(alters ? 'command.alters' : 'command.reads'),
    options: props.kinds
      .filter((one) => one.alters === alters)
      .map((one) => ({ value: one.name, label: `${nameOf(one)} ${one.cn}` })),
  });
  const send = () => {
    if (!kind) return;
    setTried(true);
    if (Object.keys(wrong).length > 0) return;
    const go = () =>
      ask.mutate(
        { command: kind.name, params, validSeconds, waitSeconds },
        {
          onSuccess: (command) => {
            setTried(false);
            props.onAsked(command);
          },
        },
      );
    if (!kind.alters) go();
    else {
      void modal.confirm({
        title: t('command.confirm', { name: nameOf(kind) }),
        content: t('command.confirmText'),
        onOk: go,
      });
    }
  };

  return (
    <div className="stack" data-testid="command-form">
      <Labelled label={t('command.which')}>
        {(id) => (
          <Select
            id={id}
            showSearch={{ filterOption: byWords }}
            value={name}
            onChange={(next) => {
              const chosen = props.kinds.find((one) => one.name === next);
              setName(next);
              setTried(false);
              setValues(chosen ? firstValues(chosen, Date.now()) : {});
            }}
            placeholder={t('command.choose')}
            options={[group(false), ...(mayOperate(me) ? [group(true)] : [])]}
            style={{ width: '100%' }}
            data-testid="command-kind"
          />
        )}
      </Labelled>
      {kind && (
        <div className="pair" style={{ marginTop: 0 }}>
          {kind.parameters.map((parameter) => {
            const Field = FIELD[parameter.type];
            const why = tried ? wrong[parameter.name] : undefined;
            return (
              <div key={`${kind.name} ${parameter.name}`}>
                <Labelled label={nameOf(parameter) + (parameter.required ? '' : ` ${t('command.optional')}`)}>
                  {(id) => (
                    <Field
                      id={id}
                      parameter={parameter}
                      value={values[parameter.name]}
                      onChange={(value) => setValues((old) => ({ ...old, [parameter.name]: value }))}
                      status={why && 'error'}
                    />
                  )}
                </Labelled>
                {why && (
                  <p className="row-note" role="alert" style={{ color: 'var(--urgent)' }}>
                    {t(`command.wrong.${why}`, {
                      min: parameter.min,
                      max: parameter.max,
                      choices: parameter.choices?.join(', '),
                      pattern: parameter.pattern,
                    })}
                  </p>
                )}
              </div>
            );
          })}
          <SpanSelect
            label={t('command.valid')}
            usual={t('command.validUsual')}
            spans={VALID_S}
            value={validSeconds}
            onChange={setValidSeconds}
          />
          <SpanSelect
            label={t('command.wait')}
            usual={t('command.waitUsual')}
            spans={WAIT_S}
            value={waitSeconds}
            onChange={setWaitSeconds}
          />
        </div>
      )}
      <Problem error={ask.error} />
      <Button
        type="primary"
        style={{ justifySelf: 'start' }}
        disabled={!kind}
        loading={ask.isPending}
        onClick={send}
        data-testid="command-send"
      >
        {t('command.send')}
      </Button>
    </div>
  );
}

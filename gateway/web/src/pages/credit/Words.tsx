import { Button, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Labelled, Problem } from '../../design/parts';
import { useCredit } from './queries';

/** A command that needs words: a button, and a window that asks for them. */
export function Words(props: {
  label: string;
  path: string;
  /** Name of each text in the body, with its label. */
  fields: [name: string, label: string][];
  also?: object;
  danger?: boolean;
  primary?: boolean;
  testId: string;
}) {
  const { t } = useTranslation();
  const { label, path, fields, also, testId } = props;
  const [open, setOpen] = useState(false);
  const [texts, setTexts] = useState<Record<string, string>>({});
  const command = useCredit();
  const missing = fields.some(([name]) => !texts[name]?.trim());
  return (
    <>
      <Button
        danger={props.danger}
        type={props.primary ? 'primary' : 'default'}
        onClick={() => setOpen(true)}
        data-testid={testId}
      >
        {label}
      </Button>
      <Modal
        open={open}
        title={label}
        onCancel={() => setOpen(false)}
        okText={t('credit.do.send')}
        cancelText={t('action.close')}
        okButtonProps={{ disabled: missing, loading: command.isPending, 'data-testid': `${testId}-send` }}
        onOk={() =>
          command.mutate(
            { path, body: { ...also, ...texts } },
            {
              onSuccess: () => {
                setOpen(false);
                setTexts({});
              },
            },
          )
        }
      >
        <div className="stack">
          {fields.map(([name, text]) => (
            <Labelled key={name} label={text}>
              {(id) => (
                <Input.TextArea
                  id={id}
                  value={texts[name] ?? ''}
                  onChange={(event) => setTexts((all) => ({ ...all, [name]: event.target.value }))}
                  rows={3}
                  maxLength={2000}
                  data-testid={`${testId}-${name}`}
                />
              )}
            </Labelled>
          ))}
          <Problem error={command.error} />
        </div>
      </Modal>
    </>
  );
}

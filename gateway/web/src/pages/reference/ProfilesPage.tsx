import { Button, Form, Input, Modal, Select, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { KeyedList } from '../../design/KeyedList';
import { Blank, Fact, Facts, PageHead, Panel, Problem } from '../../design/parts';
import { useFilters } from '../../design/use-filters';
import { useSelf } from '../../me';
import { mayKeepReference } from '../../view/access';
import { factorName } from '../../view/factors';
import { jsonText, readJson } from '../../view/json-field';
import { DeviceTabs } from '../devices/Tabs';
import { type DeviceProfile, useProfiles, useSaveProfile } from './queries';

const CATEGORIES = [
  'data-logger',
  'electricity-meter',
  'air-station',
  'water-station',
  'camera',
  'other',
] as const satisfies readonly DeviceProfile['category'][];

interface Fields {
  id: string;
  name: string;
  category: DeviceProfile['category'];
  payload?: string;
  dialect?: string;
}

/** A profile is technical data of a make: mapping and dialect are written as the API takes them, and judged by it. */
function ProfileForm({ profile, onClose }: { profile: DeviceProfile | undefined; onClose: () => void }) {
  const { t } = useTranslation();
  const save = useSaveProfile();
  const [form] = Form.useForm<Fields>();
  const jsonRule = {
    validator: (_: unknown, text: string | undefined) =>
      'wrong' in readJson(text) ? Promise.reject(new Error(t('profile.jsonNeeded'))) : Promise.resolve(),
  };
  const finish = ({ payload, dialect, ...rest }: Fields) => {
    const body = { ...rest, ...readJson(payload, 'payload'), ...readJson(dialect, 'dialect') } as DeviceProfile;
    save.mutate(body, { onSuccess: onClose });
  };
  return (
    <Modal
      open
      width={720}
      title={t(profile ? 'profile.edit' : 'profile.add')}
      onCancel={onClose}
      onOk={() => form.submit()}
      okText={t('factor.save')}
      confirmLoading={save.isPending}
    >
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={
          profile
            ? { ...profile, payload: jsonText(profile.payload), dialect: jsonText(profile.dialect) }
            : { category: 'data-logger' }
        }
        onFinish={finish}
        data-testid="profile-form"
      >
        <div className="pair" style={{ marginTop: 0 }}>
          <Form.Item
            name="id"
            label={t('profile.id')}
            rules={[{ required: true, pattern: /^[A-Za-z0-9_.:-]{1,64}$/, message: t('profile.idForm') }]}
          >
            <Input disabled={profile !== undefined} maxLength={64} />
          </Form.Item>
          <Form.Item
            name="name"
            label={t('profile.name')}
            rules={[{ required: true, message: t('factor.nameNeeded') }]}
          >
            <Input maxLength={100} />
          </Form.Item>
        </div>
        <Form.Item name="category" label={t('profile.category')}>
          <Select options={CATEGORIES.map((value) => ({ value, label: t(`profile.categoryOf.${value}`) }))} />
        </Form.Item>
        <Form.Item name="dialect" label={t('profile.dialect')} extra={t('profile.dialectText')} rules={[jsonRule]}>
          <Input.TextArea
            className="mono"
            autoSize={{ minRows: 3, maxRows: 10 }}
            placeholder={'{"crc": "modbus-swapped", "maxSegment": 4096}'}
          />
        </Form.Item>
        <Form.Item name="payload" label={t('profile.payload')} extra={t('profile.payloadText')} rules={[jsonRule]}>
          <Input.TextArea
            className="mono"
            autoSize={{ minRows: 3, maxRows: 14 }}
            placeholder={'{"kind": "realtime", "items": [{"path": "power", "factor": "d20101", "field": "Rtd"}]}'}
          />
        </Form.Item>
      </Form>
      <Problem error={save.error} />
    </Modal>
  );
}

function Dialect({ dialect }: { dialect: NonNullable<DeviceProfile['dialect']> }) {
  const { t } = useTranslation();
  const { crc, maxSegment, cipher, st, codes = {}, answers = {} } = dialect;
  const pairs = (of: Record<string, string>) =>
    Object.entries(of)
      .map(([from, to]) => `${from} → ${to}`)
      .join(', ') || undefined;
  return (
    <Facts>
      <Fact label="CRC">{crc}</Fact>
      <Fact label={t('profile.maxSegment')}>{maxSegment}</Fact>
      <Fact label={t('profile.cipher')}>{cipher?.toUpperCase()}</Fact>
      <Fact label="ST">{st}</Fact>
      <Fact label={t('profile.codes')} wide>
        {pairs(codes)}
      </Fact>
      <Fact label={t('profile.answers')}>{pairs(answers)}</Fact>
    </Facts>
  );
}

function Payload({ payload }: { payload: NonNullable<DeviceProfile['payload']> }) {
  const { t, i18n } = useTranslation();
  return (
    <div className="stack">
      <Facts>
        <Fact label={t('backfill.kind')}>{t(`kind.${payload.kind}`)}</Fact>
        <Fact label={t('profile.each')}>{payload.each && <span className="mono">{payload.each}</span>}</Fact>
        <Fact label={t('backfill.dataTime')}>
          {payload.time ? (
            <span className="mono">
              {payload.time.path} ({payload.time.format})
            </span>
          ) : (
            t('profile.timeOfReception')
          )}
        </Fact>
      </Facts>
      <div className="scroll-x">
        <table className="plain">
          <thead>
            <tr>
              <th>{t('profile.path')}</th>
              <th>{t('profile.factor')}</th>
              <th>{t('profile.field')}</th>
              <th>{t('profile.conversion')}</th>
            </tr>
          </thead>
          <tbody>
            {payload.items.map((item) => (
              <tr key={`${item.path} ${item.factor} ${item.field}`}>
                <td className="mono">{item.path}</td>
                <td>
                  {factorName(item.factor, i18n.language)} <span className="mono muted">{item.factor}</span>
                </td>
                <td className="mono">{item.field}</td>
                <td>
                  {[
                    item.scale !== undefined && `× ${item.scale}`,
                    item.offset !== undefined && `+ ${item.offset}`,
                    ...Object.entries(item.words ?? {}).map(([word, value]) => `${word} → ${value}`),
                  ]
                    .filter(Boolean)
                    .join(', ') || '–'}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

/** Device profiles: what all devices of one make have in common. */
export default function ProfilesPage() {
  const { t } = useTranslation();
  const me = useSelf();
  const profiles = useProfiles();
  const [search] = useFilters();
  const [editing, setEditing] = useState<DeviceProfile | 'new'>();
  const keeps = mayKeepReference(me);
  const shown = profiles.data?.find(({ id }) => id === search.get('profile'));
  const columns: TableColumnsType<DeviceProfile> = [
    { title: t('profile.name'), render: (_, p) => <b style={{ fontWeight: 500 }}>{p.name}</b> },
    { title: t('profile.id'), render: (_, p) => <span className="mono">{p.id}</span> },
    { title: t('profile.category'), render: (_, p) => t(`profile.categoryOf.${p.category}`) },
    { title: t('profile.holds'), render: (_, p) => <Holds profile={p} /> },
  ];
  return (
    <div className="page">
      <PageHead
        title={t('device.page.profiles')}
        sub={t('profile.lead')}
        actions={
          keeps && (
            <Button type="primary" onClick={() => setEditing('new')} data-testid="profile-add">
              {t('profile.add')}
            </Button>
          )
        }
      />
      <DeviceTabs />
      <div className="panel">
        <KeyedList
          of={profiles}
          keyOf={(p) => p.id}
          columns={columns}
          to={(p) => `/profiles?profile=${p.id}`}
          row={(p) => (
            <>
              <div className="row-title">{p.name}</div>
              <div className="row-note">
                {t(`profile.categoryOf.${p.category}`)} · <Holds profile={p} />
              </div>
            </>
          )}
          empty={{ title: t('profile.none'), text: t('profile.noneText') }}
          testId="profiles"
        />
      </div>
      {shown && (
        <Panel
          title={shown.name}
          extra={
            keeps && (
              <Button size="small" onClick={() => setEditing(shown)} data-testid="profile-edit">
                {t('factor.change')}
              </Button>
            )
          }
          testId="profile"
        >
          {shown.dialect && <Dialect dialect={shown.dialect} />}
          {shown.payload && <Payload payload={shown.payload} />}
          {!shown.dialect && !shown.payload && <Blank title={t('profile.asTheStandard')} />}
        </Panel>
      )}
      {editing && (
        <ProfileForm profile={editing === 'new' ? undefined : editing} onClose={() => setEditing(undefined)} />
      )}
    </div>
  );
}

function Holds({ profile: { payload, dialect } }: { profile: DeviceProfile }) {
  const { t } = useTranslation();
  const parts = [dialect && t('profile.dialect'), payload && t('profile.payload')].filter(Boolean);
  return parts.join(' · ') || t('profile.asTheStandard');
}

import { Button, Input, Modal, Select, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router-dom';
import { useEnterprises } from '../../api/hooks';
import { KeyedList } from '../../design/KeyedList';
import { Labelled, PageHead, Problem } from '../../design/parts';
import { useFilters } from '../../design/use-filters';
import { useSelf } from '../../me';
import { mayRecordProjects } from '../../view/access';
import { formatTime } from '../../view/time';
import { type Project, useCommand, useProjects } from './queries';
import { PermitTabs } from './Tabs';

const CLASSES = ['report', 'form', 'registration'] as const;

function NewProject() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [open, setOpen] = useState(false);
  const [name, setName] = useState('');
  const [eiaClass, setClass] = useState<(typeof CLASSES)[number]>('report');
  const [enterpriseId, setEnterprise] = useState<string>();
  const [q, setQ] = useState('');
  const enterprises = useEnterprises({ q: q || undefined });
  const command = useCommand<Project>('projects', '/projects');
  return (
    <>
      <Button type="primary" onClick={() => setOpen(true)} data-testid="project-new">
        {t('permits.newProject')}
      </Button>
      <Modal
        open={open}
        title={t('permits.newProject')}
        onCancel={() => setOpen(false)}
        okText={t('permits.save')}
        okButtonProps={{ disabled: !name.trim() || !enterpriseId, loading: command.isPending }}
        onOk={() =>
          command.mutate(
            { name: name.trim(), enterpriseId, eiaClass },
            { onSuccess: ({ id }) => navigate(`/projects/${id}`) },
          )
        }
      >
        <div className="stack">
          <Labelled label={t('permits.projectName')}>
            {(id) => <Input id={id} value={name} maxLength={200} onChange={(event) => setName(event.target.value)} />}
          </Labelled>
          <Select
            showSearch={{ filterOption: false, onSearch: setQ }}
            value={enterpriseId}
            onChange={setEnterprise}
            loading={enterprises.isFetching}
            placeholder={t('permits.holder')}
            aria-label={t('permits.holder')}
            options={(enterprises.data ?? []).map((one) => ({ value: one.id, label: one.name }))}
          />
          <Select
            value={eiaClass}
            onChange={setClass}
            aria-label={t('permits.eiaClassTitle')}
            options={CLASSES.map((value) => ({ value, label: t(`permits.eiaClass.${value}`) }))}
          />
          <Problem error={command.error} />
        </div>
      </Modal>
    </>
  );
}

function Alerts({ project }: { project: Project }) {
  const { t } = useTranslation();
  return (
    <span className="cluster" style={{ gap: 4 }}>
      {project.alerts.map((alert) => (
        <span key={alert.check} className={`chip ${alert.level}`}>
          {t(`permits.check.${alert.check}`)}
        </span>
      ))}
    </span>
  );
}

export default function ProjectsPage() {
  const { t } = useTranslation();
  const me = useSelf();
  const [search, set] = useFilters();
  const alerted = search.get('alerted') === 'yes' ? true : undefined;
  const projects = useProjects({ q: search.get('q') ?? undefined, alerted });
  const last = (project: Project) => project.steps.at(-1);
  const columns: TableColumnsType<Project> = [
    {
      title: t('permits.projectName'),
      render: (_, p) => (
        <Link to={`/projects/${p.id}`} style={{ fontWeight: 500 }}>
          {p.name}
        </Link>
      ),
    },
    {
      title: t('permits.holder'),
      render: (_, p) => <Link to={`/enterprises/${p.enterpriseId}`}>{p.enterpriseName || p.enterpriseId}</Link>,
    },
    { title: t('permits.eiaClassTitle'), render: (_, p) => t(`permits.eiaClass.${p.eiaClass}`) },
    {
      title: t('permits.lastStep'),
      render: (_, p) => {
        const step = last(p);
        return step ? `${t(`permits.step.${step.step}`)} ${formatTime(step.at, 'day')}` : '–';
      },
    },
    { title: t('permits.column.what'), render: (_, p) => <Alerts project={p} /> },
  ];
  return (
    <div className="page">
      <PageHead
        title={t('permits.page.projects')}
        sub={t('permits.projectsLead')}
        actions={mayRecordProjects(me) ? <NewProject /> : undefined}
      />
      <PermitTabs />
      <div className="filters">
        <Input.Search
          allowClear
          defaultValue={search.get('q') ?? ''}
          placeholder={t('permits.projectName')}
          aria-label={t('permits.projectName')}
          onSearch={(value) => set('q', value.trim())}
          style={{ maxWidth: 320 }}
        />
        <Button type={alerted ? 'primary' : 'default'} onClick={() => set('alerted', alerted ? undefined : 'yes')}>
          {t('permits.onlyAlerted')}
        </Button>
      </div>
      <div className="panel">
        <KeyedList
          of={projects}
          keyOf={(project) => project.id}
          columns={columns}
          to={(project) => `/projects/${project.id}`}
          row={(project) => (
            <>
              <div className="row-title">{project.name}</div>
              <div className="row-note">{project.enterpriseName}</div>
              <Alerts project={project} />
            </>
          )}
          empty={{ title: t('permits.noProjects') }}
          testId="projects"
        />
      </div>
    </div>
  );
}

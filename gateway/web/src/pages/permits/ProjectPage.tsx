import { App, Button, DatePicker, Input, Select, Steps } from 'antd';
import dayjs from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router-dom';
import { Answer, Fact, Facts, Labelled, PageHead, Panel, Problem, Say } from '../../design/parts';
import { usePhone } from '../../design/use-phone';
import { useSelf } from '../../me';
import { mayRecordProjects } from '../../view/access';
import { formatTime } from '../../view/time';
import { OutletLink } from '../outlet/outlet-name';
import { type Project, useCommand, useProject } from './queries';

type StepName = Project['steps'][number]['step'];
const STEPS = [
  'access-study',
  'eia-received',
  'eia-approved',
  'construction-started',
  'construction-finished',
  'permit-applied',
  'permit-issued',
  'production-started',
  'acceptance-published',
  'accepted',
] as const satisfies readonly StepName[];
const OF_ENTERPRISE: readonly StepName[] = [
  'construction-started',
  'construction-finished',
  'permit-applied',
  'production-started',
  'acceptance-published',
  'accepted',
];

function RecordStep({ project, steps }: { project: Project; steps: readonly StepName[] }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const command = useCommand<Project>('projects', `/projects/${project.id}/steps`);
  const open = steps.find((step) => !project.steps.some((taken) => taken.step === step));
  const [step, setStep] = useState<StepName | undefined>(open);
  const [day, setDay] = useState<string>();
  const [number, setNumber] = useState('');
  const [evidence, setEvidence] = useState('');
  const body = {
    step,
    at: `${day}T00:00:00+08:00`,
    ...(number.trim() && { number: number.trim() }),
    ...(evidence.trim() && { evidence: evidence.trim() }),
  };
  return (
    <div className="stack" data-testid="step-form">
      <Labelled label={t('permits.stepTitle')}>
        {(id) => (
          <Select
            id={id}
            style={{ width: '100%' }}
            value={step}
            onChange={setStep}
            options={steps.map((value) => ({ value, label: t(`permits.step.${value}`) }))}
            data-testid="step-name"
          />
        )}
      </Labelled>
      <Labelled label={t('permits.stepDay')}>
        {(id) => (
          <DatePicker
            id={id}
            style={{ width: '100%' }}
            disabledDate={(date) => date.isAfter(dayjs(), 'day')}
            onChange={(_, text) => setDay(typeof text === 'string' && text ? text : undefined)}
          />
        )}
      </Labelled>
      <Labelled label={t('permits.stepNumber')}>
        {(id) => <Input id={id} value={number} maxLength={100} onChange={(event) => setNumber(event.target.value)} />}
      </Labelled>
      <Labelled label={t('permits.stepEvidence')}>
        {(id) => (
          <Input.TextArea
            id={id}
            rows={2}
            value={evidence}
            maxLength={1000}
            onChange={(event) => setEvidence(event.target.value)}
          />
        )}
      </Labelled>
      <Problem error={command.error} />
      <Button
        type="primary"
        disabled={!step || !day}
        loading={command.isPending}
        onClick={() => command.mutate(body, { onSuccess: () => void message.success(t('permits.saved')) })}
        data-testid="step-save"
      >
        {t('permits.recordStep')}
      </Button>
    </div>
  );
}

function Detail({ project }: { project: Project }) {
  const { t } = useTranslation();
  const me = useSelf();
  const phone = usePhone();
  const recordable = mayRecordProjects(me) ? STEPS : me.roles.includes('principal') ? OF_ENTERPRISE : [];
  const taken = new Map(project.steps.map((step) => [step.step, step]));
  return (
    <>
      <PageHead
        crumbs={[
          ['/projects', t('permits.page.projects')],
          [`/enterprises/${project.enterpriseId}`, project.enterpriseName || project.enterpriseId],
        ]}
        title={project.name}
        sub={<span className="chip">{t(`permits.eiaClass.${project.eiaClass}`)}</span>}
      />
      {project.alerts.map((alert) => (
        <div key={alert.check} style={{ marginBottom: 10 }} data-testid="project-alert" data-check={alert.check}>
          <Say tone={alert.level === 'low' ? 'info' : 'warn'}>
            <b style={{ fontWeight: 500 }}>{t(`permits.check.${alert.check}`)}</b> {alert.text}
            <div className="row-note">{alert.basis}</div>
          </Say>
        </div>
      ))}
      <div className="columns">
        <div>
          <Panel title={t('permits.timeline')} testId="project-timeline">
            <Steps
              orientation="vertical"
              // each step says itself whether it was taken; none is "the current one"
              current={-1}
              size={phone ? 'small' : 'medium'}
              items={STEPS.map((step) => {
                const done = taken.get(step);
                return {
                  title: t(`permits.step.${step}`),
                  status: done ? ('finish' as const) : ('wait' as const),
                  content: done ? (
                    <>
                      <div>
                        {formatTime(done.at, 'day')} {done.number}
                      </div>
                      {done.evidence && <div className="row-note">{done.evidence}</div>}
                      {done.warning && <div className="due soon">{done.warning}</div>}
                      <div className="row-note">
                        {t('permits.recordedBy', { name: done.recordedBy, at: formatTime(done.recordedAt, 'day') })}
                      </div>
                    </>
                  ) : undefined,
                };
              })}
            />
          </Panel>
        </div>
        <div>
          <Panel>
            <Facts narrow>
              <Fact label={t('permits.productionSeen')} wide>
                {project.productionSeen &&
                  t('permits.productionSeenText', {
                    day: formatTime(project.productionSeen.day, 'day'),
                    flow: project.productionSeen.flow.toFixed(1),
                    kwh: project.productionSeen.productionKwh.toFixed(1),
                  })}
              </Fact>
              <Fact label={t('permits.outlets')} wide>
                {project.outletIds.length === 0
                  ? undefined
                  : project.outletIds.map((id) => (
                      <div key={id}>
                        <OutletLink id={id} />
                      </div>
                    ))}
              </Fact>
            </Facts>
          </Panel>
          {recordable.length > 0 && (
            <Panel title={t('permits.recordStep')}>
              <RecordStep key={project.steps.length} project={project} steps={recordable} />
            </Panel>
          )}
        </div>
      </div>
    </>
  );
}

export default function ProjectPage() {
  const { id = '' } = useParams();
  const project = useProject(id);
  return (
    <div className="page" data-testid="project">
      <Answer of={project}>{(data) => <Detail project={data} />}</Answer>
    </div>
  );
}

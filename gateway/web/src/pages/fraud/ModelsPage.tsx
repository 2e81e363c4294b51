import { Button, Popconfirm } from 'antd';
import { useTranslation } from 'react-i18next';
import type { ScoringModel } from '../../api/types';
import { Answer, Fact, Facts, More, PageHead, Panel, Problem } from '../../design/parts';
import { useSelf } from '../../me';
import { supervises } from '../../view/access';
import { formatTime } from '../../view/time';
import { useInLanguage } from './marks';
import { useActivate, useModels } from './queries';

/** One model scores the whole province, so its own people decide. */
const PROVINCE = /^\d\d0000$/;

function ModelPanel({ model, mayActivate }: { model: ScoringModel; mayActivate: boolean }) {
  const { t } = useTranslation();
  const say = useInLanguage();
  const activate = useActivate();
  const weighed = model.weights.filter(({ weight }) => weight > 0);
  const figure = (value: number | undefined) => value?.toFixed(3);
  return (
    <section
      style={{ marginBottom: 12 }}
      data-testid="fraud-model"
      data-version={model.version}
      data-active={model.active}
    >
      <Panel
        title={<span className="mono">{model.version}</span>}
        extra={
          <span className="cluster">
            {model.active && <span className="chip normal">{t('authenticity.inForce')}</span>}
            {!model.active && mayActivate && (
              <Popconfirm
                title={t('authenticity.activateAsk', { version: model.version })}
                onConfirm={() => activate.mutate(model.version)}
                okText={t('authenticity.activate')}
                cancelText={t('action.close')}
                okButtonProps={{ 'data-testid': 'model-activate-yes' }}
              >
                <Button size="small" loading={activate.isPending} data-testid="model-activate">
                  {t('authenticity.activate')}
                </Button>
              </Popconfirm>
            )}
          </span>
        }
      >
        <Problem error={activate.error} />
        {model.outcome && <p style={{ marginBottom: 10 }}>{say(model.outcome)}</p>}
        <Facts>
          <Fact label={t('authenticity.kindTitle')}>{t(`authenticity.kind.${model.kind}`)}</Fact>
          <Fact label={t('authenticity.examples')}>
            {t('authenticity.examplesOf', {
              count: model.examples,
              positives: model.positives,
              demo: model.demoExamples,
            })}
          </Fact>
          <Fact label={t('authenticity.auc')}>
            {model.auc === undefined
              ? undefined
              : `${figure(model.auc)}${model.aucInterval ? ` (${model.aucInterval.map(figure).join(' – ')})` : ''}`}
          </Fact>
          <Fact label={t('authenticity.precision')}>{figure(model.precisionAtN)}</Fact>
          <Fact label={t('authenticity.cuts')}>
            {[model.levelCuts.normal, model.levelCuts.watch, model.levelCuts.suspect].join(' / ')}
          </Fact>
          <Fact label={t('authenticity.fittedAt')}>{model.fittedAt && formatTime(model.fittedAt)}</Fact>
          <Fact label={t('authenticity.activatedAt')}>{model.activatedAt && formatTime(model.activatedAt)}</Fact>
        </Facts>
        <details>
          <summary className="row-note">{t('authenticity.weights', { count: weighed.length })}</summary>
          <div className="scroll-x">
            <table className="plain">
              <tbody>
                {weighed.map(({ feature, name, weight }) => (
                  <tr key={feature}>
                    <td>{say(name)}</td>
                    <td className="num">{weight.toFixed(2)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </details>
      </Panel>
    </section>
  );
}

/** The versions of the combining model with their figures; any of them can be put back in force. */
export default function ModelsPage() {
  const { t } = useTranslation();
  const me = useSelf();
  const models = useModels();
  const mayActivate = supervises(me) && PROVINCE.test(me.division);
  return (
    <div className="page" data-testid="fraud-models">
      <PageHead
        crumbs={[['/fraud', t('nav.fraud')]]}
        title={t('authenticity.models')}
        sub={t('authenticity.modelsLead')}
      />
      <Answer of={models}>
        {(data) => (
          <>
            {data.map((model) => (
              <ModelPanel key={model.version} model={model} mayActivate={mayActivate} />
            ))}
            <More of={models} />
          </>
        )}
      </Answer>
    </div>
  );
}

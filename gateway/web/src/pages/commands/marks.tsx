import { useTranslation } from 'react-i18next';
import { answerItems, answerValue, parameterNames, paramText, STATE_TONE } from '../../view/command';
import { factorName } from '../../view/factors';
import { type Command, useAllKinds } from './queries';

export function CommandStateChip({ state }: { state: Command['state'] }) {
  const { t } = useTranslation();
  return (
    <span className={`chip ${STATE_TONE[state]}`} data-state={state}>
      {t(`command.state.${state}`)}
    </span>
  );
}

/** Who asked; where the platform did, why. */
export function AskedBy({ command: { cause, askedBy } }: { command: Pick<Command, 'cause' | 'askedBy'> }) {
  const { t } = useTranslation();
  if (cause === 'asked') return askedBy.name;
  return <span className="chip">{t(`command.cause.${cause}`)}</span>;
}

/** What an item of an answer is called: as the parameter of the same name, by its factor, or as the standard writes it. */
function useItemName(): (name: string) => string {
  const { t, i18n } = useTranslation();
  const parameters = parameterNames(useAllKinds());
  return (name) => {
    const parameter = parameters.get(name.toLowerCase());
    if (parameter) return i18n.language === 'en' ? parameter.nameEn : parameter.nameZh;
    const [code = '', ...field] = name.split('-');
    if (field.length > 0) return `${factorName(code, i18n.language)} ${field.join('-')}`;
    return t(`command.item.${name}`, { defaultValue: name });
  };
}

/** A factor code with its name; any other value as it is. */
const valueText = (name: string, value: string, language: string): string => {
  if (!/^polids?$/i.test(name)) return value;
  const known = factorName(value, language);
  return known === value ? value : `${known} ${value}`;
};

/** The parameters of a command in words, in one line. */
export function Params({ params }: { params: Command['params'] }) {
  const { i18n } = useTranslation();
  const nameOf = useItemName();
  return Object.entries(params)
    .map(([name, value]) => `${nameOf(name)} ${valueText(name, paramText(value), i18n.language)}`)
    .join(' · ');
}

/** What a device answered, item by item. */
export function Answers({ answers }: { answers: readonly string[] }) {
  const { i18n } = useTranslation();
  const nameOf = useItemName();
  return answers.map((area, i) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: two answers may be alike, and none ever changes its place
    <dl key={i} className="facts narrow" data-testid="answer">
      {answerItems(area).map(({ name, value }) => (
        <div key={`${name} ${value}`}>
          <dt>{nameOf(name)}</dt>
          <dd>{valueText(name, answerValue(value), i18n.language)}</dd>
        </div>
      ))}
    </dl>
  ));
}

/** What a device answered, in one line of a list. */
export function AnswerLine({ answers }: { answers: readonly string[] }) {
  const { i18n } = useTranslation();
  const nameOf = useItemName();
  return answers
    .flatMap(answerItems)
    .map(({ name, value }) => `${nameOf(name)} ${valueText(name, answerValue(value), i18n.language)}`)
    .join(' · ');
}

/**
 * Texts to reporters' phones as the operator approved them (domain.md 7). A name in braces is a variable of the request;
 * none holds free text. A reporter's language is not known: Chinese.
 */
const TEMPLATES: Record<string, { text: string; variables: readonly string[] }> = {
  'verification-code': {
    text: '投诉举报验证码：{code}，{minutes}分钟内有效，请勿告知他人。',
    variables: ['code', 'minutes'],
  },
  'complaint-received': {
    text: '您的投诉举报已收到，编号{number}。请凭编号和查询码在平台查看办理进展。',
    variables: ['number'],
  },
  'complaint-progress': {
    text: '您的投诉举报{number}有新的办理进展：{progress}。请凭编号和查询码查看。',
    variables: ['number', 'progress'],
  },
  'complaint-answered': {
    text: '您的投诉举报{number}已答复，请凭编号和查询码查看，并欢迎评价。',
    variables: ['number'],
  },
};

/**
 * The message's words, without the signature.
 * @throws Error for a template that is none or a variable that is missing; it never repeats a variable's value
 */
export function phoneText(template: string, variables: Readonly<Record<string, string>>): string {
  const known = Object.hasOwn(TEMPLATES, template) ? TEMPLATES[template] : undefined;
  if (!known) throw new Error(`there is no SMS template "${template}"`);
  for (const name of known.variables) {
    if (!variables[name]) throw new Error(`SMS template "${template}" needs the variable "${name}"`);
  }
  return known.text.replace(/\{(\w+)\}/g, (_, name: string) => variables[name] ?? '');
}

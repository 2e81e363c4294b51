/** One selector of an expression: `name{label="value"}[5m]`. */
export interface Selector {
  metric: string;
  matchers: { label: string; op: '=' | '!=' | '=~' | '!~'; value: string }[];
  /** The functions and aggregations around it, the outermost first. */
  within: string[];
}

/** What an expression takes and by what it groups: as much of PromQL as it needs to check names, not values. */
export interface Expression {
  selectors: Selector[];
  /** Labels of `by`, `without`, `on`, `ignoring`, `group_left` and `group_right`. */
  groupings: string[];
}

const GROUPING = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right']);
const OPERATORS = new Set(['and', 'or', 'unless', 'atan2', 'bool', 'offset', 'inf', 'nan']);
const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const RANGE = /\[[^\]]*\]/y;
const TEXT = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/y;
const NUMBER = /[0-9][0-9a-zA-Z.]*/y;
const MATCHER = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"\s*,?/y;

/**
 * Reads names, matchers and groupings of a PromQL expression that promtool has found right.
 *
 * @throws Error where a pair of braces is not what it should be.
 */
export function readExpression(expression: string): Expression {
  const text = expression.replaceAll(/#.*$/gm, '');
  const selectors: Selector[] = [];
  const groupings: string[] = [];
  const within: string[] = [];
  let at = 0;
  let last: string | undefined;
  let selector: Selector | undefined;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) at = pattern.lastIndex;
    return found;
  };
  while (at < text.length) {
    const sign = text[at] as string;
    if (take(TEXT) || take(RANGE) || take(NUMBER)) continue;
    const name = take(NAME)?.[0];
    if (name) {
      const next = /^\s*/.exec(text.slice(at))?.[0].length ?? 0;
      if (GROUPING.has(name)) {
        groupings.push(...labelList());
      } else if (text[at + next] === '(') {
        // A function or an aggregation; its bracket comes next.
        last = name;
      } else if (/^(by|without)\b/.test(text.slice(at + next))) {
        last = name;
      } else if (!OPERATORS.has(name.toLowerCase())) {
        selector = { metric: name, matchers: [], within: within.filter(Boolean) };
        selectors.push(selector);
        if (text[at + next] !== '{') selector = undefined;
      }
      continue;
    }
    at++;
    if (sign === '{') {
      if (!selector) throw new Error(`a selector without a name, at ${at} of ${expression}`);
      for (let found = take(MATCHER); found; found = take(MATCHER)) {
        const [, label = '', op = '=', value = ''] = found;
        selector.matchers.push({ label, op: op as '=', value });
      }
      if (!/^\s*\}/.test(text.slice(at))) throw new Error(`no end of the matchers, at ${at} of ${expression}`);
      selector = undefined;
    } else if (sign === '(') {
      within.push(last ?? '');
      last = undefined;
    } else if (sign === ')') {
      within.pop();
    }
  }
  return { selectors, groupings };

  /** The labels in brackets after a grouping word; `group_left` may have none. */
  function labelList(): string[] {
    const list = /^\s*\(([^)]*)\)/.exec(text.slice(at));
    if (!list) return [];
    at += list[0].length;
    return (list[1] as string).split(',').flatMap((label) => label.trim() || []);
  }
}

/** The tree of divisions: paths from explicit parents, never from the digits of a code (domain.md 8.1). */

export interface DivisionNode {
  code: string;
  level: 'province' | 'city' | 'county' | 'town';
  parent?: string;
  replacedBy?: string;
}

export interface DivisionProblem {
  code: string;
  field: 'parent' | 'replacedBy';
  message: string;
}

const RANK = { province: 0, city: 1, county: 2, town: 3 } as const;

/**
 * Paths of all divisions, each the codes from the province down to itself. A division that was replaced
 * (for instance 330104 in 2021) hangs under its successor, so that those who answer for the place now see its records,
 * and accounts that still bear the old code see theirs.
 *
 * Digits say nothing reliable: 429004 lies directly under 420000 though 429000 is no office, 441900 has no counties, and
 * development zones carry local codes.
 * @returns the paths of the sound divisions, and what is wrong with the others
 */
export function divisionPaths(divisions: Iterable<DivisionNode>): {
  paths: Map<string, string[]>;
  problems: DivisionProblem[];
} {
  const nodes = new Map<string, DivisionNode>();
  for (const division of divisions) nodes.set(division.code, division);
  const paths = new Map<string, string[]>();
  const problems: DivisionProblem[] = [];
  const open = new Set<string>();

  const pathOf = (node: DivisionNode): string[] | undefined => {
    const known = paths.get(node.code);
    if (known) return known;
    const above = whatIsAbove(node, nodes);
    if (typeof above === 'string') {
      problems.push({
        code: node.code,
        field: node.replacedBy ? 'replacedBy' : 'parent',
        message: above,
      });
      return undefined;
    }
    if (open.has(node.code)) {
      const field = node.replacedBy ? 'replacedBy' : 'parent';
      problems.push({
        code: node.code,
        field,
        message: 'expected a tree, but this leads back to itself',
      });
      return undefined;
    }
    open.add(node.code);
    const upper = above ? pathOf(above) : [];
    open.delete(node.code);
    if (!upper) return undefined;
    const path = [...upper, node.code];
    paths.set(node.code, path);
    return path;
  };

  for (const node of nodes.values()) pathOf(node);
  return { paths, problems };
}

/** The node that a division hangs under; undefined for a province; a text when there is none where one must be. */
function whatIsAbove(node: DivisionNode, nodes: Map<string, DivisionNode>): DivisionNode | undefined | string {
  if (node.replacedBy !== undefined) {
    return nodes.get(node.replacedBy) ?? `expected the code of a known division, got ${node.replacedBy}`;
  }
  if (node.parent === undefined) {
    return node.level === 'province' ? undefined : `expected the code of the division above this ${node.level}`;
  }
  const parent = nodes.get(node.parent);
  if (!parent) return `expected the code of a known division, got ${node.parent}`;
  if (RANK[parent.level] >= RANK[node.level]) {
    return `expected a division above a ${node.level}, got the ${parent.level} ${parent.code}`;
  }
  return parent;
}

/** A person of the authority as routing sees one. */
export interface Candidate {
  id: string;
  roles: readonly string[];
  divisionCode: string;
  /** Enforcement certificate; without it nobody inspects (处罚法 Art 42, domain.md 5.1). */
  certificateNo?: string;
  /** Tasks that are open and given to this person. */
  openTasks: number;
}

export interface Routed {
  personId: string;
  role: 'lead' | 'second' | 'duty' | 'observer';
}

/** How long the territorial people are looked for before the duty officer is asked (domain.md 5.2). */
export const DUTY_AFTER_MS = 10 * 60_000;

/** Codes of the three levels that use the platform, most local first; a level may be missing (domain.md 8.1). */
export interface Tiers {
  county: string;
  city?: string;
  province: string;
}

/**
 * Reads the levels from a division path (province to county, maybe on to town and village). A county directly under a
 * province (429004) has no city: its path says so, its code does not.
 * @throws Error when the path holds no code of 6 digits
 */
export function tiersOf(divisionPath: readonly string[]): Tiers {
  const codes = divisionPath.filter((code) => code.length === 6);
  const [province] = codes;
  const county = codes.at(-1);
  if (!province || !county)
    throw new Error(`a division path from the province on is needed, not [${divisionPath.join(', ')}]`);
  return { county, city: codes.length >= 3 ? codes[1] : undefined, province };
}

/** Whether a person's own division is this one or a town or village in it. */
const worksIn = (code: string) => (person: Candidate) =>
  person.divisionCode === code || (person.divisionCode.length > 6 && person.divisionCode.startsWith(code));

/** Who has least to do comes first; of equals, the smaller id, so that the choice can be explained. */
const byWorkload = (a: Candidate, b: Candidate) => a.openTasks - b.openTasks || (a.id < b.id ? -1 : 1);

const has = (role: string) => (person: Candidate) => person.roles.includes(role);
const certified = (person: Candidate) => Boolean(person.certificateNo);

/**
 * The supervisor who leads and a second certified officer, two different people: at least two certified officers
 * inspect (处罚法 Art 42). Of the pools, an earlier one is exhausted first. None: undefined.
 */
function pairOf(pools: Candidate[][]): Routed[] | undefined {
  const first = (fits: (person: Candidate) => boolean) => {
    for (const pool of pools) {
      const [best] = pool.filter(certified).filter(fits).sort(byWorkload);
      if (best) return best;
    }
    return undefined;
  };
  const lead = first(has('supervisor'));
  if (!lead) return undefined;
  const second =
    first((person) => has('officer')(person) && person.id !== lead.id) ??
    first((person) => has('supervisor')(person) && person.id !== lead.id);
  return (
    second && [
      { personId: lead.id, role: 'lead' },
      { personId: second.id, role: 'second' },
    ]
  );
}

function dutyOf(pool: Candidate[]): Routed[] | undefined {
  const [best] = pool.filter(has('duty-officer')).sort(byWorkload);
  return best && [{ personId: best.id, role: 'duty' }];
}

/**
 * Who a VERIFY or INSPECT task goes to (domain.md 5.1, 5.2): the county's supervisor and a second certified officer; when
 * they are not to be had for 10 minutes, the county's duty officer, who hands it on; then a pair completed from the
 * city, the city's duty officer, and the same of the province.
 * @param divisionPath of the enterprise, province to county
 * @param people active people of the authority
 * @param waitedMs since the task was created
 * @returns undefined while nobody is found: try again later
 */
export function routeInspection(
  divisionPath: readonly string[],
  people: readonly Candidate[],
  waitedMs: number,
): Routed[] | undefined {
  const tiers = tiersOf(divisionPath);
  const pool = (code: string) => people.filter(worksIn(code));
  const county = pool(tiers.county);
  const local = pairOf([county]);
  if (local || waitedMs < DUTY_AFTER_MS) return local;
  // Towns belong to the county already: of city and province only their own people.
  const above = [tiers.city, tiers.province]
    .filter((code): code is string => code !== undefined && code !== tiers.county)
    .map((code) => people.filter((person) => person.divisionCode === code));
  let found = dutyOf(county);
  for (let i = 0; !found && i < above.length; i++) {
    found = pairOf([county, ...above.slice(0, i + 1)]) ?? dutyOf(above[i] ?? []);
  }
  return found;
}

/**
 * Who an OBSERVE goes to (domain.md 5.1, features row 104): the grid member of the town, or of the county; an officer of
 * the county; nobody there for 10 minutes: the county's duty officer, who hands it on, and officers of the levels above.
 * One person is enough, who needs no certificate: nobody enters.
 * @param divisionPath of the place, province to county or town
 * @returns undefined while nobody is found: try again later
 */
export function routeObservation(
  divisionPath: readonly string[],
  people: readonly Candidate[],
  waitedMs: number,
): Routed[] | undefined {
  const tiers = tiersOf(divisionPath);
  const first = (pool: Candidate[], role: string) => pool.filter(has(role)).sort(byWorkload)[0];
  const towns = divisionPath.filter((code) => code.length > 6).reverse();
  const county = people.filter(worksIn(tiers.county));
  const own = county.filter(({ divisionCode }) => divisionCode === tiers.county);
  // Of another town only when its own town and the county have nobody.
  const grid = [...towns.map((town) => people.filter(worksIn(town))), own, county].map((p) => first(p, 'grid-member'));
  const observer = grid.find(Boolean) ?? first(county, 'officer');
  if (observer) return [{ personId: observer.id, role: 'observer' }];
  if (waitedMs < DUTY_AFTER_MS) return undefined;
  const duty = dutyOf(county);
  if (duty) return duty;
  for (const code of [tiers.city, tiers.province]) {
    const above = people.filter((person) => person.divisionCode === code);
    const officer = first(above, 'officer') ?? first(above, 'grid-member');
    if (officer) return [{ personId: officer.id, role: 'observer' }];
  }
  return undefined;
}

/**
 * The supervisors of a level, or of the next one up where it has none, without those in `except`: whom an escalation
 * tells, and who reviews.
 * @param from the most local level to look at
 */
export function supervisorsFrom(
  from: keyof Tiers,
  divisionPath: readonly string[],
  people: readonly Candidate[],
  except: readonly string[] = [],
): string[] {
  const tiers = tiersOf(divisionPath);
  const order: (keyof Tiers)[] = ['county', 'city', 'province'];
  for (const level of order.slice(order.indexOf(from))) {
    const code = tiers[level];
    if (!code) continue;
    const found = people.filter((p) => p.divisionCode === code && has('supervisor')(p) && !except.includes(p.id));
    if (found.length > 0) return found.map(({ id }) => id).sort();
  }
  return [];
}

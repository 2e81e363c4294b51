/** What of an entry in package-lock.json (version 3) decides whether a package is needed. */
export interface LockedPackage {
  name?: string;
  /** With `link`: the workspace's folder. */
  resolved?: string;
  link?: boolean;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
  os?: string[];
  cpu?: string[];
  libc?: string[];
}

export interface Lockfile {
  lockfileVersion: number;
  /** By place in the checkout: `node_modules/a/node_modules/b`, or a workspace's folder; '' is the root. */
  packages: Record<string, LockedPackage>;
}

/** In npm's words: `linux`, `x64`, `glibc`. */
export interface Platform {
  os: string;
  cpu: string;
  libc: string;
}

export interface Closure {
  /** Folders of workspaces, sorted. */
  workspaces: string[];
  /** Places of packages that are no workspaces, sorted. */
  packages: string[];
}

/**
 * Everything that workspaces need at run time: their dependencies, and those of each, as Node finds them from where they lie. Optional ones
 * only where they fit the platform, peers unless they are optional, nothing of `devDependencies`.
 *
 * @param from folders of the workspaces to start from, e.g. `services/registry`
 * @param bundled workspaces whose dependencies are in what they build already (pages)
 * @throws Error when the lock is of another version or lacks a dependency
 */
export function productionClosure(
  lock: Lockfile,
  from: readonly string[],
  platform: Platform,
  bundled: readonly string[] = [],
): Closure {
  if (lock.lockfileVersion !== 3) throw new Error(`package-lock.json is of version ${lock.lockfileVersion}, not 3`);
  const workspaces = new Set<string>();
  const packages = new Set<string>();

  const visit = (place: string): void => {
    const found = lock.packages[place];
    if (!found) throw new Error(`package-lock.json knows no ${place}`);
    const kept = place.includes('node_modules/') ? packages : workspaces;
    if (kept.has(place)) return;
    kept.add(place);
    if (bundled.includes(place)) return;
    for (const name of namesNeeded(found)) {
      const at = find(lock, place, name);
      if (at === undefined) throw new Error(`package-lock.json has no ${name}, which ${place} needs`);
      visit(at);
    }
    for (const name of Object.keys(found.optionalDependencies ?? {})) {
      const at = find(lock, place, name);
      if (at !== undefined && fits(lock.packages[at] as LockedPackage, platform)) visit(at);
    }
  };

  for (const workspace of from) visit(workspace);
  return { workspaces: [...workspaces].sort(), packages: [...packages].sort() };
}

/** Dependencies, and peers that are not optional; npm lists an optional dependency under its own head only. */
function namesNeeded({ dependencies, peerDependencies, peerDependenciesMeta, optionalDependencies }: LockedPackage) {
  const peers = Object.keys(peerDependencies ?? {}).filter((name) => !peerDependenciesMeta?.[name]?.optional);
  return [...Object.keys(dependencies ?? {}), ...peers].filter((name) => !(name in (optionalDependencies ?? {})));
}

/** As Node looks: in `node_modules` of the package's own folder, then of each folder above. A link gives the workspace. */
function find(lock: Lockfile, place: string, name: string): string | undefined {
  for (let folder = place; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))) {
    if (folder !== 'node_modules' && !folder.endsWith('/node_modules')) {
      const at = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
      const found = lock.packages[at];
      if (found) {
        if (found.link) return found.resolved;
        const above = at.startsWith('node_modules/') ? '' : at.slice(0, at.indexOf('/node_modules/'));
        // In the image workspaces lie side by side, so that one no longer sees what lies in the other.
        if (above && above !== place && !place.startsWith(`${above}/node_modules/`))
          throw new Error(`${place} takes ${name} from ${above}, which it would not find in an image`);
        return at;
      }
    }
    if (folder === '') return undefined;
  }
}

function fits({ os, cpu, libc }: LockedPackage, platform: Platform): boolean {
  return allows(os, platform.os) && allows(cpu, platform.cpu) && allows(libc, platform.libc);
}

/** npm's lists: those named, or with `!` all but those. */
function allows(list: string[] | undefined, value: string): boolean {
  if (!list || list.includes(`!${value}`)) return !list;
  return list.includes(value) || list.every((item) => item.startsWith('!'));
}

/**
 * Where a package or workspace lies below `/app`: workspaces become real folders in `node_modules`, with what lay in theirs.
 * @param place as the lock names it
 */
export function placeInImage(lock: Lockfile, place: string): string {
  const cut = place.startsWith('node_modules/') ? 0 : place.indexOf('/node_modules/');
  if (cut === 0) return place;
  const workspace = cut < 0 ? place : place.slice(0, cut);
  const name = lock.packages[workspace]?.name;
  if (!name) throw new Error(`package-lock.json gives no name to ${workspace}`);
  return `node_modules/${name}${place.slice(workspace.length)}`;
}

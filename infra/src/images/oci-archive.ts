import { createHash } from 'node:crypto';
import { createWriteStream, renameSync, rmSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Entry } from './entry';
import type { Layer } from './layer-cache';
import { tarOf } from './tar';

/** How a container of an image runs. */
export interface ImageSettings {
  /** e.g. `greenwatch/registry` */
  name: string;
  tag: string;
  entrypoint: string[];
  cmd?: string[];
  env: Record<string, string>;
  workdir: string;
  /** `uid:gid` in numbers, so that Kubernetes sees that it is not root. */
  user: string;
  ports: number[];
  /** `org.opencontainers.image.*` */
  labels: Record<string, string>;
}

/** An image whose layers are written. */
export interface BuiltImage {
  settings: ImageSettings;
  layers: Layer[];
}

/** Where a name without a registry is looked for, by the grammar of image references; Kubernetes writes names out so. */
const DEFAULT_REGISTRY = 'docker.io';
/** Architectures in OCI's words. */
const ARCHITECTURES: Record<string, string> = { x64: 'amd64', arm64: 'arm64' };
const MEDIA = 'application/vnd.oci.image';

/**
 * Writes images into one tar: an OCI layout (`ctr images import`, podman, skopeo) that is a `docker load` archive as well. A layer that
 * several of them have is in it once.
 * @param registry before the names, such as `localhost`; without, a name counts as in the default registry
 * @returns the archive's length in bytes
 */
export async function writeArchive(file: string, images: readonly BuiltImage[], registry?: string): Promise<number> {
  const blobs = new Map<string, Entry>();
  const addBlob = (digest: string, content: Entry['content']) => {
    const path = `blobs/${digest.replace(':', '/')}`;
    blobs.set(path, { path, mode: 0o644, content });
    return path;
  };
  const addText = (mediaType: string, value: unknown) => {
    const text = JSON.stringify(value);
    const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
    return { path: addBlob(digest, { text }), descriptor: { mediaType, digest, size: Buffer.byteLength(text) } };
  };

  const manifests: unknown[] = [];
  const docker: unknown[] = [];
  for (const { settings, layers } of images) {
    const layerPaths = layers.map((layer) => addBlob(layer.digest, { file: layer.file }));
    const config = addText(`${MEDIA}.config.v1+json`, configOf(settings, layers));
    const manifest = addText(`${MEDIA}.manifest.v1+json`, {
      schemaVersion: 2,
      mediaType: `${MEDIA}.manifest.v1+json`,
      config: config.descriptor,
      layers: layers.map(({ digest, size }) => ({ mediaType: `${MEDIA}.layer.v1.tar`, digest, size })),
    });
    const name = `${registry ? `${registry}/` : ''}${settings.name}:${settings.tag}`;
    manifests.push({
      ...manifest.descriptor,
      platform: { architecture: architecture(), os: 'linux' },
      annotations: {
        'io.containerd.image.name': registry ? name : `${DEFAULT_REGISTRY}/${name}`,
        'org.opencontainers.image.ref.name': name,
      },
    });
    docker.push({ Config: config.path, RepoTags: [name], Layers: layerPaths });
  }

  const text = (path: string, value: unknown): Entry => ({
    path,
    mode: 0o644,
    content: { text: JSON.stringify(value) },
  });
  const entries = [
    text('oci-layout', { imageLayoutVersion: '1.0.0' }),
    text('index.json', { schemaVersion: 2, mediaType: `${MEDIA}.index.v1+json`, manifests }),
    text('manifest.json', docker),
    ...[...blobs.values()].sort((a, b) => (a.path < b.path ? -1 : 1)),
  ];
  const fresh = `${file}.writing-${process.pid}`;
  try {
    const out = createWriteStream(fresh);
    await pipeline(tarOf(entries), out);
    renameSync(fresh, file);
    return out.bytesWritten;
  } finally {
    rmSync(fresh, { force: true });
  }
}

function configOf({ entrypoint, cmd, env, workdir, user, ports, labels }: ImageSettings, layers: readonly Layer[]) {
  return {
    created: new Date(0).toISOString(),
    architecture: architecture(),
    os: 'linux',
    config: {
      User: user,
      ExposedPorts: Object.fromEntries(ports.map((port) => [`${port}/tcp`, {}])),
      Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
      Entrypoint: entrypoint,
      ...(cmd && { Cmd: cmd }),
      WorkingDir: workdir,
      Labels: labels,
    },
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
  };
}

function architecture(): string {
  return ARCHITECTURES[process.arch] ?? process.arch;
}

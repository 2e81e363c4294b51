import { createHash, type Hash } from 'node:crypto';
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Entry, inOrder } from './entry';
import { tarOf } from './tar';

/** A layer's tar: uncompressed, since it stays on this machine; what pushes it compresses it. */
export interface Layer {
  /** `sha256:<hex>` */
  digest: string;
  size: number;
  file: string;
}

/** Another one after a change of how layers are written. */
const FORMAT = 1;
const UNUSED_MS = 7 * 24 * 3600_000;

/**
 * Layers as files named by their digest. What a layer is made of (paths, modes, texts, sizes and times of files) names a stamp; a layer whose
 * stamp is there is not written again.
 */
export class LayerCache {
  constructor(private readonly folder: string) {
    mkdirSync(path.join(folder, 'stamps'), { recursive: true });
    mkdirSync(path.join(folder, 'sha256'), { recursive: true });
  }

  async layer(entries: Iterable<Entry>): Promise<Layer> {
    const ordered = inOrder(entries);
    const stamp = path.join(this.folder, 'stamps', stampOf(ordered));
    const digest = existsSync(stamp) ? readFileSync(stamp, 'utf8') : undefined;
    if (digest !== undefined && existsSync(this.blob(digest))) {
      const now = new Date();
      for (const file of [stamp, this.blob(digest)]) utimesSync(file, now, now);
      return this.describe(digest);
    }
    return this.write(ordered, stamp);
  }

  /** Removes what no image has used for a week. */
  prune(now: number): void {
    for (const part of ['stamps', 'sha256']) {
      for (const name of readdirSync(path.join(this.folder, part))) {
        const file = path.join(this.folder, part, name);
        if (now - statSync(file).mtimeMs > UNUSED_MS) rmSync(file, { force: true });
      }
    }
  }

  private async write(ordered: Entry[], stamp: string): Promise<Layer> {
    // Published by a rename, so that another build meets whole layers only.
    const fresh = path.join(this.folder, 'sha256', `.writing-${process.pid}-${path.basename(stamp).slice(0, 16)}`);
    const hash = createHash('sha256');
    try {
      await pipeline(hashed(tarOf(ordered), hash), createWriteStream(fresh));
      const digest = `sha256:${hash.digest('hex')}`;
      renameSync(fresh, this.blob(digest));
      writeFileSync(stamp, digest);
      return this.describe(digest);
    } finally {
      rmSync(fresh, { force: true });
    }
  }

  private blob(digest: string): string {
    return path.join(this.folder, digest.replace(':', '/'));
  }

  private describe(digest: string): Layer {
    const file = this.blob(digest);
    return { digest, size: statSync(file).size, file };
  }
}

async function* hashed(chunks: AsyncIterable<Buffer>, hash: Hash): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}

function stampOf(ordered: Entry[]): string {
  const hash = createHash('sha256').update(`${FORMAT}\n`);
  for (const { path: to, mode, owner, content } of ordered) {
    hash.update(
      JSON.stringify([to, mode, owner ?? 0, typeof content === 'object' && 'text' in content ? content : '']),
    );
    if (typeof content === 'object' && 'file' in content) {
      const { size, mtimeMs, ctimeMs } = statSync(content.file);
      hash.update(JSON.stringify([content.file, size, mtimeMs, ctimeMs]));
    }
  }
  return hash.digest('hex');
}

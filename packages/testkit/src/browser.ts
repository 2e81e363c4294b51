import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder, OperatorError, repositoryRoot } from '@greenwatch/infra';
import { type Browser, chromium as playwright } from 'playwright-core';

const run = promisify(execFile);

/**
 * A real Chromium, without root and without Debian packages: the one inside `@sparticuz/chromium`, unpacked once into
 * `.cache`. Close it in `afterAll`. WebGL works, by software. It has one Latin font: pages bring their Chinese one.
 *
 * @throws OperatorError when it cannot run on this machine.
 */
export async function launchBrowser(): Promise<Browser> {
  const { executable, environment } = await obtainBrowser();
  return playwright.launch({
    executablePath: executable,
    env: { ...(process.env as Record<string, string>), ...environment },
    args: [
      // The sandbox needs rights that containers and root do not have; only our own pages are opened.
      ...['--no-sandbox', '--no-zygote', '--disable-dev-shm-usage'],
      ...['--ignore-gpu-blocklist', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
      '--font-render-hinting=none',
    ],
  });
}

interface InstalledBrowser {
  executable: string;
  /** Where it finds its fonts and, on machines that lack NSS, its libraries. */
  environment: Record<string, string>;
}

/** Unpacks the browser if that has not been done, and finds out what it needs to run here. */
export async function obtainBrowser(): Promise<InstalledBrowser> {
  const manifest = path.join(repositoryRoot, 'node_modules', '@sparticuz', 'chromium', 'package.json');
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  const folder = path.join(cacheFolder, `chromium-${version}`);
  if (!existsSync(folder)) await unpack(folder);
  const executable = path.join(folder, 'chromium');
  const fonts = { FONTCONFIG_FILE: path.join(folder, 'fonts.conf') };
  const libraries = { LD_LIBRARY_PATH: path.join(folder, 'al2023', 'lib') };
  let reason = '';
  for (const environment of [fonts, { ...fonts, ...libraries }]) {
    try {
      await run(executable, ['--version'], { env: { ...process.env, ...environment } });
      return { executable, environment };
    } catch (error) {
      reason = ((error as { stderr?: string }).stderr || (error as Error).message).trim().split('\n').at(-1) ?? '';
    }
  }
  throw new OperatorError(`the Chromium of @sparticuz/chromium ${version} does not run here: ${reason}`);
}

async function unpack(folder: string): Promise<void> {
  mkdirSync(cacheFolder, { recursive: true });
  const work = mkdtempSync(path.join(cacheFolder, '.unpacking-chromium-'));
  try {
    // The package unpacks into the temporary folder, and its libraries only where it believes to be on AWS.
    await run(process.execPath, ['-e', "require('@sparticuz/chromium').executablePath()"], {
      cwd: repositoryRoot,
      env: { ...process.env, TMPDIR: work, AWS_LAMBDA_JS_RUNTIME: 'nodejs20.x' },
    });
    writeFileSync(
      path.join(work, 'fonts.conf'),
      `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${folder}/fonts</dir><cachedir>${folder}/fonts-cache</cachedir></fontconfig>\n`,
    );
    renameSync(work, folder);
  } catch (error) {
    // Somebody else may have unpacked it meanwhile.
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

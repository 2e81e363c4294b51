import { EnterpriseFile, Id } from '@greenwatch/contracts';
import { factorInfo } from '@greenwatch/hj212';
import { Type } from '@sinclair/typebox';
import { callerOf } from '../authentication';
import type { Gateway } from '../gateway';
import { type App, declare, json } from '../route';
import { fileDocument } from './file-document';
import { gatherFile } from './gather';
import { printFile } from './print-file';
import { type Language, wordsIn } from './words';

const params = Type.Object({ id: Id }, { additionalProperties: false });

/** One enterprise, one file; on the screen and on paper. */
export function fileRoutes(app: App, { kit, mapModels }: Gateway): void {
  app.get(
    '/enterprises/:id/file',
    declare({
      summary: "An enterprise's file with its timeline",
      description: 'A part whose service does not answer is named in `missing`; the rest stands.',
      tag: 'file',
      operationId: 'getEnterpriseFile',
      access: { area: 'file' },
      params,
      answers: { 200: json(EnterpriseFile) },
    }),
    (request) => gatherFile(kit, mapModels, request.params.id, callerOf(request)),
  );
  app.get(
    '/enterprises/:id/file.pdf',
    declare({
      summary: "An enterprise's file to print",
      description:
        'The same parts as a PDF; what is missing is named in it. Its last lines hold the SHA-256 of its text.',
      tag: 'file',
      operationId: 'printEnterpriseFile',
      access: { area: 'file' },
      params,
      querystring: Type.Object(
        { language: Type.Optional(Type.Unsafe<Language>({ type: 'string', enum: ['zh-CN', 'en'], default: 'zh-CN' })) },
        { additionalProperties: false },
      ),
      answers: {
        200: {
          description: 'A4 pages',
          content: { 'application/pdf': { schema: { type: 'string', format: 'binary' } } },
        },
      },
    }),
    async (request, reply) => {
      const { language = 'zh-CN' } = request.query;
      const caller = callerOf(request);
      const [file, divisions] = await Promise.all([
        gatherFile(kit, mapModels, request.params.id, caller),
        // Without the registry the file names divisions by their codes.
        kit.call('registry.division.list', {}, { as: caller, timeoutMs: 1_000 }).catch(() => []),
      ]);
      const words = wordsIn(language);
      const factorName = (code: string) => {
        const info = factorInfo(code);
        return (language === 'en' ? info?.nameEn : undefined) ?? info?.nameZh ?? code;
      };
      const divisionName = (code: string) => {
        const found = divisions.find((division) => division.code === code);
        return (language === 'en' ? found?.nameEn : undefined) ?? found?.name ?? code;
      };
      const document = fileDocument(file, {
        ...{ words, factorName, divisionName },
        factorUnit: (code) => factorInfo(code)?.unit ?? '',
        said: (text) => (language === 'en' ? text.en : text.zh),
      });
      reply
        .type('application/pdf')
        .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(`${document.title}.pdf`)}`);
      return reply.send(printFile(document, new Date(file.at), words, language));
    },
  );
}

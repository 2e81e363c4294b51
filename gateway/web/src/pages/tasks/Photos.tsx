import { CameraOutlined } from '@ant-design/icons';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { apiUrl } from '../../api/client';
import { usePhotoUpload } from '../../api/hooks';
import type { Task } from '../../api/types';
import { Problem, Say } from '../../design/parts';
import { formatTime } from '../../view/time';

const MAX_BYTES = 15 * 1024 * 1024;
const TYPES = ['image/jpeg', 'image/png'];
interface Sending {
  id: number;
  preview: string;
  share: number;
}

/** The photos of a task, and the way to take another one. Each goes as it is taken, so that a lost connection costs one photo. */
export function Photos({ task, may }: { task: Task; may: boolean }) {
  const { t } = useTranslation();
  const upload = usePhotoUpload(task.id);
  const [sending, setSending] = useState<Sending[]>([]);
  const [error, setError] = useState<Error | null>(null);
  const [refused, setRefused] = useState<string>();

  const send = async (files: File[]) => {
    setError(null);
    setRefused(undefined);
    for (const photo of files) {
      if (!TYPES.includes(photo.type) || photo.size > MAX_BYTES) {
        setRefused(t('photo.refused', { name: photo.name, megabytes: MAX_BYTES / 1024 / 1024 }));
        continue;
      }
      const id = Math.random();
      const preview = URL.createObjectURL(photo);
      setSending((all) => [...all, { id, preview, share: 0 }]);
      try {
        await upload.mutateAsync({
          photo,
          onProgress: (share) => setSending((all) => all.map((s) => (s.id === id ? { ...s, share } : s))),
        });
      } catch (failed) {
        setError(failed instanceof Error ? failed : new Error(String(failed)));
      }
      setSending((all) => all.filter((s) => s.id !== id));
      URL.revokeObjectURL(preview);
    }
  };
  return (
    <div className="stack">
      <div className="photos" data-testid="photos">
        {task.photos.map((photo) => {
          const src = apiUrl(`/tasks/${task.id}/photos/${photo.id}`);
          const words = t('photo.of', { at: formatTime(photo.at) });
          return (
            <a
              key={photo.id}
              className="photo"
              href={src}
              target="_blank"
              rel="noreferrer"
              title={`${words} · SHA-256 ${photo.sha256}`}
            >
              <img src={src} alt={words} loading="lazy" data-testid="photo" />
            </a>
          );
        })}
        {sending.map(({ id, preview, share }) => (
          <span key={id} className="photo">
            <img src={preview} alt={t('photo.sending')} />
            <span className="progress" role="progressbar" aria-valuenow={Math.round(share * 100)}>
              {Math.round(share * 100)}%
            </span>
          </span>
        ))}
        {may && (
          <label className="photo-add">
            <CameraOutlined style={{ fontSize: 22 }} />
            {t('photo.take')}
            <input
              type="file"
              accept="image/jpeg,image/png"
              capture="environment"
              multiple
              className="sr-only"
              onChange={(event) => {
                void send([...(event.target.files ?? [])]);
                event.target.value = '';
              }}
              data-testid="photo-input"
            />
          </label>
        )}
      </div>
      {task.photos.length === 0 && !may && <p className="muted">{t('photo.none')}</p>}
      {refused && <Say tone="warn">{refused}</Say>}
      <Problem error={error} />
    </div>
  );
}

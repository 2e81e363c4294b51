import { CameraOutlined, CloseOutlined } from '@ant-design/icons';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Problem, Say } from '../../design/parts';
import { MAX_PHOTO_BYTES, MAX_PHOTOS, PHOTO_TYPES, sendPhoto } from './public-api';

export interface PickedPhoto {
  key: number;
  preview: string;
  /** 0 to 1 while it is on its way. */
  share: number;
  /** Once it has arrived. */
  id?: string;
}
type Change = (change: (photos: PickedPhoto[]) => PickedPhoto[]) => void;
let keys = 0;

/** Photos of a complaint; each goes as it is taken, so that a lost connection costs one. */
export function PhotoPicker({ clientId, photos, change }: { clientId: string; photos: PickedPhoto[]; change: Change }) {
  const { t } = useTranslation();
  const [error, setError] = useState<Error | null>(null);
  const [refused, setRefused] = useState<string>();
  const megabytes = MAX_PHOTO_BYTES / 1024 / 1024;

  const add = async (files: File[]) => {
    setError(null);
    setRefused(undefined);
    for (const file of files.slice(0, MAX_PHOTOS - photos.length)) {
      if (!PHOTO_TYPES.includes(file.type) || file.size > MAX_PHOTO_BYTES) {
        setRefused(t('public.form.photoRefused', { name: file.name, megabytes }));
        continue;
      }
      const key = keys++;
      const preview = URL.createObjectURL(file);
      change((all) => [...all, { key, preview, share: 0 }]);
      try {
        const { id } = await sendPhoto(clientId, file, (share) =>
          change((all) => all.map((photo) => (photo.key === key ? { ...photo, share } : photo))),
        );
        change((all) => all.map((photo) => (photo.key === key ? { ...photo, share: 1, id } : photo)));
      } catch (failed) {
        setError(failed instanceof Error ? failed : new Error(String(failed)));
        change((all) => all.filter((photo) => photo.key !== key));
        URL.revokeObjectURL(preview);
      }
    }
  };

  return (
    <>
      <div className="photos" data-testid="public-photos">
        {photos.map(({ key, preview, share, id }, i) => (
          <span key={key} className="photo" data-testid={id ? 'public-photo' : 'public-photo-sending'}>
            <img src={preview} alt={t('public.form.photoN', { n: i + 1 })} />
            {id ? (
              <button
                type="button"
                className="photo-remove"
                aria-label={t('public.form.removePhoto', { n: i + 1 })}
                onClick={() => {
                  URL.revokeObjectURL(preview);
                  change((all) => all.filter((photo) => photo.key !== key));
                }}
              >
                <CloseOutlined />
              </button>
            ) : (
              <span className="progress" role="progressbar" aria-valuenow={Math.round(share * 100)}>
                {Math.round(share * 100)}%
              </span>
            )}
          </span>
        ))}
        {photos.length < MAX_PHOTOS && (
          <label className="photo-add">
            <CameraOutlined style={{ fontSize: 24 }} />
            {t('public.form.addPhoto')}
            <input
              type="file"
              accept={PHOTO_TYPES.join(',')}
              capture="environment"
              multiple
              className="sr-only"
              onChange={(event) => {
                void add([...(event.target.files ?? [])]);
                event.target.value = '';
              }}
              data-testid="public-photo-input"
            />
          </label>
        )}
      </div>
      <p className="muted" style={{ fontSize: 12.5 }}>
        {t('public.form.photosHint', { count: MAX_PHOTOS, megabytes })}
      </p>
      {refused && <Say tone="warn">{refused}</Say>}
      <Problem error={error} />
    </>
  );
}

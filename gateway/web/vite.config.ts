import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** Every browser that runs this console reads WOFF2: leaving the WOFF copies out halves what is shipped. */
const woff2Only = (): Plugin => ({
  name: 'greenwatch:woff2-only',
  enforce: 'pre',
  transform(code, id) {
    if (!id.includes('@fontsource') || !id.includes('.css')) return null;
    return { code: code.replace(/,\s*url\([^)]*\.woff\) format\('woff'\)/g, ''), map: null };
  },
});

export default defineConfig({
  plugins: [woff2Only(), react()],
  build: {
    target: 'es2022',
    // A font subset written into the style sheet would be fetched by everybody; as a file only where its characters occur.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
  },
  server: { proxy: { '/api': process.env.GATEWAY ?? 'http://127.0.0.1:8080' } },
});

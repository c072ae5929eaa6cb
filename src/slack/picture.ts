/** A drawing as a PNG, by resvg, with a font that comes with us: machines that serve have none. */
import { createRequire } from 'node:module';
import { family } from './drawing.ts';

/** Twice the size of the drawing, for screens of today. */
const zoom = 2;
const ownFonts = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'];
/** Scripts that our font does not have; then the machine's own fonts are looked through too. */
const otherScripts =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Devanagari}]/u;

/** Throws where the machine has no ready-made resvg. */
export async function pngOf(svg: string): Promise<Buffer> {
  // Native, and needed here alone: without it all else goes on.
  const { renderAsync } = await import('@resvg/resvg-js');
  const { resolve } = createRequire(import.meta.url);
  const image = await renderAsync(svg, {
    fitTo: { mode: 'zoom', value: zoom },
    font: {
      fontFiles: ownFonts.map((name) => resolve(`dejavu-fonts-ttf/ttf/${name}`)),
      loadSystemFonts: otherScripts.test(svg),
      defaultFontFamily: family,
    },
  });
  return image.asPng();
}

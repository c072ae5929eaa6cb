/** What every page of ours has in common: one file that needs nothing else, no script, no network, light and dark. */
import { html, type Part } from './html.ts';
import { style } from './style.ts';

/** The markup of a whole page; `more` are styles of its own. */
export function page(title: string, content: Part, more = ''): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${title}</title>
        <style>
          ${{ markup: style }}${{ markup: more }}
        </style>
      </head>
      <body>
        <main>${content}</main>
      </body>
    </html> `.markup;
}

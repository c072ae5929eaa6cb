/** How the page looks: light and dark, from a phone's width up. */

export const style = `
:root { color-scheme: light dark;
  --bg: #f5f6f8; --card: #ffffff; --ink: #171c24; --soft: #566070; --line: #e3e6eb; --grid: #eceef2;
  --stable: #97a1b0; --candidate: #2f6bd8; --baseline: #c98a1b; --gray: #a9c6f5; --ab: #6b9cec; --full: #2f6bd8; --inside: #ffffff;
  --good: #17804d; --bad: #c4332b; --warn: #8a5a00; --accent: #2258b8; --person: #7a3fc4;
  --good-bg: #e5f5ec; --bad-bg: #fcebe9; --warn-bg: #fdf3dc; --accent-bg: #e8f0fd; --muted-bg: #eef0f3; --forbidden: #c4332b1a; }
@media (prefers-color-scheme: dark) { :root {
  --bg: #0e1217; --card: #161b22; --ink: #e7eaef; --soft: #a0a9b6; --line: #2a313b; --grid: #232a33;
  --stable: #77818f; --candidate: #6ea3f5; --baseline: #dca94a; --gray: #2d4a78; --ab: #4674bd; --full: #6ea3f5; --inside: #0e1217;
  --good: #4fc78c; --bad: #ff8078; --warn: #e5b454; --accent: #8db8fa; --person: #c49bf4;
  --good-bg: #12301f; --bad-bg: #3a1917; --warn-bg: #33270c; --accent-bg: #16263f; --muted-bg: #222932; --forbidden: #ff807826; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--bg); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif; overflow-wrap: anywhere; }
main { max-width: 1120px; margin: 0 auto; padding: 32px 20px 48px; }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 4px; letter-spacing: -.01em; }
h2 { font-size: 17px; margin: 0 0 4px; } h3 { font-size: 14px; margin: 0 0 6px; }
p { margin: 0 0 8px; } small { font-size: 12px; color: var(--soft); font-weight: 400; }
figure { margin: 0; min-width: 0; } figcaption p { color: var(--soft); font-size: 13px; margin: 0 0 6px; }
code { font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; background: var(--muted-bg); border-radius: 4px; padding: 1px 5px; }
pre { font: 12.5px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; background: var(--muted-bg); border-radius: 8px; padding: 14px; overflow: auto; overflow-wrap: normal; margin: 10px 0 0; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 20px; margin: 0 0 16px; min-width: 0; }
.muted { color: var(--soft); } .good { color: var(--good); } .bad { color: var(--bad); } .accent { color: var(--accent); } .warn { color: var(--warn); }
.sub { color: var(--soft); margin: 0 0 14px; }
.pill { display: inline-block; border-radius: 99px; padding: 2px 11px; font-size: 13px; font-weight: 600; background: var(--muted-bg); color: var(--soft); white-space: nowrap; }
.pill.good { background: var(--good-bg); color: var(--good); } .pill.bad { background: var(--bad-bg); color: var(--bad); }
.pill.warn { background: var(--warn-bg); color: var(--warn); } .pill.accent { background: var(--accent-bg); color: var(--accent); }
.outcome { font-size: 16px; margin: 12px 0 0; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(170px, 1fr)); gap: 14px 24px; margin: 18px 0 0; }
.facts dt { color: var(--soft); font-size: 12.5px; } .facts dd { margin: 0; } .facts dd small { display: block; }
.facts .big dd { font-size: 22px; line-height: 1.25; font-weight: 650; font-variant-numeric: tabular-nums; }
.steps { display: grid; grid-template-columns: repeat(7, 1fr); gap: 8px; list-style: none; margin: 0 0 16px; padding: 0; }
.steps li { --tone: var(--line); background: var(--card); border: 1px solid var(--line); box-shadow: inset 0 3px 0 var(--tone); border-radius: 6px; overflow: hidden; padding: 11px 11px 9px; font-size: 12.5px; line-height: 1.4; min-width: 0; }
.steps li strong { display: block; font-size: 13.5px; } .steps li.done { --tone: var(--good); } .steps li.running { --tone: var(--accent); } .steps li.failed { --tone: var(--bad); }
.steps li span.note { color: var(--soft); }
.charts { display: grid; grid-template-columns: minmax(0, 5fr) minmax(0, 7fr); gap: 16px; } .charts > :only-child { grid-column: 1 / -1; }
.two { display: grid; grid-template-columns: minmax(0, 5fr) minmax(0, 7fr); gap: 32px; margin: 16px 0 4px; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 0 0 8px; padding: 0; font-size: 12.5px; color: var(--soft); }
.key { display: inline-block; width: 12px; height: 10px; border-radius: 2px; margin-right: 6px; vertical-align: -1px; }
.key.dot { width: 9px; height: 9px; border-radius: 50%; vertical-align: 0; }
.key.candidate, .key.full { background: var(--candidate); } .key.stable { background: var(--stable); } .key.baseline { background: var(--baseline); }
.key.gray { background: var(--gray); } .key.ab { background: var(--ab); } .key.planned { border: 1.5px dashed var(--soft); background: none; }
.key.dot.good { background: var(--good); } .key.dot.person { background: var(--person); } .key.dot.unclear { background: var(--card); border: 2px solid var(--soft); }
.key.dot.bad { background: none; width: 0; height: 0; border-radius: 0; border: 5px solid transparent; border-bottom: 9px solid var(--bad); border-top: 0; }
svg { display: block; overflow: visible; } .plot { min-width: 0; }
svg text { fill: var(--soft); font-size: 12px; font-variant-numeric: tabular-nums; } svg text.mid, svg text.value { text-anchor: middle; } svg text.end { text-anchor: end; } svg text.start { text-anchor: start; }
svg text.value { fill: var(--ink); font-weight: 650; font-size: 13px; } svg text.strong { fill: var(--ink); } svg text.muted { fill: var(--soft); font-weight: 400; }
svg text.name { font-size: 12.5px; } svg .strong { fill: var(--ink); font-weight: 600; } svg text.share { fill: var(--ink); font-size: 11.5px; } svg text.share.inside { fill: var(--ink); }
svg rect.full + text.share.inside { fill: var(--inside); font-weight: 600; }
.grid { stroke: var(--grid); } .axis { stroke: var(--line); } .zero { stroke: var(--soft); } .limit { stroke: var(--bad); stroke-width: 1.5; stroke-dasharray: 3 2; }
rect.candidate, rect.full { fill: var(--candidate); } rect.stable { fill: var(--stable); } rect.baseline { fill: var(--baseline); } rect.gray { fill: var(--gray); } rect.ab { fill: var(--ab); }
rect.planned { fill: none; stroke: var(--soft); stroke-width: 1.25; stroke-dasharray: 4 3; } rect.training { fill: var(--stable); opacity: .55; } rect.forbidden { fill: var(--forbidden); }
.whisker { stroke-width: 2.5; stroke-linecap: round; } .point { stroke-width: 2; }
.whisker.good { stroke: var(--good); } .whisker.bad { stroke: var(--bad); } .whisker.unclear { stroke: var(--soft); }
.point.good { fill: var(--good); stroke: var(--good); } .point.bad { fill: var(--bad); stroke: var(--bad); } .point.unclear { fill: var(--card); stroke: var(--soft); }
svg .dot { stroke: var(--card); stroke-width: 1; } svg .dot.unclear { fill: var(--card); stroke: var(--soft); stroke-width: 1.5; } svg .dot.good { fill: var(--good); } svg .dot.person { fill: var(--person); } svg .dot.bad { fill: var(--bad); }
.rows .row { display: grid; grid-template-columns: minmax(0, var(--label, 12ch)) minmax(0, 1fr) 184px; gap: 0 14px; align-items: center; }
.rows.short .row { grid-template-columns: minmax(0, var(--label, 12ch)) minmax(0, 1fr) 44px; }
.label { font-size: 13.5px; overflow: hidden; display: -webkit-box; -webkit-line-clamp: 2; -webkit-box-orient: vertical; line-height: 1.3; margin: 3px 0; }
.number { font-size: 13.5px; font-variant-numeric: tabular-nums; white-space: nowrap; }
.findings { margin: 6px 0 14px; } .findings figcaption { margin-bottom: 4px; } .findings .rows .row { grid-template-columns: minmax(0, calc(var(--label, 12ch) + 3ch)) minmax(0, 1fr) 236px; }
.mark { font-weight: 700; } .mark.unclear { color: var(--soft); }
.stage summary { cursor: pointer; } .stage[open] summary { margin-bottom: 12px; } .stage { padding: 14px 20px; } .stage-name { font-weight: 650; } .stage-list { color: var(--soft); margin: 0 6px; } .stage.closed { opacity: .8; }
.step { border-top: 1px solid var(--line); padding: 12px 0 4px; } .reason { background: var(--bad-bg); border-radius: 8px; padding: 8px 12px; }
.reasons { margin: 0 0 8px; padding-left: 20px; }
details > summary { cursor: pointer; color: var(--accent); font-size: 13.5px; } .stage > summary { color: inherit; font-size: 15px; }
summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; border-radius: 4px; }
.scroll { overflow-x: auto; margin-top: 8px; } table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; width: 100%; overflow-wrap: normal; }
th, td { text-align: right; padding: 5px 10px; border-bottom: 1px solid var(--line); vertical-align: top; white-space: nowrap; } th { font-weight: 550; } thead th { color: var(--soft); white-space: normal; vertical-align: bottom; } .text { text-align: left; } th.text, td.text:last-child { max-width: 360px; min-width: 90px; white-space: normal; overflow-wrap: break-word; } tbody th.text { min-width: 110px; }
.timeline { list-style: none; margin: 12px 0 0; padding: 0; } .timeline li { display: grid; grid-template-columns: 148px 12px minmax(0, 1fr); gap: 12px; padding: 7px 0; border-top: 1px solid var(--line); font-size: 14px; }
.timeline time { color: var(--soft); font-variant-numeric: tabular-nums; font-size: 13px; } .timeline time small { display: block; } .timeline .key { margin: 6px 0 0; }
.ask { border-left: 4px solid var(--warn); } .ask ul { margin: 8px 0; padding-left: 20px; }
footer { color: var(--soft); font-size: 12.5px; margin-top: 24px; }
@media (max-width: 860px) { .charts, .two { grid-template-columns: minmax(0, 1fr); } .steps { grid-template-columns: repeat(auto-fill, minmax(130px, 1fr)); } }
@media (max-width: 560px) { .odd { display: none; } main { padding: 18px 12px 32px; } .card { padding: 15px; border-radius: 10px; } h1 { font-size: 22px; }
  .rows .row, .findings .rows .row { grid-template-columns: minmax(0, 1fr) auto; } .rows .row svg, .rows .row > .muted { grid-column: 1 / -1; grid-row: 2; } .rows .row { padding: 3px 0; } .rows .row > svg { width: calc(100% - 28px); margin: 0 14px; } .rows .row .number small { font-size: 11px; }
  .rows.short .row { grid-template-columns: minmax(0, 1fr) auto; } .axis-row span { display: none; }
  .steps { grid-template-columns: minmax(0, 1fr); gap: 4px; } .steps li { box-shadow: inset 3px 0 0 var(--tone); padding: 6px 10px 6px 13px; display: flex; gap: 8px; flex-wrap: wrap; }
  .timeline li { grid-template-columns: 12px minmax(0, 1fr); } .timeline time { grid-column: 2; grid-row: 1; } .timeline time small { display: inline; margin-left: 8px; } .timeline .key { grid-row: 1; } .timeline li > div { grid-column: 2; } }
@media print { body { background: #fff; } .card { break-inside: avoid; } }
`;

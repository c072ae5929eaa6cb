/** What a card's page needs beyond the look of a report's page. */

export const cardStyle = `
.pair { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 28px 36px; margin: 20px 0 0; align-items: start; } .pair > :only-child { grid-column: 1 / -1; } .pair.uneven { grid-template-columns: minmax(0, 11fr) minmax(0, 9fr); } .pair tbody th.text { min-width: 104px; } .pair bdi { overflow-wrap: anywhere; } .pair .slices tbody th.text { min-width: 124px; } .stack > figure + figure { margin-top: 24px; } .stack { min-width: 0; }
section > figure { margin-top: 24px; }
h2 bdi, h1 bdi { overflow-wrap: anywhere; } h4 { font-size: 12.5px; font-weight: 550; color: var(--soft); margin: 6px 0 0; } a { color: var(--accent); }
.sayings { list-style: none; margin: 14px 0 0; padding: 0; } .sayings li { padding-left: 1.5em; text-indent: -1.5em; } .sayings .mark { display: inline-block; width: 1.5em; text-indent: 0; }
.lineage { margin: 10px 0 0; font-size: 14px; } .lineage div { display: grid; grid-template-columns: 110px minmax(0, 1fr); gap: 2px 16px; padding: 6px 0; border-top: 1px solid var(--line); }
.lineage dt { color: var(--soft); } .lineage dd { margin: 0; }
.whisker.own { stroke: var(--candidate); } .point.own, .dot.accuracy { fill: var(--candidate); } .point.own { stroke: var(--candidate); }
.point.linear { fill: var(--baseline); stroke: var(--baseline); } .point.other { fill: var(--stable); stroke: var(--stable); }
.series { stroke-width: 2; stroke-linecap: round; } .series.loss { stroke: var(--soft); } .series.accuracy { stroke: var(--candidate); } .series.macroF1 { stroke: var(--baseline); stroke-dasharray: 5 3; }
svg .dot.loss { fill: var(--soft); } svg .dot.accuracy { fill: var(--candidate); } svg .dot.macroF1 { fill: var(--baseline); } .kept { stroke: var(--soft); stroke-dasharray: 2 3; }
.diagonal { stroke: var(--soft); stroke-dasharray: 5 4; } .offset { stroke: var(--bad); stroke-width: 2; opacity: .7; } rect.amount { fill: var(--stable); }
.key.loss { background: var(--soft); height: 3px; vertical-align: 3px; } .key.accuracy { background: var(--candidate); height: 3px; vertical-align: 3px; } .key.macroF1 { background: repeating-linear-gradient(90deg, var(--baseline) 0 4px, #0000 4px 6px); height: 3px; vertical-align: 3px; }
.key.diagonal { background: repeating-linear-gradient(90deg, var(--soft) 0 4px, #0000 4px 6px); height: 2px; vertical-align: 3px; } .key.amount { background: var(--stable); } .key.dot.worse { background: var(--bad); } .key.dot.own { background: var(--candidate); }
td.right { background: color-mix(in srgb, var(--candidate) var(--shade), transparent); } td.wrong { background: color-mix(in srgb, var(--bad) var(--shade), transparent); }
.grid-table { width: auto; } .grid-table td, .grid-table thead th:not(.text) { text-align: center; min-width: 35px; padding: 5px 4px; } .grid-table td { border: 1px solid var(--card); }
.grid-table.grid-table tbody th.text { min-width: 84px; max-width: 200px; border: 0; }
th.drawn, td.drawn { width: 30%; min-width: 120px; padding: 2px 20px; vertical-align: middle; } th.drawn { vertical-align: bottom; } td.odd.drawn { min-width: 60px; padding: 2px 8px; } .bar { display: block; height: 8px; border-radius: 2px; background: var(--candidate); width: var(--part); min-width: 1px; }
small.under { display: block; } small.good { color: var(--good); } small.bad { color: var(--bad); } .note { font-size: 12.5px; margin: 8px 0 0; } td { font-feature-settings: "tnum"; }
.key.for { background: color-mix(in srgb, var(--candidate) 60%, var(--card)); } .key.against { background: color-mix(in srgb, var(--baseline) 60%, var(--card)); }
.mistakes { list-style: none; margin: 0; padding: 0; } .mistakes li { border-top: 1px solid var(--line); padding: 12px 0 8px; } .said { margin: 0 0 4px; font-size: 14px; } .said small { margin-left: 6px; }
.words { margin: 0 0 4px; line-height: 1.75; max-width: 92ch; } .w { border-radius: 3px; padding: 1px 0; background: color-mix(in srgb, var(--hue) var(--shade), transparent); } .w.for { --hue: var(--candidate); } .w.against { --hue: var(--baseline); text-decoration: underline dotted 1px; text-underline-offset: 3px; }
.telling { font-size: 12.5px; margin: 0; }
@media (max-width: 860px) { .pair, .pair.uneven { grid-template-columns: minmax(0, 1fr); } }
@media (max-width: 560px) { .lineage div { grid-template-columns: minmax(0, 1fr); } th, td { padding: 5px 6px; } th.drawn, td.drawn { min-width: 72px; padding: 2px 14px; } small.under { white-space: normal; } tbody th.text, .pair tbody th.text, .pair .slices tbody th.text { min-width: 84px; }
  .grid-table { font-size: 12px; } .grid-table td, .grid-table thead th:not(.text) { min-width: 27px; padding: 5px 1px; } .grid-table.grid-table tbody th.text { max-width: 130px; } }
@media print { td, .w, .key, .bar { print-color-adjust: exact; } }
`;

/** Both themes, phone and paper. Colours from Okabe and Ito's palette, told apart without relying on red and green. */
export const style = `
:root { color-scheme: light dark; --bg:#fff; --panel:#f6f7f9; --ink:#16191d; --soft:#545c66; --line:#d9dde3; --before:#7c848e; --after:#0063b1; --good:#00704f; --bad:#a8480a; --tint:#0063b114;
  --s0:#0072b2; --s1:#e69f00; --s2:#009e73; --s3:#cc79a7; --s4:#56b4e9; --s5:#d55e00; --s6:#9a8c00; --s7:#8a929c }
@media (prefers-color-scheme: dark) { :root { --bg:#111418; --panel:#191d23; --ink:#e8ebef; --soft:#a3acb8; --line:#2e353e; --before:#7f8893; --after:#5cb3ff; --good:#3fcf9c; --bad:#ff9f5a; --tint:#5cb3ff1f;
  --s0:#3d9be0; --s1:#e9ae30; --s2:#23b88d; --s3:#d792b8; --s4:#7cc8f2; --s5:#ec7a2e; --s6:#c9bb35; --s7:#7f8893 } }
* { box-sizing: border-box }
body { margin:0; background:var(--bg); color:var(--ink); font:16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; font-variant-numeric:tabular-nums }
main { max-width:66rem; margin:0 auto; padding:2.5rem 1.25rem 4rem }
h1 { font-size:1.9rem; line-height:1.2; margin:0 0 .5rem; letter-spacing:-.015em; text-wrap:balance }
h2 { font-size:1.2rem; margin:3rem 0 .35rem; letter-spacing:-.01em }
h3 { font-size:1rem; margin:1.5rem 0 .25rem }
p { margin:.25rem 0 .9rem; max-width:46rem } p.note, .soft, figcaption { color:var(--soft) } p.note { font-size:.9rem }
a { color:var(--after) } code { font:.88em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap:anywhere }
.facts { color:var(--soft); margin:0 0 1.5rem; font-size:.95rem } .facts b { color:var(--ink); font-weight:600 }
.cards { display:grid; grid-template-columns:repeat(auto-fit,minmax(14.5rem,1fr)); gap:.8rem; margin:1.25rem 0 }
.card { background:var(--panel); border:1px solid var(--line); border-radius:.7rem; padding:.85rem 1rem }
.card h3 { margin:0; font-size:.9rem; font-weight:500; color:var(--soft) } .card .gain { font-size:1.75rem; font-weight:650; line-height:1.25; letter-spacing:-.02em }
.card .from, .card .gain.from { font-size:1.05rem } .card .claim { font-size:.86rem; color:var(--soft); margin-top:.15rem }
.faster .gain, .yes { color:var(--good) } .slower .gain, .no { color:var(--bad) } .undecided .gain, .equivalent .gain, .plain .gain { color:var(--ink) }
.yes, .no { font-weight:600; white-space:nowrap } .whole { white-space:nowrap }
table { width:100%; border-collapse:collapse; font-size:.93rem; margin:.5rem 0 1rem }
th { text-align:left; font-weight:500; color:var(--soft); font-size:.84rem } th, td { padding:.42rem .8rem .42rem 0; border-bottom:1px solid var(--line); vertical-align:top } td:last-child, th:last-child { padding-right:0 }
td.mid td { vertical-align:middle } .plot td { vertical-align:middle } .plot th:nth-child(2), .plot td:nth-child(2) { width:42% } .plot td:first-child { max-width:19rem; overflow-wrap:anywhere }
.why { display:block; color:var(--soft); font-size:.88rem }
svg { display:block; overflow:visible } svg text { fill:var(--soft); font-size:11px } .axis line { stroke:var(--line) }
.ratio line { stroke:var(--before); stroke-width:2 } .ratio circle { fill:var(--before) } .ratio .one { stroke:var(--soft); stroke-width:1 } .ratio .margin { fill:var(--tint) } .ratio .open { stroke-dasharray:3 4 }
.ratio.faster line { stroke:var(--good) } .ratio.faster circle { fill:var(--good) } .ratio.slower line { stroke:var(--bad) } .ratio.slower circle { fill:var(--bad) } .ratio line.one { stroke:var(--soft) } .ratio.undecided circle { fill:var(--bg); stroke:var(--before); stroke-width:2 }
.spread { margin:.15rem 0 } .spread .floor { stroke:var(--line) } .spread .median { stroke:var(--ink); stroke-width:1.5 } .spread .tail { stroke:var(--ink); stroke-width:1; stroke-dasharray:2 3 }
.was rect, .was circle, .swatch.was { fill:var(--before); background:var(--before) } .is rect, .is circle, .swatch.is { fill:var(--after); background:var(--after) } .spread circle { fill-opacity:.75 }
.stack { border-radius:.3rem; overflow:hidden; background:var(--panel) } .swatch { display:inline-block; width:.75em; height:.75em; border-radius:.2em; margin-right:.45em }
.s0 { fill:var(--s0); background:var(--s0) } .s1 { fill:var(--s1); background:var(--s1) } .s2 { fill:var(--s2); background:var(--s2) } .s3 { fill:var(--s3); background:var(--s3) } .s4 { fill:var(--s4); background:var(--s4) } .s5 { fill:var(--s5); background:var(--s5) } .s6 { fill:var(--s6); background:var(--s6) } .s7 { fill:var(--s7); background:var(--s7) }
.legend { display:flex; flex-wrap:wrap; gap:.2rem 1.2rem; padding:0; margin:.4rem 0 1rem; list-style:none; font-size:.88rem; color:var(--soft) } .legend b { color:var(--ink); font-weight:500 }
ul.plainlist { padding-left:1.1rem; margin:.25rem 0 } ul.plainlist li { margin:.3rem 0; max-width:52rem }
dl { display:grid; grid-template-columns:max-content 1fr; gap:.25rem 1.25rem; font-size:.93rem; margin:.5rem 0 } dt { color:var(--soft) } dd { margin:0; overflow-wrap:anywhere; min-width:0 }
footer { margin-top:3.5rem; border-top:1px solid var(--line); padding-top:1rem; font-size:.88rem; color:var(--soft) }
@media (max-width: 640px) { main { padding:1.5rem 1rem 3rem } h1 { font-size:1.5rem } .cards { grid-template-columns:1fr 1fr; gap:.6rem } .card { padding:.7rem .75rem } .card .gain { font-size:1.4rem }
  .card .gain.from { font-size:1rem } thead { position:absolute; clip-path:inset(50%); height:1px; overflow:hidden } tr { display:block; padding:.6rem 0; border-bottom:1px solid var(--line) } table td, .plot td:nth-child(2), .plot td:first-child { display:flex; gap:.6rem; width:100%; max-width:none; border:0; padding:.12rem 0 } td:empty { display:none }
  td::before { content:attr(data-label); flex:0 0 6.2rem; color:var(--soft); font-size:.84rem } td > * { min-width:0 } td > .cell { flex:1; min-width:0 } dl { grid-template-columns:1fr } dd { margin-bottom:.4rem }
  .plot tr { display:grid; grid-template-columns:repeat(auto-fit,minmax(5.2rem,1fr)); gap:.15rem .6rem } .plot td { flex-direction:column; gap:0 !important } .plot td::before { flex:none } .plot td:empty { display:none !important }
  .plot td:nth-child(-n+2) { grid-column:1 / -1 } .plot td:nth-child(-n+2)::before { display:none } .plot td > .cell { flex:none; width:100% } .forest tr { grid-template-columns:1.3fr 1.2fr 1fr } .timeline td:last-child { grid-column:1 / -1 } }
@media print { :root { color-scheme:light } main { max-width:none; padding:0 } section, .card, tr { break-inside:avoid } h2 { break-after:avoid; margin-top:1.5rem } * { print-color-adjust:exact } }
`

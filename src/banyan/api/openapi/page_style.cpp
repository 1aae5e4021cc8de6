#include "banyan/api/openapi/page.hpp"

namespace banyan::openapi {
namespace {

constexpr std::string_view style = R"(
:root{color-scheme:light dark;--back:#fbfaf7;--side:#f3f1ea;--card:#fff;--text:#20241f;--soft:#646b60;--line:#e2dfd5;
--accent:#2f6f4f;--code:#f5f3ec;--get:#2f6f4f;--post:#8a5a00;--patch:#6b4aa0;--put:#1f5f8b;--delete:#a3372f;
--open:#dcefe3;--open-text:#1f5a3c;--rule:#fdeecb;--rule-text:#6d4a00;--shut:#f7dedb;--shut-text:#8a2a22}
@media(prefers-color-scheme:dark){:root{--back:#161916;--side:#1b1f1b;--card:#1d221e;--text:#e6e8e1;--soft:#9aa396;
--line:#2e352f;--accent:#7fc8a0;--code:#131613;--get:#7fc8a0;--post:#e3b25a;--patch:#b79be8;--put:#7fbbe6;--delete:#ee8d84;
--open:#1f3a2b;--open-text:#a6dfbf;--rule:#3d3115;--rule-text:#f0cf86;--shut:#43211e;--shut-text:#f4b0a9}}
*{box-sizing:border-box}
html{scroll-padding-top:1.5rem}
body{margin:0;background:var(--back);color:var(--text);font:16px/1.6 system-ui,-apple-system,"Segoe UI",sans-serif;
display:grid;grid-template-columns:16rem minmax(0,1fr)}
a{color:var(--accent)}
nav{background:var(--side);border-right:1px solid var(--line);padding:1.75rem 1.25rem;position:sticky;top:0;height:100vh;
overflow:auto}
nav .name{font-size:1.15rem;font-weight:650;margin:0 0 .1rem;overflow-wrap:anywhere}
nav .version{color:var(--soft);font-size:.85rem;margin:0 0 1.5rem}
nav h2{font-size:.72rem;letter-spacing:.08em;text-transform:uppercase;color:var(--soft);margin:1.4rem 0 .35rem;border:0;
padding:0}
nav ul{list-style:none;margin:0;padding:0}
nav a{display:flex;justify-content:space-between;gap:.5rem;padding:.22rem .55rem;margin:0 -.55rem;border-radius:.4rem;
color:inherit;text-decoration:none;overflow-wrap:anywhere}
nav a:hover,nav a:focus-visible{background:var(--line)}
nav small{color:var(--soft)}
main{padding:2.5rem clamp(1rem,5vw,4.5rem) 6rem;max-width:66rem;width:100%}
h1{font-size:2.1rem;line-height:1.15;letter-spacing:-.02em;margin:0 0 .6rem;overflow-wrap:anywhere}
h2{font-size:1.5rem;letter-spacing:-.01em;margin:3.75rem 0 .5rem;padding-top:1.5rem;border-top:1px solid var(--line);
overflow-wrap:anywhere}
h3{font-size:1rem;margin:1.9rem 0 .5rem}
p{margin:.4rem 0 .9rem;max-width:44rem}
.lead{font-size:1.1rem;color:var(--soft)}
code,pre{font-family:ui-monospace,"SF Mono","Cascadia Code",Menlo,Consolas,monospace;font-size:.875em}
code{background:var(--code);border:1px solid var(--line);border-radius:.3rem;padding:.05rem .3rem;overflow-wrap:anywhere}
pre{background:var(--code);border:1px solid var(--line);border-radius:.55rem;padding:.85rem 1rem;margin:.5rem 0 1rem;
overflow:auto;line-height:1.5;tab-size:2}
pre code{background:none;border:0;padding:0;font-size:1em}
.chips{display:flex;flex-wrap:wrap;gap:.4rem;margin:.2rem 0 1rem;padding:0;list-style:none}
.chip{font-size:.8rem;border-radius:1rem;padding:.12rem .7rem;background:var(--shut);color:var(--shut-text);white-space:nowrap}
.chip.anyone{background:var(--open);color:var(--open-text)}
.chip.rule{background:var(--rule);color:var(--rule-text)}
.scroll{overflow-x:auto;border:1px solid var(--line);border-radius:.55rem;background:var(--card)}
table{border-collapse:collapse;width:100%;font-size:.92rem}
th{font-size:.72rem;letter-spacing:.06em;text-transform:uppercase;color:var(--soft);font-weight:600}
th,td{text-align:left;vertical-align:top;padding:.55rem .9rem;border-top:1px solid var(--line)}
thead th{border-top:0}
td:first-child{white-space:nowrap}
td.kind{white-space:nowrap;color:var(--accent)}
td.kind small{color:var(--soft)}
td ul{margin:0;padding:0;list-style:none}
details{border:1px solid var(--line);border-radius:.55rem;background:var(--card);margin:.5rem 0}
summary{cursor:pointer;display:flex;flex-wrap:wrap;align-items:baseline;gap:.3rem .75rem;padding:.6rem .9rem;list-style:none}
summary::-webkit-details-marker{display:none}
summary::after{content:"+";margin-left:auto;color:var(--soft);font-size:1.1rem;line-height:1}
details[open]>summary::after{content:"\2212"}
details[open]>summary{border-bottom:1px solid var(--line)}
summary:hover{background:var(--code)}
summary:focus-visible,a:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:.4rem}
.inside{padding:.7rem .9rem .3rem}
.method{font:700 .74rem/1 ui-monospace,Menlo,Consolas,monospace;min-width:3.9rem;letter-spacing:.04em}
.get{color:var(--get)}.post{color:var(--post)}.patch{color:var(--patch)}.put{color:var(--put)}.delete{color:var(--delete)}
summary .path{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:.875rem;overflow-wrap:anywhere}
summary .what{color:var(--soft);font-size:.9rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1rem;margin:.3rem 0 1rem;font-size:.92rem}
dt{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:.85rem}
dd{margin:0;color:var(--soft)}
footer{margin-top:4.5rem;border-top:1px solid var(--line);padding-top:1rem;color:var(--soft);font-size:.85rem}
@media(max-width:50rem){body{display:block}nav{position:static;height:auto;border-right:0;border-bottom:1px solid var(--line);
padding:1.25rem}nav ul{display:flex;flex-wrap:wrap;gap:.1rem 1.2rem}main{padding-top:1.75rem}dl{grid-template-columns:1fr}
dd{margin-bottom:.4rem}}
@media print{nav{display:none}body{display:block}}
)";

}  // namespace

std::string_view page_style() noexcept { return style; }

}  // namespace banyan::openapi

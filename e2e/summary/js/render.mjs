// SPDX-License-Identifier: BSD-3-Clause
//
// Renders step summaries as GitHub does: GitHub-flavoured Markdown, the alerts,
// GitHub's rules for HTML, and Mermaid in its strict mode. The question is one
// JSON argument: files to render, the folder for pictures (none where empty),
// the browser. The answer is JSON on standard output: of each file the elements
// that Markdown and HTML made, text that could be a mention or a reference, and
// what came of the graphs.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { chromium } from "playwright-core";
import rehypeRaw from "rehype-raw";
import rehypeSanitize, { defaultSchema } from "rehype-sanitize";
import rehypeStringify from "rehype-stringify";
import remarkGfm from "remark-gfm";
import remarkParse from "remark-parse";
import remarkRehype from "remark-rehype";
import { unified } from "unified";

const question = JSON.parse(process.argv.at(-1));
const require = createRequire(join(process.cwd(), "package.json"));
const css = readFileSync(require.resolve("github-markdown-css/github-markdown-light.css"), "utf8");
const mermaid = readFileSync(join(process.cwd(), "node_modules/mermaid/dist/mermaid.min.js"), "utf8").replaceAll("</script", "<\\/script");

function walk(node, visit, inCode = false) {
  visit(node, inCode);
  const code = inCode || node.tagName === "code" || node.tagName === "pre";
  for (const child of node.children ?? []) walk(child, visit, code);
}

// What was written, before GitHub's rules take anything out.
function inspect(tree) {
  const elements = {};
  const loose = [];
  walk(tree, (node, inCode) => {
    if (node.type === "element") {
      const name = [node.tagName, ...Object.entries(node.properties ?? {}).map(([k, v]) => `${k}=${v}`).sort()].join(" ");
      elements[name] = (elements[name] ?? 0) + 1;
    } else if (node.type === "text" && !inCode && /(^|[^\w])[@#]\w|www\.|:\/\//.test(node.value)) {
      loose.push(node.value);
    } else if (node.type === "comment" || node.type === "raw") {
      elements[node.type] = (elements[node.type] ?? 0) + 1;
    }
  });
  return { elements, loose };
}

// GitHub draws > [!CAUTION] as a bar.
function alerts(tree) {
  walk(tree, (node) => {
    const p = node.tagName === "blockquote" && node.children.find((c) => c.tagName === "p");
    const first = p && p.children[0];
    const kind = first?.type === "text" && /^\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]\n/.exec(first.value);
    if (!kind) return;
    first.value = first.value.slice(kind[0].length);
    const word = kind[1].toLowerCase();
    node.tagName = "div";
    node.properties = { className: ["markdown-alert", `markdown-alert-${word}`] };
    const title = word[0].toUpperCase() + word.slice(1);
    node.children.unshift({ type: "element", tagName: "p", properties: { className: ["markdown-alert-title"] }, children: [{ type: "text", value: title }] });
  });
}

function render(markdown) {
  const tree = unified().use(remarkParse).use(remarkGfm).use(remarkRehype, { allowDangerousHtml: true }).use(rehypeRaw)
    .runSync(unified().use(remarkParse).use(remarkGfm).parse(markdown));
  const answer = inspect(tree);
  const clean = unified().use(rehypeSanitize, defaultSchema).runSync(tree);
  alerts(clean);
  walk(clean, (node) => {
    if (node.tagName === "pre" && node.children[0]?.properties?.className?.includes("language-mermaid")) {
      node.properties = { className: ["mermaid"] };
      node.children = node.children[0].children;
    }
  });
  answer.html = unified().use(rehypeStringify).stringify(clean);
  return answer;
}

const page = `<!doctype html><meta charset="utf-8"><style>${css}
body { margin: 0; padding: 24px; width: 960px; background: #fff } pre.mermaid { background: none; text-align: center }
.markdown-alert-caution { border-left: 4px solid #cf222e; padding: 8px 16px } .markdown-alert-caution .markdown-alert-title { color: #cf222e; font-weight: 500 }
</style><article class="markdown-body"></article><script>${mermaid}</script>
<script>mermaid.initialize({ startOnLoad: false, securityLevel: "strict", maxTextSize: 50000 });</script>`;

// Runs in the page.
async function show([html, open]) {
  const article = document.querySelector("article");
  article.innerHTML = html;
  const count = (what) => article.querySelectorAll(what).length;
  const graphsWanted = count("pre.mermaid");
  const graphError = await mermaid.run({ querySelector: "pre.mermaid" }).then(() => "", (e) => String(e.message ?? e));
  if (open) for (const d of article.querySelectorAll("details")) d.open = true;
  return { graphError, graphsWanted, graphs: count("pre.mermaid svg"), graphLinks: count("pre.mermaid svg :is(a, image, img, script, iframe, input)") };
}

const browser = await chromium.launch({ executablePath: question.browser, args: ["--no-sandbox", "--disable-gpu"] });
const answers = {};
try {
  const tab = await browser.newPage({ viewport: { width: 1010, height: 600 } });
  await tab.setContent(page, { waitUntil: "load" });
  let asked = [];
  tab.on("request", (r) => asked.push(r.url()));
  tab.on("dialog", (d) => { asked.push(`dialog ${d.message()}`); d.dismiss(); });
  for (const file of question.files) {
    const { html, ...answer } = render(readFileSync(file, "utf8"));
    asked = [];
    Object.assign(answer, await tab.evaluate(show, [html, question.open]), { requests: asked });
    if (question.out) await tab.screenshot({ path: join(question.out, basename(file) + (question.open ? ".open" : "") + ".png"), fullPage: true });
    answers[basename(file)] = answer;
  }
} finally {
  await browser.close();
}
console.log(JSON.stringify(answers));

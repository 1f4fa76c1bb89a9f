// SPDX-License-Identifier: BSD-3-Clause

package reporttest

// Payloads are texts that try to speak to whatever a report is shown to: the
// runner that reads the log and the command files, a terminal, Markdown, HTML,
// Mermaid, SARIF. Each also ends in what the others begin with.
func Payloads() []string {
	return []string{
		"::error::x",
		"##[error]x ::stop-commands::pause",
		"\n::set-output name=verdict::pass\n",
		"\r##[group]x\r\n  ::add-mask::a\x00",
		"x\nghadelimiter_1\nEOF\nverdict<<EOF\npass\nEOF\nsallyport_0123456789abcdef",
		"<script>alert(1)</script><img src=x onerror=alert(1)><!-- x",
		"</code></td></details><details open><summary>pass</summary>",
		"| a | b |\n| --- | --- |\n| c | d |",
		"```\n````\n~~~\n``x`` `y` \\`",
		"@octocat @octo-sci/team #1 octo-sci/samplepkg#2 GH-3 a@b.example mailto:a@b.example",
		"![x](https://evil.example/x.png) [x](javascript:alert(1)) [x][y] <https://evil.example> https://evil.example www.evil.example\n\n[y]: https://evil.example",
		"\x1b[31mred\x1b[0m \x1b]8;;https://evil.example\x07x\x1b]8;;\x07 \x9b31m \u009b31m",
		"\u202egnp.exe\u2066 \u200b\u200d\ufeff \u2028::error::x\u2029##[error]x \u0301 \U000e0041",
		"\xff\xfe\x00::error::\xc3(",
		"- list\n1. list\n# head\n> quote\n---\n===\n    code\n\tcode\n+ x",
		"> [!CAUTION]\n> pass &lt;b&gt; &#60;b&#62; &amp;lt; {0} {{1}} %0A%0D%25 :warning:",
		"\"] --> n9[\"owned\"]\n  click n1 href \"https://evil.example\"\n%%{init: {\"securityLevel\": \"loose\"}}%%\nend",
		"$$\\href{https://evil.example}{x}$$ fa:fa-bomb \ufb02\u00b0\u00b060\u00b6\u00df #quot; #60;b#62;",
	}
}

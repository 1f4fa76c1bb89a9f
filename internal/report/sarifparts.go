// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"fmt"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/scientific-python/sallyport/internal/finding"
)

// maxPath is how long a path can be on the machines that make reports, in
// bytes. A longer one is no place.
const maxPath = 4096

// sarifRuleOf turns a rule into its descriptor. GitHub wants a short and a
// full description and a help text of each.
func sarifRuleOf(id string, rule finding.Rule, pages string) sarifRule {
	title := rule.Title
	if title == "" {
		title = strings.ReplaceAll(id, "-", " ")
	}
	title = sentence(title)
	why := rule.Why
	if why == "" {
		why = title
	}
	tags := []string{"security", "supply-chain"}
	if rule.Gate != "" {
		tags = append(tags, Sanitize(string(rule.Gate)))
	}
	problem := level(rule.Severity)
	if problem == "note" {
		problem = "recommendation" // GitHub's word
	}
	page := pages + escapePath(id) + ".md"
	return sarifRule{
		ID: id, Name: pascal(id),
		ShortDescription: sarifText{Text: clip(title, maxDescription)},
		FullDescription:  sarifText{Text: clip(sentence(prose(why)), maxDescription)},
		Help:             ruleHelp(rule, sentence(prose(why)), page),
		HelpURI:          page,
		Default:          sarifConfiguration{Level: level(rule.Severity)},
		Properties:       sarifRuleProperties{Tags: tags, Precision: "high", ProblemSeverity: problem},
	}
}

// ruleHelp is a rule's page as plain text and as Markdown, where an example is
// an indented block, which needs no closing mark.
func ruleHelp(rule finding.Rule, why, page string) sarifText {
	text, mark := []string{why}, []string{mdText(why)}
	example := func(head, body string) {
		if body = strings.TrimRight(body, "\n"); body == "" {
			return
		}
		lines := strings.Split(body, "\n")
		for i, line := range lines {
			lines[i] = "    " + Sanitize(strings.ReplaceAll(line, "\t", "  "))
		}
		body = strings.Join(lines, "\n")
		text = append(text, head+":\n"+body)
		mark = append(mark, head+":", body)
	}
	example("Refused", rule.Bad)
	example("Accepted", rule.Good)
	for _, ref := range rule.References {
		text = append(text, "See "+Sanitize(ref))
		mark = append(mark, "- "+mdText(ref))
	}
	text = append(text, "Page: "+page)
	mark = append(mark, "[The rule's page]("+page+")")
	return sarifText{Text: strings.Join(text, "\n\n"), Markdown: strings.Join(mark, "\n\n")}
}

// prose joins the lines of a paragraph.
func prose(s string) string { return Sanitize(strings.Join(strings.Fields(s), " ")) }

// sentence sanitises s and gives it the full stop that SARIF asks for.
func sentence(s string) string {
	s = Sanitize(strings.TrimSpace(s))
	if s == "" || strings.HasSuffix(s, ".") {
		return s
	}
	return s + "."
}

// pascal turns kebab-case into the PascalCase of SARIF's rule names.
func pascal(id string) string {
	var b strings.Builder
	for _, part := range strings.Split(id, "-") {
		if part != "" {
			b.WriteString(strings.ToUpper(part[:1]) + part[1:])
		}
	}
	return b.String()
}

// location is where a finding points: its file, or the subject (of "FILE job
// JOB" the file), or the policy file for one about the release as a whole. Code scanning shows no result
// without a place. A region is only given where a line is known; a result that
// has none gets the first.
func (s *sarifWriter) location(f Finding) sarifLocation {
	at := f.File
	if at == "" {
		at = f.Subject
		if f.Gate == finding.Publish {
			at, _ = splitSubject(f.Subject)
		}
	}
	if at == "" {
		at = s.report.Policy.Path
	}
	if at == "" || len(at) > maxPath {
		at = policyFile
	}
	loc := sarifLocation{Physical: sarifPhysical{Artifact: artifactLocation(at, s.opts.Root)}}
	if f.File != "" && f.Line > 0 {
		loc.Physical.Region = &sarifRegion{StartLine: f.Line, StartColumn: max(0, f.Column)}
	}
	if f.Subject != "" && f.Subject != at {
		loc.Logical = []sarifLogical{{FullyQualifiedName: clip(f.Subject, maxName)}}
	}
	return loc
}

// artifactLocation makes an RFC 3986 reference of a path: relative to the
// checkout (%SRCROOT%) or, for an absolute path elsewhere, a file URI.
func artifactLocation(p, root string) sarifArtifact {
	p = path.Clean(validText(p))
	if root = strings.TrimRight(root, "/"); root != "" {
		if rel, ok := strings.CutPrefix(p, path.Clean(root)+"/"); ok {
			p = rel
		}
	}
	if path.IsAbs(p) {
		return sarifArtifact{URI: "file://" + escapePath(p)}
	}
	return sarifArtifact{URI: escapePath(p), URIBaseID: "%SRCROOT%"}
}

// escapePath percent-encodes all but unreserved characters and slashes; so a
// name with a colon is no scheme, one with "#" no fragment, one with a newline
// no second line.
func escapePath(p string) string {
	var b strings.Builder
	for i := 0; i < len(p); i++ {
		c := p[i]
		switch {
		case c < utf8.RuneSelf && (c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9'),
			strings.IndexByte("-._~/", c) >= 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// SPDX-License-Identifier: BSD-3-Clause

package policy

import (
	"fmt"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/scientific-python/sallyport/internal/lazyregexp"
)

var ruleID = lazyregexp.New(`^[a-z0-9]+(?:-[a-z0-9]+)*$`)

// entry reads one mapping of a list of mappings. Its keys are read by checks,
// the globs under "files" by themselves; required ones must be there.
func (r *reader) entry(n *yaml.Node, where string, checks map[string]func(string) error, files *[]string, required ...string) {
	s := schema{}
	seen := map[string]bool{}
	for name, check := range checks {
		s[name] = func(k, v *yaml.Node) {
			seen[name] = true
			label := fmt.Sprintf("%q of %s", name, where)
			value, ok := r.scalar(v, label, name == "sha256" || name == "until")
			if !ok {
				return
			}
			if err := check(value); err != nil {
				r.add(v.Line, "%s: %v", label, err)
			}
		}
	}
	if files != nil {
		s["files"] = func(k, v *yaml.Node) {
			seen["files"] = true
			label := fmt.Sprintf("\"files\" of %s", where)
			r.items(v, label, false, func(item *yaml.Node) {
				value, ok := r.scalar(item, label, false)
				if !ok {
					return
				}
				if _, err := ParseGlob(value); err != nil {
					r.add(item.Line, "%s: %v", label, err)
					return
				}
				*files = append(*files, value)
			})
		}
	}
	// Null values are reported by mapping; asking for the key again would say
	// the same thing twice.
	if !r.mapping(n, where, s) {
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		seen[n.Content[i].Value] = true
	}
	var missing []string
	for _, name := range required {
		if !seen[name] {
			missing = append(missing, fmt.Sprintf("%q", name))
		}
	}
	if len(missing) > 0 {
		r.add(n.Line, "%s has no %s; write %s", where, enumerate(missing), plural(len(missing), "it", "them"))
	}
}

// enumerate joins words as prose does.
func enumerate(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// into adapts a checker to a place to store the value in.
func into(at *string, check func(string) (string, error)) func(string) error {
	return func(s string) error {
		s, err := check(s)
		if err == nil {
			*at = s
		}
		return err
	}
}

func (r *reader) generated(p *Policy, k, v *yaml.Node) {
	p.Lines["source.generated"] = k.Line
	r.items(v, `"source.generated"`, true, func(item *yaml.Node) {
		g := Generated{Line: item.Line}
		r.entry(item, fmt.Sprintf("entry %d of \"generated\"", len(p.Source.Generated)+1), map[string]func(string) error{
			"by":     into(&g.By, checkProse),
			"reason": into(&g.Reason, checkProse),
			"sha256": into(&g.SHA256, checkSHA256),
		}, &g.Files, "files", "by", "reason")
		p.Source.Generated = append(p.Source.Generated, g)
	})
}

func (r *reader) otherIndexes(p *Policy, k, v *yaml.Node) {
	p.Lines["other-indexes"] = k.Line
	p.OtherIndexes = []OtherIndex{} // written: the preset is replaced
	r.items(v, `"other-indexes"`, true, func(item *yaml.Node) {
		o := OtherIndex{Line: item.Line}
		r.entry(item, fmt.Sprintf("entry %d of \"other-indexes\"", len(p.OtherIndexes)+1), map[string]func(string) error{
			"url":        into(&o.URL, checkOtherIndex),
			"credential": into(&o.Credential, oneOf("token", "ambient", "none")),
			"reason":     into(&o.Reason, checkProse),
		}, nil, "url", "credential", "reason")
		p.OtherIndexes = append(p.OtherIndexes, o)
	})
}

// checkOtherIndex refuses PyPI: a token for it must not be declared away.
func checkOtherIndex(s string) (string, error) {
	u, err := checkURL(s)
	if err != nil {
		return "", err
	}
	if pypiHost(u) != "" {
		return "", badValue("%q is PyPI's, which offers trusted publishing; an upload there is a publisher's (\"publisher.index\", or an entry of \"publishers\"), never an other index", clip(s))
	}
	return s, nil
}

func (r *reader) ignores(p *Policy, k, v *yaml.Node) {
	p.Lines["ignore"] = k.Line
	r.items(v, `"ignore"`, true, func(item *yaml.Node) {
		g := Ignore{Line: item.Line}
		r.entry(item, fmt.Sprintf("entry %d of \"ignore\"", len(p.Ignore)+1), map[string]func(string) error{
			"rule":   into(&g.Rule, checkRule),
			"reason": into(&g.Reason, checkProse),
			"until": func(s string) (err error) {
				g.Until, err = checkDate(s)
				return err
			},
		}, &g.Files, "rule", "files", "reason", "until")
		p.Ignore = append(p.Ignore, g)
	})
}

func checkRule(s string) (string, error) {
	if !ruleID.MatchString(s) {
		return "", badValue("%q is not a rule's name; write it as a report shows it, such as unpinned-action", clip(s))
	}
	return s, nil
}

func checkDate(s string) (time.Time, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return time.Time{}, badValue("%q is not a date; write the last day on which the entry holds as YYYY-MM-DD", clip(s))
	}
	return t, nil
}

// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"net/url"
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/policy"
	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/sinks"
)

// canonical is the upload address of the index that an address belongs to:
// PyPI's or TestPyPI's for any address on their hosts, else the address.
func canonical(index string) string {
	u, err := url.Parse(index)
	if err != nil {
		return index
	}
	switch strings.TrimSuffix(strings.ToLower(u.Hostname()), ".") {
	case "pypi.org", "upload.pypi.org", "www.pypi.org", "pypi.python.org":
		return sinks.PyPI
	case "test.pypi.org", "testpypi.python.org":
		return sinks.TestPyPI
	}
	return index
}

// channelUploader reports whether an uploader knows no index but anaconda.org.
func channelUploader(k *graph.Sink) bool {
	name := strings.ToLower(k.Uploader)
	return !k.Guessed && (strings.Contains(name, "anaconda") || strings.Contains(name, "upload-nightly-action") || strings.HasPrefix(name, "binstar"))
}

// plainHTTP reports whether an address sends what it is given unencrypted.
func plainHTTP(index string) bool { return strings.HasPrefix(strings.ToLower(index), "http://") }

// looksLikePyPI reports whether a host that is not PyPI's is named to be taken
// for it: pypi.org inside a longer name, or a letter or two beside it.
func looksLikePyPI(index string) bool {
	if canonical(index) != index || offersTrusted(index) {
		return false
	}
	h := host(index)
	if i := strings.LastIndexByte(h, ':'); i >= 0 {
		h = h[:i]
	}
	if strings.Contains(h, "pypi.org") || strings.Contains(h, "pypi-org") || strings.Contains(h, "pythonhosted") {
		return true
	}
	return slices.ContainsFunc([]string{"pypi.org", "upload.pypi.org", "test.pypi.org"}, func(real string) bool { return distance(h, real) <= 2 })
}

// distance is how many letters have to be changed, added or taken away to make
// b of a; names of very different lengths are simply far apart.
func distance(a, b string) int {
	if len(a)-len(b) > 2 || len(b)-len(a) > 2 {
		return len(a) + len(b)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		last := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			last, row[j+1] = row[j+1], min(last+cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// allowed reports whether an upload address is one that releases may go to:
// exactly an index's own, or one that the policy names.
func (a *audit) allowed(index string) bool {
	if sameIndex(index, sinks.PyPI) || sameIndex(index, sinks.TestPyPI) || a.channel(index) != nil {
		return true
	}
	return a.in.FromFile && slices.ContainsFunc(a.in.Policies, func(p *policy.Policy) bool { return sameIndex(p.Index(), index) })
}

// addressInputs are the inputs of actions, addressVariables the variables and
// addressFlags the options of uploaders that hold an upload address.
var (
	addressInputs    = []string{"repository-url", "repository_url", "url", "publish_registry", "registry"}
	addressVariables = []string{"TWINE_REPOSITORY_URL", "UV_PUBLISH_URL", "FLIT_INDEX_URL", "HATCH_INDEX_REPO", "PDM_PUBLISH_REPO", "MATURIN_REPOSITORY_URL"}
	addressFlags     = []string{"--repository-url", "--publish-url"}
)

// indexTexts are the addresses that an upload's index may be where its text
// holds an expression, and whether these are all. Without any, nothing is
// known.
func indexTexts(k *graph.Sink) (texts []string, all bool) {
	text := indexText(k)
	if text == "" {
		return nil, false
	}
	if name, ok := matrixValue(text); ok {
		return matrixTexts(k.Step.Job.Job, name)
	}
	tpl, err := expr.ParseTemplate(text)
	if err != nil {
		return nil, false
	}
	all = true
	for _, r := range k.Step.Runs {
		if k.Reachable && r.Runs == expr.False {
			continue
		}
		found, complete := tpl.Texts(r.Scenario)
		all = all && complete
		for _, t := range found {
			if !slices.Contains(texts, t) {
				texts = append(texts, t)
			}
		}
	}
	return texts, all && len(texts) > 0
}

// indexText is the text with an expression that gives an upload its index; ""
// where there is none that is known.
func indexText(k *graph.Sink) string {
	for _, name := range addressInputs {
		if t := k.Step.With[name]; strings.Contains(t, "${{") {
			return t
		}
	}
	for _, c := range k.Step.Commands {
		if c.File != k.File || c.Line != k.Line {
			continue
		}
		for i, w := range c.Words {
			for _, flag := range addressFlags {
				value, ok := strings.CutPrefix(w.Text, flag+"=")
				if !ok && w.Text == flag && i+1 < len(c.Words) {
					value = c.Words[i+1].Text
				}
				if t, ok := k.Step.Env[strings.Trim(value, "${}")]; ok && strings.HasPrefix(value, "$") {
					value = t
				}
				if strings.Contains(value, "${{") {
					return value
				}
			}
		}
	}
	for _, name := range addressVariables {
		if t := k.Step.Env[name]; strings.Contains(t, "${{") {
			return t
		}
	}
	return ""
}

// matrixValue is NAME where a text is nothing but ${{ matrix.NAME }}.
func matrixValue(text string) (string, bool) {
	text = strings.TrimSpace(text)
	text, open := strings.CutPrefix(text, "${{")
	text, closed := strings.CutSuffix(text, "}}")
	name, ok := strings.CutPrefix(strings.TrimSpace(text), "matrix.")
	return name, open && closed && ok && !strings.ContainsAny(name, " .[]()|&=!'")
}

// matrixTexts are the values that a job's matrix gives a variable.
func matrixTexts(j *workflow.Job, name string) (texts []string, all bool) {
	if j == nil || j.Strategy == nil || j.Strategy.Matrix == nil {
		return nil, false
	}
	m := j.Strategy.Matrix
	if m.Expr.Written() || m.IncludeExpr.Written() {
		return nil, false
	}
	all = true
	add := func(v workflow.Value) {
		if v.Kind != workflow.Scalar || v.Text.HasExpression() {
			all = false
			return
		}
		texts = append(texts, v.Text.Value)
	}
	for _, axis := range m.Axes {
		if strings.EqualFold(axis.Name.Value, name) {
			if axis.Expr.Written() {
				return nil, false
			}
			for _, v := range axis.Values {
				add(v)
			}
		}
	}
	for _, v := range m.Include {
		for _, e := range v.Entries {
			if strings.EqualFold(e.Key.Value, name) {
				add(e.Value)
			}
		}
	}
	return texts, all && len(texts) > 0
}

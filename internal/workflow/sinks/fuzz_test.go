// SPDX-License-Identifier: BSD-3-Clause

package sinks

import (
	"testing"

	"github.com/scientific-python/sallyport/internal/workflow/shell"
)

// FuzzOfScript: every sink is told in full, for any script and variables.
func FuzzOfScript(f *testing.F) {
	f.Add("twine upload -p $A d", "A", "${{ secrets.P }}")
	f.Add("uv run -m twine upload -uX -r testpypi", "TWINE_REPOSITORY_URL", "https://a:b@c/d")
	f.Add("poetry config pypi-token.x y\npoetry publish -r x", "B", "$B")
	f.Add("curl -F a=b https://u@x/legacy/", "", "")
	f.Add("anaconda -t $T upload -u $T\npython setup.py upload -r", "T", "${T:-x}")
	f.Fuzz(func(t *testing.T, text, name, v string) {
		ctx := Context{Env: map[string]string{name: v}, StepEnv: []string{name}, IDToken: Yes, Pypirc: v, Pyproject: v}
		script := shell.Parse(text, "")
		for _, s := range append(OfScript(script, ctx.After(SetupOf(script, ctx))), OfUnknown(script, ctx)...) {
			if s.Uploader == "" || s.Credential == "" || s.Why == "" || s.Attests == "" {
				t.Errorf("incomplete: %+v", s)
			}
			if s.IndexKnown != (s.Index != "") {
				t.Errorf("index %q, known %v", s.Index, s.IndexKnown)
			}
		}
	})
}

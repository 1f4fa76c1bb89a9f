// SPDX-License-Identifier: BSD-3-Clause

package actionyml

import (
	"regexp"
	"strings"
	"testing"
)

// TestPins: on main nothing is pinned; a release's commits pin in the order of
// RELEASING.md, and each names the same image.
func TestPins(t *testing.T) {
	var a, c action
	load(t, "action.yml", true, &a)
	load(t, "composite/action.yml", true, &c)
	image, released := strings.CutPrefix(a.Runs.Image, "docker://")
	composite := c.Runs.Steps[0].Env["SALLYPORT_IMAGE"]
	if released && composite != image || !released && composite != "" {
		t.Errorf("action.yml has image %q and composite/action.yml %q", a.Runs.Image, composite)
	}
	base := regexp.MustCompile(`(?m)^ARG GOLANG=docker\.io/library/golang:1\.26-bookworm(@sha256:[0-9a-f]{64})?$`).FindStringSubmatch(text(t, "Dockerfile"))
	if base == nil || released && base[1] == "" {
		t.Errorf("the Dockerfile's base is %q; a release names it by digest", base)
	}
	none := strings.Repeat("0", 40)
	commits := map[string]bool{}
	for _, name := range []string{"build", "gate"} {
		m := regexp.MustCompile(`(?m)^      - uses: scientific-python/sallyport@(\S+)$`).FindAllStringSubmatch(text(t, ".github/workflows/"+name+".yml"), -1)
		if len(m) != 1 || !fullCommit.MatchString(m[0][1]) {
			t.Fatalf("%s.yml uses sallyport as %q", name, m)
		}
		commits[m[0][1]] = true
	}
	if len(commits) != 1 || !released && !commits[none] {
		t.Errorf("build.yml and gate.yml use the commits %v; on main they use %s", commits, none)
	}
}

// TestPinScripts: what the scripts of a release look for is what the files
// have.
func TestPinScripts(t *testing.T) {
	page := text(t, "RELEASING.md")
	for file, lines := range map[string][]string{
		"action.yml":                  {"  image: Dockerfile"},
		"composite/action.yml":        {"        SALLYPORT_IMAGE: "},
		".github/workflows/build.yml": {"      - uses: scientific-python/sallyport@"},
		".github/workflows/gate.yml":  {"      - uses: scientific-python/sallyport@"},
	} {
		for _, line := range lines {
			if n := strings.Count("\n"+text(t, file), "\n"+line); n != 1 && !strings.Contains(text(t, file), "image: docker://") {
				t.Errorf("%s has %d lines that begin with %q", file, n, line)
			}
			if file == "action.yml" && !strings.Contains(page, "^"+line) || strings.HasPrefix(file, "composite") && !strings.Contains(page, "^"+line) {
				t.Errorf("RELEASING.md does not replace %q in %s", line, file)
			}
		}
	}
	for _, script := range []string{".github/image.sh", ".github/pins.sh"} {
		if !strings.Contains(page, script) || !strings.Contains(text(t, ".github/workflows/release.yml"), script) {
			t.Errorf("%s is not in RELEASING.md, or not run by release.yml", script)
		}
	}
}

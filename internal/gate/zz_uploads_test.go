package gate_test

import (
	"fmt"
	"testing"
	"testing/fstest"

	"github.com/scientific-python/sallyport/internal/gate"
)

const zzHead = "on: push\npermissions: {}\njobs:\n"

func TestZZUploads(t *testing.T) {
	job := func(steps string) string {
		return zzHead + "  publish:\n    runs-on: ubuntu-24.04\n    environment: pypi\n    permissions:\n      id-token: write\n    steps:\n      - uses: scientific-python/sallyport@0123456789abcdef0123456789abcdef01234567\n" + steps
	}
	const up = "      - uses: pypa/gh-action-pypi-publish@dc37677b2e1c63e2034f94d8a5b11f265b73ba33 # v1.14.2\n"
	for _, c := range []struct {
		name  string
		files map[string]string
		job   string
	}{
		{"plain", map[string]string{"release.yml": job(up)}, "publish"},
		{"case", map[string]string{"release.yml": job(up)}, "Publish"},
		{"testpypi", map[string]string{"release.yml": job(up + "        with:\n          repository-url: https://test.pypi.org/legacy/\n")}, "publish"},
		{"expr index", map[string]string{"release.yml": job(up + "        with:\n          repository-url: ${{ vars.INDEX }}\n")}, "publish"},
		{"expr or", map[string]string{"release.yml": job(up + "        with:\n          repository-url: ${{ github.ref_name == 'x' && 'https://test.pypi.org/legacy/' || 'https://upload.pypi.org/legacy/' }}\n")}, "publish"},
		{"expr both known", map[string]string{"release.yml": job(up + "        with:\n          repository-url: ${{ github.event_name == 'push' && 'https://test.pypi.org/legacy/' || 'https://upload.pypi.org/legacy/' }}\n")}, "publish"},
		{"odd URL case", map[string]string{"release.yml": job(up + "        with:\n          repository-url: https://UPLOAD.pypi.org/legacy/\n")}, "publish"},
		{"http", map[string]string{"release.yml": job(up + "        with:\n          repository-url: http://upload.pypi.org/legacy/\n")}, "publish"},
		{"port", map[string]string{"release.yml": job(up + "        with:\n          repository-url: https://upload.pypi.org:443/legacy/\n")}, "publish"},
		{"pypi.org/legacy", map[string]string{"release.yml": job(up + "        with:\n          repository-url: https://pypi.org/legacy/\n")}, "publish"},
		{"double slash", map[string]string{"release.yml": job(up + "        with:\n          repository-url: https://upload.pypi.org//legacy/\n")}, "publish"},
		{"query", map[string]string{"release.yml": job(up + "        with:\n          repository-url: https://upload.pypi.org/legacy/?x\n")}, "publish"},
		{"userinfo", map[string]string{"release.yml": job(up + "        with:\n          repository-url: https://x@upload.pypi.org/legacy/\n")}, "publish"},
		{"if false", map[string]string{"release.yml": job(up + "        if: false\n")}, "publish"},
		{"twine script", map[string]string{"release.yml": job("      - run: twine upload dist/*\n")}, "publish"},
		{"uv script", map[string]string{"release.yml": job("      - run: uv publish\n")}, "publish"},
		{"script file", map[string]string{"release.yml": job("      - run: ./upload.sh\n")}, "publish"},
		{"python inline", map[string]string{"release.yml": job("      - shell: python\n        run: |\n          import subprocess; subprocess.run(['twine','upload'])\n")}, "publish"},
		{"curl", map[string]string{"release.yml": job("      - run: curl -F content=@dist/x.whl https://upload.pypi.org/legacy/\n")}, "publish"},
		{"eval", map[string]string{"release.yml": job("      - run: eval \"$(echo dHdpbmU= | base64 -d) upload dist/*\"\n")}, "publish"},
		{"variable", map[string]string{"release.yml": job("      - run: $TOOL upload dist/*\n")}, "publish"},
		{"twine dry-run var", map[string]string{"release.yml": job("      - run: uv publish --dry-run\n")}, "publish"},
		{"dry run expr", map[string]string{"release.yml": job("      - run: uv publish ${{ inputs.dry && '--dry-run' || '' }}\n")}, "publish"},
		{"unknown action", map[string]string{"release.yml": job("      - uses: mallory/upload@0123456789abcdef0123456789abcdef01234567\n")}, "publish"},
		{"local js", map[string]string{"release.yml": job("      - uses: ./.github/up\n"), "../up/action.yml": "name: x\ndescription: x\nruns: {using: node20, main: i.js}\n"}, "publish"},
		{"local composite", map[string]string{"release.yml": job("      - uses: ./.github/up\n"), "../up/action.yml": "name: x\ndescription: x\nruns:\n  using: composite\n  steps:\n    - uses: pypa/gh-action-pypi-publish@dc37677b2e1c63e2034f94d8a5b11f265b73ba33\n"}, "publish"},
		{"docker", map[string]string{"release.yml": job("      - uses: docker://ghcr.io/pypa/gh-action-pypi-publish:release-v1\n")}, "publish"},
		{"called", map[string]string{"release.yml": zzHead + "  go:\n    permissions:\n      id-token: write\n    uses: ./.github/workflows/up.yml\n", "up.yml": "on: workflow_call\n" + job(up)[len("on: push\n"):]}, "publish"},
		{"called, file called", map[string]string{"release.yml": zzHead + "  go:\n    permissions:\n      id-token: write\n    uses: ./.github/workflows/up.yml\n", "up.yml": "on: workflow_call\n" + job(up)[len("on: push\n"):]}, "go"},
		{"remote", map[string]string{"release.yml": zzHead + "  go:\n    permissions:\n      id-token: write\n    uses: mallory/x/.github/workflows/up.yml@v1\n"}, "publish"},
		{"same id", map[string]string{"release.yml": zzHead + "  publish:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo\n  go:\n    uses: ./.github/workflows/up.yml\n", "up.yml": "on: workflow_call\n" + job(up)[len("on: push\n"):]}, "publish"},
		{"broken yaml step", map[string]string{"release.yml": job(up + "        with: [1]\n")}, "publish"},
		{"broken job", map[string]string{"release.yml": job(up) + "    steps: 3\n"}, "publish"},
		{"dup step key", map[string]string{"release.yml": job(up + "        uses: a/b@v1\n")}, "publish"},
		{"unreadable", map[string]string{"release.yml": "on: push\njobs:\n  publish: &a\n    <<: *b\n    steps: []\n"}, "publish"},
		{"not yaml", map[string]string{"release.yml": "\t:{"}, "publish"},
		{"background gate", map[string]string{"release.yml": job("      - run: |\n          (sleep 100; twine upload dist/*) &\n")}, "publish"},
		{"tox", map[string]string{"release.yml": job("      - run: tox -e release\n"), "../../tox.ini": "[testenv:release]\ncommands = twine upload dist/*\n"}, "publish"},
		{"poetry", map[string]string{"release.yml": job("      - run: poetry publish\n")}, "publish"},
		{"make", map[string]string{"release.yml": job("      - run: make release\n"), "../../Makefile": "release:\n\ttwine upload dist/*\n"}, "publish"},
		{"flit", map[string]string{"release.yml": job("      - run: flit publish\n")}, "publish"},
	} {
		fs := fstest.MapFS{}
		for n, text := range c.files {
			p := ".github/workflows/" + n
			switch {
			case len(n) > 6 && n[:6] == "../../":
				p = n[6:]
			case n[:3] == "../":
				p = ".github/" + n[3:]
			}
			fs[p] = &fstest.MapFile{Data: []byte(text)}
		}
		w, err := gate.ReadWorkflows(fs, "octo-sci/samplepkg", "main")
		if err != nil {
			fmt.Println(c.name, "ERR", err)
			continue
		}
		got := w.Uploads(".github/workflows/release.yml", c.job, "https://upload.pypi.org/legacy/")
		var gaps []string
		for _, g := range w.Graph.Gaps {
			gaps = append(gaps, fmt.Sprint(g.Kind, ":", g.Name))
		}
		fmt.Printf("%-20s %v gaps %v\n", c.name, got, gaps)
	}
}

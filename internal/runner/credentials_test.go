// SPDX-License-Identifier: BSD-3-Clause

package runner

import (
	"encoding/base64"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// hidden is in every secret of these tests, and must be in no result.
const hidden = "hunter2"

// uploadToken looks like an index's token to everybody.
var uploadToken = "pypi-AgEIcHlwaS5vcmc" + base64.RawURLEncoding.EncodeToString([]byte(strings.Repeat(hidden, 12)))

// stage is a job that something lies in sight of.
type stage struct {
	env                    map[string]string
	home, workspace, other string
	o                      CredentialOptions
}

func newStage(t testing.TB) *stage {
	t.Helper()
	s := &stage{home: t.TempDir(), workspace: t.TempDir(), other: t.TempDir()}
	s.env = map[string]string{"HOME": s.home, "PATH": "/usr/bin", "GITHUB_TOKEN": "ghs_" + hidden}
	s.o = CredentialOptions{Workspace: s.workspace, RunnerHome: s.other, Classify: func(token string) (TokenClass, bool) {
		return TokenClass{Host: IndexPyPI, Origin: "user", Scope: "account"}, strings.Contains(token, "pypi-AgEI")
	}}
	return s
}

func put(t testing.TB, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// look returns what is seen, a line each, and holds that no value shows.
func (s *stage) look(t testing.TB) (found, unseen []string) {
	t.Helper()
	o := s.o
	if o.Names == nil {
		o.Names = slices.Collect(maps.Keys(s.env))
	}
	cs, us := Credentials(func(name string) (string, bool) { v, ok := s.env[name]; return v, ok }, o)
	for _, c := range cs {
		found = append(found, strings.Join(strings.Fields(fmt.Sprintf("%s: %s: %s %s %s %s", c.Where, c.Name, c.Kind, c.Class, c.Token.Origin, c.Index)), " "))
	}
	for _, u := range us {
		if u.Reason == "" {
			t.Errorf("no reason: %+v", u)
		}
		form := "here: "
		if u.Outside {
			form = "outside: "
		}
		unseen = append(unseen, form+u.What)
	}
	if all := fmt.Sprintf("%+v %+v", cs, us); strings.Contains(strings.ToLower(all), hidden) || strings.Contains(all, uploadToken[5:20]) {
		t.Errorf("a value shows: %s", all)
	}
	return found, unseen
}

func TestCredentialVariables(t *testing.T) {
	const env = "the environment: "
	for _, tt := range []struct {
		set  string // NAME=VALUE, separated by line ends
		want string
	}{
		{"TWINE_USERNAME=__token__\nTWINE_NON_INTERACTIVE=1\nTWINE_PASSWORD=", ""},
		{"TWINE_PASSWORD= \t", ""},
		{"TWINE_REPOSITORY=pypi", env + "TWINE_REPOSITORY: option index pypi.org"},
		{"TWINE_REPOSITORY=testpypi", env + "TWINE_REPOSITORY: option index test.pypi.org"},
		{"TWINE_REPOSITORY=main", env + "TWINE_REPOSITORY: option index"},
		{"HATCH_INDEX_REPO=main", env + "HATCH_INDEX_REPO: option index pypi.org"},
		{"TWINE_REPOSITORY_URL=https://upload.pypi.org/legacy/", env + "TWINE_REPOSITORY_URL: option index pypi.org"},
		{"TWINE_REPOSITORY_URL=http://upload.pypi.org/legacy/", env + "TWINE_REPOSITORY_URL: option index other"},
		{"TWINE_REPOSITORY_URL=https://pypi.org.evil.example/legacy/", env + "TWINE_REPOSITORY_URL: option index other"},
		{"UV_PUBLISH_URL=https://upload.pypi.org@evil.example/legacy/", env + "UV_PUBLISH_URL: option index other"},
		{"TWINE_REPOSITORY_URL=https://u:hunter2@upload.pypi.org/legacy/", env + "TWINE_REPOSITORY_URL: variable url pypi.org"},
		{"TWINE_REPOSITORY_URL=https://u:hunter2@evil.example@upload.pypi.org/", env + "TWINE_REPOSITORY_URL: variable url pypi.org"},
		{"TWINE_PASSWORD=hunter2", env + "TWINE_PASSWORD: variable password"},
		{"UV_PUBLISH_TOKEN=TOKEN", env + "UV_PUBLISH_TOKEN: variable token user pypi.org"},
		{"TWINE_USERNAME=TOKEN", env + "TWINE_USERNAME: variable token user pypi.org"},
		{"MY_THING=export X=TOKEN;", env + "MY_THING: variable token user pypi.org"},
		{"PACKAGE=pypi-attestations\nOTHER=pypi-Agent-for-something-or-other", ""},
		{"PYPI_TOKEN_MAP=owner/repo,TOKEN", env + "PYPI_TOKEN_MAP: variable token user pypi.org"},
		{"POETRY_PYPI_TOKEN_PYPI=hunter2", env + "POETRY_PYPI_TOKEN_PYPI: variable password pypi.org"},
		{"POETRY_PYPI_TOKEN_NIGHTLY=hunter2\nPOETRY_REPOSITORIES_NIGHTLY_URL=https://pypi.example/", env + "POETRY_PYPI_TOKEN_NIGHTLY: variable password other"},
		{"POETRY_PYPI_TOKEN_MINE=hunter2", env + "POETRY_PYPI_TOKEN_MINE: variable password"},
		{"POETRY_HTTP_BASIC_PYPI_USERNAME=u\nPOETRY_HTTP_BASIC_PYPI_PASSWORD=hunter2", env + "POETRY_HTTP_BASIC_PYPI_PASSWORD: variable password pypi.org"},
		{"POETRY_REPOSITORIES_PYPI_URL=https://evil.example/", env + "POETRY_REPOSITORIES_PYPI_URL: option index other"},
		{"UV_INDEX_PRIVATE_PASSWORD=hunter2", env + "UV_INDEX_PRIVATE_PASSWORD: variable password"},
		{"PIP_EXTRA_INDEX_URL=https://a/ https://u:hunter2@pypi.example/simple", env + "PIP_EXTRA_INDEX_URL: variable url other"},
		{"UV_INDEX=x=https://u:hunter2@pypi.example/simple", env + "UV_INDEX: variable url other"},
		{"CLONE_URL=https://x-access-token:hunter2@github.com/octo-sci/samplepkg", ""},
		{"DATABASE_URL=postgres://u:hunter2@localhost/db\nSITE_URL=https://user@host/\nTEXT=https://u:hunter2@host/", ""},
		{"UV_KEYRING_PROVIDER=disabled\nPYTHON_KEYRING_BACKEND=keyring.backends.null.Keyring", ""},
		{"UV_KEYRING_PROVIDER=subprocess", env + "UV_KEYRING_PROVIDER: option keyring"},
		{"UV_PUBLISH_NO_ATTESTATIONS=0", ""},
		{"UV_PUBLISH_NO_ATTESTATIONS=1", env + "UV_PUBLISH_NO_ATTESTATIONS: option no-attestations"},
		{"TESTPYPI_TOKEN=hunter2", env + "TESTPYPI_TOKEN: variable password test.pypi.org"},
		{"ANACONDA_API_TOKEN=hunter2", env + "ANACONDA_API_TOKEN: variable password other"},
		{"X hunter2 Y=TOKEN", env + "a variable of an unusual name: variable token user pypi.org"},
		{"GH_TOKEN=ghs_hunter2\nACTIONS_ID_TOKEN_REQUEST_TOKEN=eyJhunter2\nACTIONS_RUNTIME_TOKEN=eyJhunter2", ""},
	} {
		s := newStage(t)
		for _, line := range strings.Split(strings.ReplaceAll(tt.set, "TOKEN;", uploadToken+";"), "\n") {
			name, value, _ := strings.Cut(line, "=")
			if value == "TOKEN" || strings.HasSuffix(value, ",TOKEN") {
				value = strings.TrimSuffix(value, "TOKEN") + uploadToken
			}
			s.env[name] = value
		}
		found, unseen := s.look(t)
		if got := strings.Join(found, "; "); got != tt.want {
			t.Errorf("%s:\n%s\nexpecting\n%s", tt.set, got, tt.want)
		}
		if len(unseen) > 0 {
			t.Errorf("%s: unseen %q", tt.set, unseen)
		}
	}
}

func TestCredentialFiles(t *testing.T) {
	for _, tt := range []struct{ path, text, want string }{
		{".pypirc", "[distutils]\nindex-servers =\n    pypi\n    testpypi\n\n[pypi]\nusername = __token__\npassword =\n", ""},
		{".pypirc", "[pypi]\nusername: u\npassword: hunter2\n", "[pypi] password: file password pypi.org"},
		{".pypirc", "[pypi]\npassword =\n    hunter2\n", "[pypi] password: file password pypi.org"},
		{".pypirc", "[pypi]\npassword =\n    hunter2=x\n", "[pypi] password: file password pypi.org"},
		{".pypirc", "[pypi]\n  username = u\n  password = hunter2\n", "[pypi] password: file password pypi.org"},
		{".pypirc", "[x]\nrepository = http://upload.pypi.org/legacy/\npassword = hunter2\n", "password of another section: file password pypi.org"},
		{".pypirc", "\ufeff[pypi]\npassword = hunter2\n", "password: file password"},
		{".pypirc", "[pypi]\r\nPASSWORD = TOKEN\r\n", "[pypi] password: file token user pypi.org"},
		{".pypirc", "[testpypi]\npassword = hunter2\n", "[testpypi] password: file password test.pypi.org"},
		{".pypirc", "[nightly]\nrepository = https://pypi.example/\npassword = hunter2\n", "password of another section: file password other"},
		{".pypirc", "[nightly]\nrepository = https://upload.pypi.org/legacy/\npassword = hunter2\n", "password of another section: file password pypi.org"},
		{".pypirc", "[server-login]\npassword:hunter2\n", "[server-login] password: file password pypi.org"},
		{".pypirc", "[pypi]\nrepository = https://u:hunter2@pypi.example/\n", "[pypi] repository: file url other"},
		{".pypirc", "[pypi]\n# password = hunter2\n", ""},
		{".pypirc", "# TOKEN\n", "a token: file token user pypi.org"},
		{".pypirc", "TOKEN==\n", "a token: file token user pypi.org"},
		{".config/pypoetry/auth.toml", "[pypi-token]\npypi = \"hunter2\"\n", "[pypi-token] pypi: file password pypi.org"},
		{".config/pypoetry/auth.toml", "pypi-token.testpypi = 'hunter2'\n", "pypi-token.testpypi: file password test.pypi.org"},
		{".config/pypoetry/auth.toml", "[http-basic]\npypi = {username = \"u\", password = \"hunter2\"}\n", "[http-basic] pypi.password: file password pypi.org"},
		{".config/pypoetry/auth.toml", "[http-basic.pypi]\nusername = \"u\"\npassword = \"\" # none\n", ""},
		{".config/pdm/config.toml", "repository.pypi.password = \"hunter2\"\nother.url = \"https://pypi.example/\"\n", "repository.pypi.password: file password pypi.org"},
		{".config/pdm/config.toml", "[repository.mine]\nurl = \"https://pypi.example/\"\npassword = \"\"\"\nhunter2\"\"\"\n", "password of another section: file password other"},
		{".config/hatch/config.toml", "[publish.index]\nuser = \"u\"\nauth = \"hunter2\"\n", "[publish.index] auth: file password"},
		{".cache/hatch/previous_working_users.json", "{}", ""},
		{".cache/hatch/previous_working_users.json", `{"main":["hunter2"]}`, "users that hatch remembers: option keyring"},
		{".netrc", "machine upload.pypi.org login u password hunter2\n", "password of pypi.org: file password pypi.org"},
		{".netrc", "machine upload.pypi.org\n  login u\n  password hunter2\n", "password of pypi.org: file password pypi.org"},
		{".netrc", "default login u password hunter2", "password of any host: file password"},
		{".netrc", "machine files.example login password password hunter2", "password of another host: file password other"},
		{".netrc", "machine github.com login u password hunter2\nmachine api.github.com login u password hunter2\n# machine pypi.org password hunter2\n", ""},
		{".config/uv/uv.toml", "index-url = \"https://u:hunter2@pypi.example/simple\"\n", "index-url: file url other"},
		{".config/uv/uv.toml", "keyring-provider = \"subprocess\"\ntrusted-publishing = \"never\"\npublish-url = \"https://pypi.example/\"\n",
			"keyring-provider: option keyring; trusted-publishing: option no-trusted-publishing; publish-url: option index other"},
		{".config/uv/uv.toml", "keyring-provider = \"disabled\"\ntrusted-publishing = \"always\"\n", ""},
		{".local/share/uv/credentials/credentials.toml", "[[credential]]\nservice = \"https://upload.pypi.org/legacy/\"\nusername = \"u\"\npassword = \"hunter2\"\n", "[credential] password: file password pypi.org"},
		{".config/pip/pip.conf", "[global]\nextra-index-url =\n    https://a.example/simple\n    https://u:hunter2@pypi.example/simple\n", "[global] extra-index-url: file url other"},
		{".config/pip/pip.conf", "[global]\nindex-url = https://pypi.org/simple\n", ""},
		{".config/python_keyring/keyringrc.cfg", "[backend]\ndefault-keyring=keyrings.alt.file.PlaintextKeyring\n", "[backend] default-keyring: option keyring"},
		{".config/python_keyring/keyringrc.cfg", "[backend]\ndefault-keyring=keyring.backends.fail.Keyring\n", ""},
		{".local/share/python_keyring/keyring_pass.cfg", "[https_3a_2f_2fupload]\n__token__ = hunter2\n", "passwords of a keyring: file password"},
	} {
		text := strings.ReplaceAll(tt.text, "TOKEN", uploadToken)
		for _, where := range []string{"~/", "the runner's ~/"} {
			s := newStage(t)
			put(t, map[string]string{"~/": s.home, "the runner's ~/": s.other}[where], tt.path, text)
			found, unseen := s.look(t)
			var want []string
			if tt.want != "" {
				for _, w := range strings.Split(tt.want, "; ") {
					want = append(want, where+tt.path+": "+w)
				}
			}
			if diff := cmp.Diff(want, found); diff != "" || len(unseen) > 0 {
				t.Errorf("%q (-want +got):\n%s%q", tt.text, diff, unseen)
			}
		}
	}
}

func TestWorkspaceFiles(t *testing.T) {
	s := newStage(t)
	put(t, s.workspace, ".pypirc", "[pypi]\npassword = hunter2\n")
	put(t, s.workspace, ".netrc", "machine pypi.org password hunter2") // nobody reads it there
	put(t, s.workspace, "pyproject.toml", "[project]\nname = \"x\"\n[tool.other]\ntoken = \"hunter2\"\n[tool.uv]\ntrusted-publishing = \"never\"\n[[tool.uv.index]]\nname = \"x\"\nurl = \"https://u:hunter2@pypi.example/\"\n")
	found, unseen := s.look(t)
	want := []string{"./.pypirc: [pypi] password: file password pypi.org", "./pyproject.toml: [tool.uv] trusted-publishing: option no-trusted-publishing", "./pyproject.toml: [tool.uv.index] url: file url other"}
	if diff := cmp.Diff(want, found); diff != "" || len(unseen) > 0 {
		t.Errorf("(-want +got):\n%s%q", diff, unseen)
	}
}

// What could not be looked at is never passed over.
func TestUnseen(t *testing.T) {
	rc := "[pypi]\npassword = hunter2\n"
	for _, tt := range []struct {
		name   string
		change func(s *stage)
		want   []string
	}{
		{"all in sight", func(*stage) {}, nil},
		{"on the runner itself", func(s *stage) { s.o.RunnerHome, s.o.HomeIsRunners = "", true }, nil},
		{"its home is the runner's", func(s *stage) { s.o.RunnerHome = s.home }, nil},
		{"in a container", func(s *stage) { s.o.RunnerHome = "" }, []string{"outside: the runner's home folder (its ~/.pypirc, ~/.netrc and the like)"}},
		{"not mounted after all", func(s *stage) { s.o.RunnerHome += "/none" }, []string{"here: the runner's home folder"}},
		{"no home", func(s *stage) { delete(s.env, "HOME") }, []string{"here: this step's home folder"}},
		{"home that is a file", func(s *stage) { put(t, s.home, "x", ""); s.env["HOME"] += "/x" }, []string{"here: this step's home folder"}},
		{"no workspace", func(s *stage) { s.o.Workspace = "" }, []string{"here: the workspace"}},
		{"a link out", func(s *stage) {
			put(t, s.other, "rc", rc)
			link(t, s.other+"/rc", s.home+"/.pypirc")
		}, []string{"here: ~/.pypirc"}},
		{"a folder out", func(s *stage) {
			put(t, s.other, "c/uv/uv.toml", "x")
			link(t, "../"+filepath.Base(s.other)+"/c", s.home+"/.config")
		}, []string{"here: ~/.config/uv/uv.toml"}},
		{"too large", func(s *stage) { put(t, s.home, ".pypirc", strings.Repeat(" ", maxCredentialFile+1)) }, []string{"here: ~/.pypirc"}},
		{"a folder of that name", func(s *stage) { put(t, s.home, ".pypirc/x", rc) }, nil},
		{"a pipe", func(s *stage) {
			if err := syscall.Mkfifo(s.home+"/.netrc", 0o600); err != nil {
				t.Fatal(err)
			}
		}, []string{"here: ~/.netrc"}},
		{"a file for a folder", func(s *stage) { put(t, s.home, ".config", rc) }, nil},
		{"named elsewhere", func(s *stage) { s.env["PIP_CONFIG_FILE"] = "/etc/hostname"; s.env["NETRC"] = "/dev/null" }, []string{"here: $PIP_CONFIG_FILE"}},
		{"named on the runner", func(s *stage) { s.env["XDG_CONFIG_HOME"] = "/home/none/.config" }, []string{"outside: $XDG_CONFIG_HOME"}},
		{"named by half", func(s *stage) { s.env["NETRC"] = "netrc" }, []string{"outside: $NETRC"}},
		{"named within", func(s *stage) { s.env["XDG_CONFIG_HOME"] = s.home + "/.config" }, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newStage(t)
			tt.change(s)
			found, unseen := s.look(t)
			if len(found) > 0 || !slices.EqualFunc(unseen, tt.want, func(got, want string) bool { return got == want }) && tt.name != "a folder out" {
				t.Errorf("found %q, unseen %q, expecting %q", found, unseen, tt.want)
			}
			if tt.name == "a folder out" && !slices.Contains(unseen, tt.want[0]) {
				t.Errorf("unseen %q", unseen)
			}
		})
	}
	_, unseen := Credentials(func(string) (string, bool) { return "", false }, CredentialOptions{})
	if len(unseen) != 4 {
		t.Errorf("with nothing known: %+v", unseen)
	}
}

// Files that variables name are read where they lie within.
func TestNamedFiles(t *testing.T) {
	s := newStage(t)
	put(t, s.workspace, "my/netrc", "machine upload.pypi.org password hunter2")
	put(t, s.home, "config/uv/uv.toml", "index-url = \"https://u:hunter2@pypi.example/simple\"\n")
	s.env["NETRC"], s.env["XDG_CONFIG_HOME"] = s.workspace+"/my/netrc", s.home+"/config"
	found, unseen := s.look(t)
	want := []string{"$NETRC: password of pypi.org: file password pypi.org", "$XDG_CONFIG_HOME/uv/uv.toml: index-url: file url other"}
	if diff := cmp.Diff(want, found); diff != "" || len(unseen) > 0 {
		t.Errorf("(-want +got):\n%s%q", diff, unseen)
	}
}

func link(t *testing.T, to, at string) {
	t.Helper()
	if err := os.Symlink(to, at); err != nil {
		t.Fatal(err)
	}
}

// Without a way to classify, what looks like a token is one.
func TestUnclassifiedToken(t *testing.T) {
	s := newStage(t)
	s.o.Classify = nil
	s.env["X"] = uploadToken
	if found, _ := s.look(t); len(found) != 1 || !strings.Contains(found[0], "X: variable token unknown") {
		t.Errorf("%q", found)
	}
}

func FuzzCredentialFiles(f *testing.F) {
	f.Add("[pypi]\npassword = hunter2\n[http-basic]\nx = {password = \"y\"}\nmachine pypi.org password z")
	f.Add("[[a]]\nx = [\n\"https://u:p@h\",\n]\n")
	f.Fuzz(func(t *testing.T, text string) {
		for _, c := range homeFiles {
			s := &sight{look: func(string) (string, bool) { return "", false }, seen: map[string]bool{}}
			c.read(s, "~/"+c.path, text)
			for _, got := range s.found {
				if got.Name == "" || len(got.Name) > 120 || got.Class == "" || strings.ContainsAny(got.Name, "\n\r") {
					t.Fatalf("%+v", got)
				}
			}
		}
	})
}

// However much there is, it is read in no time, and what is not listed is said.
func TestManyCredentials(t *testing.T) {
	s := newStage(t)
	for i := range maxFound + 5 {
		s.env[fmt.Sprintf("A%03d_URL", i)] = "https://u:hunter2@pypi.example/"
	}
	put(t, s.home, ".pypirc", "[pypi]\n"+strings.Repeat("password = x\ny\n", 60_000))
	put(t, s.workspace, "pyproject.toml", "x = [\n"+strings.Repeat("y\n", 400_000))
	put(t, s.workspace, "uv.toml", strings.Repeat("a.url = x\n", 100_000))
	found, unseen := s.look(t)
	if len(found) != maxFound || !slices.Contains(unseen, "here: all further credentials") {
		t.Errorf("%d found, unseen %q", len(found), unseen)
	}
}

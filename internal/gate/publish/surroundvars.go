// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"
)

// codeVariable is a variable by which a program that is started runs, or takes
// for its own, what somebody else wrote.
type codeVariable struct {
	name string // ends in "*" for all that begin so
	does string // completes "and"
	// build: it is told in build jobs too, where search paths are common.
	build bool
	// when is what a value must be for that; nil for any.
	when func(value string) bool
}

const trusts = "programs then hand the id-token and the files to whom it says"

func isZero(v string) bool { return v == "0" || strings.Contains(v, "${{") }

var codeVariables = []codeVariable{
	{"BASH_ENV", "every bash first runs what it names", true, nil},
	{"BASH_FUNC_*", "every bash takes it for a function of that name", true, nil},
	{"ENV", "a shell may first run what it names", true, likePath},
	{"PS4", "a shell that traces runs the commands in it", true, substitutes},
	{"PROMPT_COMMAND", "an interactive shell runs it", true, nil},
	{"ZDOTDIR", "every zsh first runs files from there", true, nil},
	{"NODE_OPTIONS", "every Node, that of actions too, first loads what it names", true, nodeLoads},
	{"NODE_PATH", "Node takes modules from there", false, nil},
	{"LD_PRELOAD", "every program first loads that library", true, nil},
	{"LD_AUDIT", "every program first loads that library", true, nil},
	{"DYLD_INSERT_LIBRARIES", "every program first loads that library", true, nil},
	{"LD_*", "programs take libraries from there", false, nil},
	{"DYLD_*", "programs take libraries from there", false, nil},
	{"GCONV_PATH", "programs load libraries from there", true, nil},
	{"PYTHONPATH", "Python takes modules from there before its own", false, nil},
	{"PYTHONSTARTUP", "Python first runs that file", true, nil},
	{"PYTHONHOME", "Python takes its whole library from there", true, nil},
	{"PYTHONUSERBASE", "Python takes modules from there", false, nil},
	{"PYTHONPYCACHEPREFIX", "Python takes compiled modules from there", false, nil},
	{"PYTHONEXECUTABLE", "Python takes modules from there", false, nil},
	{"PYTHONWARNINGS", "Python imports the module that it names", false, func(v string) bool { return strings.Contains(v, ".") || strings.Contains(v, "${{") }},
	{"PERL5OPT", "every Perl first loads what it names", true, nil},
	{"PERL5LIB", "Perl takes modules from there", false, nil},
	{"PERL5DB", "Perl's debugger runs it", true, nil},
	{"RUBYOPT", "every Ruby first loads what it names", true, nil},
	{"RUBYLIB", "Ruby takes libraries from there", false, nil},
	{"JAVA_TOOL_OPTIONS", "every Java first loads what it names", true, javaLoads},
	{"JDK_JAVA_OPTIONS", "every Java first loads what it names", true, javaLoads},
	{"_JAVA_OPTIONS", "every Java first loads what it names", true, javaLoads},
	{"GIT_SSH*", "git runs it", false, gitRuns},
	{"GIT_EXTERNAL_DIFF", "git runs it", false, nil},
	{"GIT_EXEC_PATH", "git takes its programs from there", false, nil},
	{"GIT_PROXY_COMMAND", "git runs it", false, nil},
	{"GIT_ASKPASS", "git runs it", false, gitRuns},
	{"SSH_ASKPASS", "git and ssh run it", false, gitRuns},
	{"GIT_PAGER", "git runs it", false, gitRuns},
	{"GIT_EDITOR", "git runs it", false, gitRuns},
	{"GIT_SEQUENCE_EDITOR", "git runs it", false, gitRuns},
	{"GIT_TEMPLATE_DIR", "git takes hooks from there", false, nil},
	{"GIT_CONFIG*", "git takes settings from it, which can name programs to run", false, gitSetting},
	{"LESSOPEN", "less runs it", false, nil},
	{"GH_PATH", "gh runs it", false, nil},
	{"GH_PAGER", "gh runs it", false, gitRuns},
	{"GH_CONFIG_DIR", "gh takes aliases from there, which can run commands", false, nil},
	{"HOME", "shells, git and Python take start-up files and modules from there", false, notHome},
	{"XDG_CONFIG_HOME", "git and other programs take settings from there, which can run commands", false, nil},
	{"DOCKER_HOST", "containers, those of actions too, run on that machine", false, nil},
	{"DOCKER_CONFIG", "docker takes plug-ins from there", false, nil},
	{"REQUESTS_CA_BUNDLE", trusts, false, nil},
	{"CURL_CA_BUNDLE", trusts, false, nil},
	{"SSL_CERT_FILE", trusts, false, nil},
	{"SSL_CERT_DIR", trusts, false, nil},
	{"NODE_EXTRA_CA_CERTS", trusts, false, nil},
	{"NODE_TLS_REJECT_UNAUTHORIZED", trusts, false, isZero},
	{"PYTHONHTTPSVERIFY", trusts, false, isZero},
	{"COMSPEC", "programs take it for the shell", true, nil},
	{"PATHEXT", "it decides which files are programs", false, nil},
	{"PATH", "every step takes its programs from there", false, nil},
}

// codePrefixes begin all of their names: a quick look before the long one.
var codePrefixes = []string{"BASH", "ENV", "PS4", "PROMPT", "ZDOT", "NODE", "LD_", "DYLD_", "GCONV", "PYTHON", "PERL5", "RUBY", "JAVA", "JDK", "_JAVA", "GIT_", "SSH_", "LESS", "GH_", "REQUESTS_", "CURL_", "SSL_", "HOME", "XDG", "DOCKER", "COMSPEC", "PATH"}

// runsByVariable says what a variable of that value makes programs run; "" for
// one that runs nothing.
func runsByVariable(name, value string, publishes bool) string {
	upper := strings.ToUpper(name)
	if strings.TrimSpace(value) == "" {
		return ""
	}
	if !slices.ContainsFunc(codePrefixes, func(p string) bool { return strings.HasPrefix(upper, p) }) {
		return ""
	}
	for _, v := range codeVariables {
		prefix, open := strings.CutSuffix(v.name, "*")
		if upper != v.name && !(open && strings.HasPrefix(upper, prefix)) {
			continue
		}
		if !publishes && !v.build || v.when != nil && !v.when(value) {
			return ""
		}
		return v.does
	}
	return ""
}

func substitutes(v string) bool { return strings.Contains(v, "$(") || strings.Contains(v, "`") }

func likePath(v string) bool { return substitutes(v) || strings.ContainsAny(v, `/\`) }

// nodeLoads: options that load modules; sizes and warnings are none.
func nodeLoads(v string) bool {
	if strings.Contains(v, "${{") || strings.Contains(v, "$") {
		return true
	}
	for _, w := range strings.Fields(v) {
		w, _, _ = strings.Cut(w, "=")
		switch {
		case slices.Contains([]string{"--no-warnings", "--no-deprecation", "--trace-warnings", "--trace-deprecation", "--throw-deprecation", "--enable-source-maps",
			"--use-openssl-ca", "--use-system-ca", "--use-bundled-ca", "--openssl-legacy-provider", "--stack-trace-limit", "--dns-result-order", "--unhandled-rejections", "--expose-gc"}, w):
		case strings.HasPrefix(w, "--max") && (strings.HasSuffix(w, "size") || strings.HasSuffix(w, "_size")):
		case strings.HasPrefix(w, "--no-"), strings.HasPrefix(w, "--experimental-vm"), strings.HasPrefix(w, "--experimental-strip"):
		case !strings.HasPrefix(w, "-"):
		default:
			return true
		}
	}
	return false
}

func javaLoads(v string) bool {
	return strings.Contains(v, "-agent") || strings.Contains(v, "-javaagent") || strings.Contains(v, "classpath") || strings.Contains(v, "OnError") || strings.Contains(v, "OnOutOfMemoryError") ||
		strings.Contains(v, "$") || strings.Contains(v, "@")
}

// gitRuns: the usual values that keep git from asking or paging run nothing.
func gitRuns(v string) bool {
	switch strings.TrimSpace(v) {
	case "cat", "less", "true", "/bin/true", ":", "echo", "/bin/echo", "/usr/bin/true", "ssh":
		return false
	}
	return !strings.HasPrefix(v, "ssh -o ") || strings.Contains(v, "ProxyCommand") || strings.Contains(v, "LocalCommand") || strings.Contains(v, "$")
}

// gitSetting: numbers and switches name no program.
func gitSetting(v string) bool {
	switch v = strings.ToLower(strings.TrimSpace(v)); v {
	case "true", "false", "/dev/null", "main", "master", "safe.directory", "init.defaultbranch", "protocol.version", "advice.detachedhead", "*":
		return false
	}
	return strings.Trim(v, "0123456789") != ""
}

// notHome: the homes that images have.
func notHome(v string) bool {
	return !slices.Contains([]string{"/root", "/home/runner", "/github/home", "~"}, strings.TrimSuffix(strings.TrimSpace(v), "/"))
}

// fetchesCode reports whether a shell line fetches what it runs.
func fetchesCode(line string) bool {
	for _, w := range []string{"$(", "`", "curl", "wget", "://", "uvx", "npx", "pipx", "bunx", "uv tool run", "uv run --with"} {
		if strings.Contains(line, w) {
			return true
		}
	}
	return false
}

// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"
	"sync"

	"github.com/scientific-python/sallyport/internal/workflow/shell"
)

// bent is a variable that is assigned where a command runs, in its script, and
// by which any program may come to run other code; "" for none.
func bent(c shell.Command) string {
	if len(c.Env) == 0 {
		return ""
	}
	for _, name := range bendingNames() {
		if w, ok := c.Env[name]; ok && bends(name, w.Text) {
			return name
		}
	}
	return ""
}

func bends(name, value string) bool {
	switch name {
	case "PATH", "Path":
		return slices.ContainsFunc(strings.FieldsFunc(value, func(r rune) bool { return r == ':' || r == ';' }), ownFolder)
	case "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH":
		return value != "" && ownFolder(value)
	case "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM":
		return value != "" && value != "/dev/null"
	case "GIT_CONFIG_COUNT":
		return value != "0"
	case "NODE_OPTIONS":
		return strings.Contains(value, "-r") || strings.Contains(value, "import") || strings.Contains(value, "loader") || strings.Contains(value, "$")
	}
	return value != ""
}

// bendingNames name a program, a file of code, or a folder of them.
var bendingNames = sync.OnceValue(func() []string {
	return strings.Fields(`PATH Path LD_PRELOAD LD_AUDIT LD_LIBRARY_PATH DYLD_INSERT_LIBRARIES DYLD_LIBRARY_PATH DYLD_FRAMEWORK_PATH DYLD_FALLBACK_LIBRARY_PATH
	BASH_ENV ENV PROMPT_COMMAND PYTHONPATH PYTHONSTARTUP PYTHONHOME PYTHONUSERBASE PYTHONBREAKPOINT PERL5OPT PERL5LIB PERL5DB RUBYOPT
	RUBYLIB NODE_PATH NODE_OPTIONS GIT_SSH GIT_SSH_COMMAND GIT_EXTERNAL_DIFF GIT_PAGER GIT_EDITOR GIT_SEQUENCE_EDITOR GIT_ASKPASS SSH_ASKPASS
	GIT_EXEC_PATH GIT_CONFIG GIT_CONFIG_GLOBAL GIT_CONFIG_SYSTEM GIT_CONFIG_PARAMETERS GIT_CONFIG_COUNT GIT_TEMPLATE_DIR GIT_PROXY_COMMAND GIT_DIR
	GIT_ALLOW_PROTOCOL LESSOPEN LESSCLOSE TAR_OPTIONS JAVA_TOOL_OPTIONS _JAVA_OPTIONS GCONV_PATH`)
})

// ownFolder reports whether a folder on the way to programs may be one that the
// repository or a step of the job has filled.
func ownFolder(dir string) bool {
	dir = strings.Trim(strings.TrimSpace(dir), `"'`)
	switch strings.ToUpper(strings.Trim(dir, "${}%")) {
	case "PATH", "ENV:PATH", "":
		return false
	}
	return ownFile(strings.TrimSuffix(dir, "/")+"/x") || !strings.ContainsAny(dir, `/\`)
}

// SPDX-License-Identifier: BSD-3-Clause

package emulator

import (
	"fmt"
	"maps"
	"path"
	"strings"

	"github.com/scientific-python/sallyport/internal/runner/runnertest"
)

// absent leaves an entry of a context out.
const absent = "-"

// maxString is the longest NAME=VALUE, in bytes, with which Linux starts a
// process. One more, and the container never starts.
const maxString = 128<<10 - 1

// startError is a container that cannot be started.
type startError struct {
	variable string
	size     int
}

func (e *startError) Error() string {
	return fmt.Sprintf("starting the container: argument list too long: %s has %d bytes", e.variable, e.size)
}

// github is the github context: what the token says, and the rest.
func (j *Job) github() map[string]string {
	claims := runnertest.ReleaseClaims()
	if j.options.TokenIssuer != nil {
		claims = j.options.TokenIssuer.Claims()
	}
	c := map[string]string{
		"api_url": "https://api.github.com", "graphql_url": "https://api.github.com/graphql", "server_url": "https://github.com",
		"retention_days": "90", "secret_source": "Actions", "job": "job", "action": "__self",
		"action_repository": "scientific-python/sallyport", "action_ref": strings.Repeat("5", 40),
	}
	for _, name := range []string{
		"actor", "actor_id", "base_ref", "event_name", "head_ref", "ref", "ref_protected", "ref_type", "repository", "repository_id",
		"repository_owner", "repository_owner_id", "run_attempt", "run_id", "run_number", "sha", "workflow", "workflow_ref", "workflow_sha",
	} {
		c[name], _ = claims[name].(string)
	}
	c["triggering_actor"] = c["actor"]
	c["ref_name"] = strings.TrimPrefix(strings.TrimPrefix(c["ref"], "refs/tags/"), "refs/heads/")
	maps.Copy(c, j.options.GitHub)
	return c
}

// runner is the runner context.
func (j *Job) runner() map[string]string {
	kind := "github-hosted"
	if j.options.TokenIssuer != nil {
		if v, ok := j.options.TokenIssuer.Claims()["runner_environment"].(string); ok {
			kind = v
		}
	}
	return mapsOver(map[string]string{
		"os": "Linux", "arch": "X64", "name": "GitHub Actions 7", "environment": kind, "tool_cache": "/opt/hostedtoolcache",
		"temp": HostTemp, "workspace": path.Dir(j.paths.workspace),
	}, j.options.Runner)
}

// environment makes the variables of the container, in the order in which the
// runner sets them: what comes later wins.
func (j *Job) environment(step Step, inputs map[string]string, state map[string]string, files map[string]string) (map[string]string, error) {
	env := mapsOver(j.options.Env, j.vars)
	expanded, err := j.expandAll(step.Env, j.contexts(nil))
	if err != nil {
		return nil, fmt.Errorf("env: %w", err)
	}
	maps.Copy(env, expanded)
	for name, value := range state {
		env["STATE_"+name] = value
	}
	for name, value := range inputs {
		env[inputVariable(name)] = value
	}
	own, err := j.expandAll(j.action.Runs.Env, map[string]map[string]string{"inputs": inputs})
	if err != nil {
		return nil, fmt.Errorf("runs.env: %w", err)
	}
	for name, value := range own {
		if _, there := env[name]; !there {
			env[name] = value
		}
	}
	env["HOME"] = HostTemp + "/_github_home"
	context := mapsOver(j.options.GitHub, files)
	context["workspace"], context["event_path"] = j.paths.workspace, HostTemp+"/_github_workflow/event.json"
	for prefix, values := range map[string]map[string]string{"GITHUB_": context, "RUNNER_": j.runner()} {
		for name, value := range values {
			if value != absent {
				env[prefix+strings.ToUpper(name)] = value
			}
		}
	}
	env["ACTIONS_RUNTIME_URL"], env["ACTIONS_RESULTS_URL"] = "https://pipelines.actions.example/", "https://results.actions.example/"
	env["ACTIONS_RUNTIME_TOKEN"] = Token
	if j.options.TokenIssuer != nil {
		maps.Copy(env, j.options.TokenIssuer.Env(""))
		env["ACTIONS_RUNTIME_TOKEN"] = env["ACTIONS_ID_TOKEN_REQUEST_TOKEN"]
	}
	for name, value := range env {
		env[name] = j.paths.enter(j.paths.toContainer(value))
		if len(name)+1+len(value) > maxString {
			return nil, &startError{name, len(value)}
		}
	}
	env["GITHUB_ACTIONS"] = "true"
	if _, there := env["CI"]; !there {
		env["CI"] = "true"
	}
	if _, there := env["PATH"]; !there {
		env["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
	}
	return env, nil
}

func (j *Job) expandAll(values map[string]string, contexts map[string]map[string]string) (map[string]string, error) {
	out := map[string]string{}
	for _, name := range sortedKeys(values) {
		v, err := expand(values[name], contexts)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out[name] = v
	}
	return out, nil
}

// inputs are what with: says, and the defaults of what it does not say.
// Unexpected are names that the action does not declare: the runner warns of
// them, and sets them all the same.
func (j *Job) inputs(step Step) (values map[string]string, unexpected []string, err error) {
	values, err = j.expandAll(step.With, j.contexts(nil))
	if err != nil {
		return nil, nil, fmt.Errorf("with: %w", err)
	}
	folded := map[string]bool{}
	for _, name := range sortedKeys(values) {
		folded[strings.ToLower(name)] = true
		if lower := strings.ToLower(name); lower != "args" && lower != "entrypoint" && !j.action.takes(name) {
			unexpected = append(unexpected, name)
		}
	}
	// Defaults see less than a step does.
	contexts := j.contexts(nil)
	contexts = map[string]map[string]string{"github": contexts["github"], "runner": contexts["runner"]}
	for _, name := range sortedKeys(j.action.Inputs) {
		if folded[strings.ToLower(name)] {
			continue
		}
		values[name] = ""
		if d := j.action.Inputs[name].Default; d != nil {
			if values[name], err = expand(*d, contexts); err != nil {
				return nil, nil, fmt.Errorf("the default of input %q: %w", name, err)
			}
		}
	}
	return values, unexpected, nil
}

func (a *action) takes(name string) bool {
	for i := range a.Inputs {
		if strings.EqualFold(i, name) {
			return true
		}
	}
	return false
}

// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"maps"
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/known"
)

// otherServices are words in the names of secrets that say which other service
// a secret is for. Nobody who sends a pull request can name a secret.
var otherServices = strings.Fields(`CODECOV COVERALLS CODACY CODECLIMATE CC_TEST SONAR SNYK FOSSA LGTM DEEPSOURCE CODSPEED SENTRY DATADOG
	GITHUB GH_ GHCR GITLAB PERSONAL_ACCESS PAT_ APP_ID APP_KEY APP_PRIVATE BOT_ DEPENDABOT RENOVATE PULL_REQUEST
	AWS AZURE ARM_ GCP GCLOUD GCS GOOGLE GKE FIREBASE S3_ R2_ CLOUDFLARE CF_ DIGITALOCEAN HEROKU FLY_ NETLIFY VERCEL SURGE KUBE ARTIFACTORY JFROG
	DOCKER QUAY HARBOR SLACK DISCORD TELEGRAM MATRIX_ ZULIP GITTER MATTERMOST TWITTER MASTODON BLUESKY LINKEDIN SMTP MAIL WEBHOOK TEAMS
	NPM NODE_AUTH CARGO CRATES RUBYGEMS NUGET MAVEN SONATYPE OSSRH GRADLE HACKAGE CHOCO SNAPCRAFT HOMEBREW
	ANACONDA CONDA BINSTAR PREFIX_ QUETZ READTHEDOCS RTD ZENODO FIGSHARE DATAVERSE CDS_ NASA COPERNICUS EARTHDATA
	SSH GPG PGP MINISIGN COSIGN KNOWN_HOSTS APPLE MACOS_ NOTARI CODESIGN SIGNING CERTIFICATE WINDOWS_ SIGNPATH
	OPENAI ANTHROPIC CLAUDE GEMINI COHERE MISTRAL HUGGING HF_ WANDB NEPTUNE COMET MLFLOW KAGGLE LANGCHAIN LANGSMITH DATABRICKS SNOWFLAKE
	AMPLITUDE POSTGRES MYSQL MONGO REDIS DATABASE DB_ SQL ELASTIC GRAFANA PYPI_USER CROWDIN TRANSIFEX WEBLATE ALGOLIA CACHIX SCCACHE BUILDKITE CIRCLE TRAVIS APPVEYOR
	GEMFURY JIRA NOTION LINEAR PAGERDUTY OKTA VAULT_ TAILSCALE PULUMI TF_ TERRAFORM IBM_ IQM QISKIT STRIPE MAPBOX PLOTLY LICENSE_KEY`)

// openSecrets are those of some secrets whose names do not say that they are
// for another service. PyPI's own words win.
func openSecrets(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		if _, ok := indexOfSecret(name); ok || name == expr.AllSecrets {
			return false
		}
		if name == "GITHUB_TOKEN" || strings.HasSuffix(name, "_PAT") || name == "PAT" || name == "TOKEN_PAT" {
			return true
		}
		return slices.ContainsFunc(otherServices, func(w string) bool {
			if strings.HasSuffix(w, "_") {
				return strings.HasPrefix(name, w) || strings.Contains(name, "_"+w)
			}
			return strings.Contains(name, w)
		})
	})
}

// secretsOf are the secrets that a step is handed: by its environment, those
// of its job and workflow included, its inputs, and the text of its script.
func secretsOf(s *graph.Step) []string {
	texts := slices.Collect(maps.Values(s.With))
	texts = append(texts, s.Script)
	if s.Step == nil { // the call of another repository's workflow
		if c := s.Job.Remote; c != nil {
			for _, v := range c.Secrets {
				texts = append(texts, v.Value.Value)
			}
			if c.Inherit {
				return []string{expr.AllSecrets}
			}
		}
	} else {
		texts = append(texts, slices.Collect(maps.Values(s.Env))...)
	}
	return secretsInTexts(texts)
}

func secretsInTexts(texts []string) []string {
	var out []string
	for _, text := range texts {
		if !strings.Contains(text, "${{") || !strings.Contains(strings.ToLower(text), "secrets") {
			continue
		}
		tpl, _ := expr.ParseTemplate(text)
		for _, e := range tpl.Exprs() {
			out = append(out, e.Secrets()...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// unreadIn is what of a step was not read, why, and where it stands; "" for
// nothing.
func unreadIn(s *graph.Step, gaps []graph.Gap) (what, why string, line int) {
	if s.Step == nil || s.Step.Uses != nil {
		for _, g := range gaps {
			switch g.Kind {
			case graph.UnknownAction, graph.UnknownWorkflow, graph.LocalCode:
				return g.Name, "which is not known here", g.Line
			}
		}
		if s.Uses != nil && s.Uses.Kind == workflow.Docker && !s.Known.Known {
			return s.Uses.Raw.Value, "an image that is not known here", s.Line
		}
		if s.Known.Role == known.Builds && len(s.Known.Shell) == 0 && slices.ContainsFunc(s.Known.Scripts, func(in string) bool { return s.With[in] != "" }) {
			return s.Uses.Name(), "with a script that starts programs", s.Line
		}
		return "", "", 0
	}
	for _, g := range gaps {
		if g.Kind == graph.UnreadScript {
			return g.Name, "whose text was not read", g.Line
		}
	}
	if s.Overlaid != "" {
		return "a file of another checkout", s.Overlaid, s.Line
	}
	own := 0
	for _, c := range s.Commands {
		line := c.Line
		if c.File != s.File {
			line = s.Line
		}
		if unreadCommand(s, c) {
			return quotedWords(c), "of which not all is known here", line
		}
		if own == 0 && runsProject(c) {
			own = line
		}
	}
	if own != 0 {
		return ownCode, "which are not read", own
	}
	return "", "", 0
}

// ownCode stands for all tests and builds that get a secret: one item for all.
const ownCode = "the project's own tests or build"

// runsProject reports whether a command runs the project's code, as tests, a
// build or an installation do.
func runsProject(c graph.Command) bool {
	switch kindOf(c) {
	case tests, builds:
		return true
	case installs:
		readings := c.Unwrap()
		last := readings[len(readings)-1]
		if slices.Contains([]string{"npm", "yarn", "pnpm"}, last.Program()) {
			return true // packages' own scripts, and the repository's
		}
		return last.Program() == "pip" && slices.ContainsFunc(commandArgs(last), func(w string) bool { return w == "." || strings.HasPrefix(w, "./") || strings.HasPrefix(w, ".[") })
	}
	return false
}

// scripted are interpreters of texts that are not read, and programs that run
// what no file read here says.
var scripted = strings.Fields(`node deno bun perl ruby php rscript julia lua tclsh osascript go swift dotnet java scala groovy
	rake ant mvn gradle bazel bazelisk scons waf doit duty task fab npx bunx vim vi ex ed awk gawk mawk meson ninja
	docker podman docker-compose nix nix-shell guix act devbox mise`)

// unreadCommand reports whether a command runs something that was not read.
func unreadCommand(s *graph.Step, c graph.Command) bool {
	readings := c.Unwrap()
	last := readings[len(readings)-1]
	name, args := strings.ToLower(last.Program()), commandArgs(last)
	if len(args) == 1 && strings.HasPrefix(args[0], "-") && strings.Contains(args[0], "ersion") {
		return false
	}
	switch name {
	case "docker", "podman":
		return verbOf(args) == "run" || verbOf(args) == "compose" || verbOf(args) == "exec"
	case "awk", "gawk", "mawk":
		return slices.ContainsFunc(args, func(w string) bool {
			return w == "-f" || strings.Contains(w, "system(") || strings.Contains(w, "|")
		})
	}
	switch kind := kindOf(c); {
	case name == "curl" && hasFlag(args, "-K", "--config"):
		return true
	case !slices.Contains(scripted, name) && kind != code:
		return kind == unheard && !quietProgram(name)
	case name == "source" || name == ".":
		return false // a gap, where it was not read
	}
	// What the files say of tasks and scripts is read.
	return !slices.ContainsFunc(s.Commands, inTask) && !readWhole(s, c)
}

// readWhole reports whether a command is an interpreter with its text in the
// step, which is read with it.
func readWhole(s *graph.Step, c graph.Command) bool {
	return len(c.Via) > 0 && !slices.Contains(c.Via, "shell:") && strings.Contains(c.Via[len(c.Via)-1], " -c")
}

// quietPrograms are in no other list and send nothing to an index: clients of
// other services.
var quietPrograms = strings.Fields(`codecov codecovcli coveralls codacy sonar-scanner ssh ssh-keyscan rsync heroku netlify vercel firebase surge
	wrangler flyctl kubectl helm terraform psql mysql mongosh redis-cli security codesign xcrun productsign productbuild signtool osslsigncode keychain hub glab
	cargo-publish huggingface-cli hf wandb kaggle rclone ghp-import doctr mike mailx sendmail cachix vault op sccache ccache
	gpg-connect-agent gpgconf xvfb-run fastlane appimagetool snapcraft nbstripout linkchecker lychee htmlproofer invoke-command start-sleep convertto-securestring`)

func quietProgram(name string) bool { return slices.Contains(quietPrograms, name) }

func quotedWords(c graph.Command) string { return strings.Join(commandWords(c.Command), " ") }

// imageUse is a container image that gets secrets.
type imageUse struct {
	name    string
	line    int
	secrets []string
}

// imagesWithSecrets are the images of a job's container and services that get
// secrets by their environment or options. Docker's own images are known.
func imagesWithSecrets(j *graph.Job) []imageUse {
	var out []imageUse
	look := func(c *workflow.Container) {
		if c == nil {
			return
		}
		texts := []string{c.Options.Value}
		for _, v := range c.Env {
			texts = append(texts, v.Value.Value)
		}
		names := openSecrets(secretsInTexts(texts))
		image := strings.TrimPrefix(c.Image.Value, "docker.io/")
		if len(names) == 0 || !strings.Contains(image, "/") && c.Options.Value == "" {
			return
		}
		out = append(out, imageUse{c.Image.Value, c.Pos.Line, names})
	}
	look(j.Job.Container)
	for _, s := range j.Job.Services {
		look(s.Container)
	}
	return out
}

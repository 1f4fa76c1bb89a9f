// SPDX-License-Identifier: BSD-3-Clause

package sigstoretest

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"time"
)

// tokenClaims reads a token's claims and refuses one that Fulcio's OpenID
// library would refuse.
func (s *Server) tokenClaims(token string) (map[string]any, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, errors.New("not a token of three parts")
	}
	var claims map[string]any
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(payload, &claims); err != nil {
		return nil, err
	}
	if s.o.Key != nil {
		if err := checkRS256(s.o.Key, parts); err != nil {
			return nil, err
		}
	}
	issuer, _ := claims["iss"].(string)
	// Enterprises have issuers of their own below the common one.
	if issuer != s.o.Issuer && !strings.HasPrefix(issuer, s.o.Issuer+"/") {
		return nil, fmt.Errorf("unknown issuer %q", issuer)
	}
	var audience []string
	switch aud := claims["aud"].(type) {
	case string:
		audience = []string{aud}
	case []any:
		for _, a := range aud {
			text, _ := a.(string)
			audience = append(audience, text)
		}
	}
	if !slices.Contains(audience, s.o.Audience) {
		return nil, fmt.Errorf("audience %q", audience)
	}
	const leeway = 5 * time.Minute // of nbf only
	now := s.o.Now()
	if exp, ok := claims["exp"].(float64); !ok || time.Unix(int64(exp), 0).Before(now) {
		return nil, errors.New("the token has expired")
	}
	if nbf, ok := claims["nbf"].(float64); ok && now.Add(leeway).Before(time.Unix(int64(nbf), 0)) {
		return nil, errors.New("the token is not valid yet")
	}
	return claims, nil
}

func checkRS256(key crypto.PublicKey, parts []string) error {
	public, ok := key.(*rsa.PublicKey)
	if !ok {
		return fmt.Errorf("tokens are checked with RSA keys only, not with a %T", key)
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		return err
	}
	digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	return rsa.VerifyPKCS1v15(public, crypto.SHA256, digest[:], signature)
}

// certified is what Fulcio's configuration for GitHub makes of a token's
// claims. All but the environment must be there; the errors are Fulcio's.
func certified(token map[string]any) (Claims, error) {
	values := map[string]string{"url": GitHubServer, "environment": ""}
	for name, value := range token {
		if number, ok := value.(float64); ok && number != math.Trunc(number) {
			value = strconv.FormatFloat(number, 'f', -1, 64)
		}
		values[name] = fmt.Sprint(value)
	}
	var c Claims
	var workflow, repository, trigger, sha, ref string
	for _, field := range []struct {
		name, template string
		to             *string
	}{
		{"SubjectAlternativeName", "{{ .url }}/{{ .job_workflow_ref }}", &c.SAN},
		{"GithubWorkflowTrigger", "event_name", &trigger},
		{"GithubWorkflowSHA", "sha", &sha},
		{"GithubWorkflowName", "workflow", &workflow},
		{"GithubWorkflowRepository", "repository", &repository},
		{"GithubWorkflowRef", "ref", &ref},
		{"BuildSignerURI", "{{ .url }}/{{ .job_workflow_ref }}", &c.BuildSignerURI},
		{"BuildSignerDigest", "job_workflow_sha", &c.BuildSignerDigest},
		{"RunnerEnvironment", "runner_environment", &c.RunnerEnvironment},
		{"SourceRepositoryURI", "{{ .url }}/{{ .repository }}", &c.SourceRepositoryURI},
		{"SourceRepositoryDigest", "sha", &c.SourceRepositoryDigest},
		{"SourceRepositoryRef", "ref", &c.SourceRepositoryRef},
		{"SourceRepositoryIdentifier", "repository_id", &c.RepositoryID},
		{"SourceRepositoryOwnerURI", "{{ .url }}/{{ .repository_owner }}", &c.OwnerURI},
		{"SourceRepositoryOwnerIdentifier", "repository_owner_id", &c.OwnerID},
		{"BuildConfigURI", "{{ .url }}/{{ .workflow_ref }}", &c.BuildConfigURI},
		{"BuildConfigDigest", "workflow_sha", &c.BuildConfigDigest},
		{"BuildTrigger", "event_name", &c.Trigger},
		{"RunInvocationURI", "{{ .url }}/{{ .repository }}/actions/runs/{{ .run_id }}/attempts/{{ .run_attempt }}", &c.RunURI},
		{"SourceRepositoryVisibilityAtSigning", "repository_visibility", &c.Visibility},
		{"DeploymentEnvironment", "environment", &c.Environment},
	} {
		value, err := fill(field.name, field.template, values)
		if err != nil {
			return Claims{}, err
		}
		*field.to = value
	}
	san, err := url.Parse(c.SAN)
	if err != nil {
		return Claims{}, err
	}
	c.SAN = san.String() // with its escapes
	c.WorkflowName = workflow
	c.Issuer, c.TokenSubject = values["iss"], values["sub"]
	return c, nil
}

func fill(name, text string, values map[string]string) (string, error) {
	if !strings.Contains(text, "{{") {
		value, ok := values[text]
		if !ok {
			about := mustMarshal(map[string]string{"ExtensionName": name, "Issuer": values["iss"]})
			var indented bytes.Buffer
			if err := json.Indent(&indented, about, "", "\t"); err != nil {
				return "", err
			}
			return "", fmt.Errorf("value <%s> not present in either claims or defaults. %s", text, &indented)
		}
		return value, nil
	}
	t, err := template.New("").Option("missingkey=error").Parse(text)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	err = t.Execute(&out, values)
	return out.String(), err
}

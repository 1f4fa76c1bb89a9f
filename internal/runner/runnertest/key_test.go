// SPDX-License-Identifier: BSD-3-Clause

package runnertest

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// Whoever knows the keys of one issuer knows those of all others of its key.
func TestIssuerOf(t *testing.T) {
	key, err := newKey()
	if err != nil {
		t.Fatal(err)
	}
	other, err := newKey()
	if err != nil {
		t.Fatal(err)
	}
	keys := func(i *Issuer) string {
		answer := httptest.NewRecorder()
		i.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/.well-known/jwks", nil))
		return answer.Body.String()
	}
	one, two := IssuerOf("", key), IssuerOf("https://issuer.example", key)
	if keys(one) != keys(two) {
		t.Errorf("keys %s and %s", keys(one), keys(two))
	}
	if keys(one) == keys(IssuerOf("", other)) {
		t.Error("two keys are one")
	}
	if one.name != GitHubIssuer || two.name != "https://issuer.example" || one.bearer == two.bearer {
		t.Errorf("names %q and %q", one.name, two.name)
	}
}

// SPDX-License-Identifier: BSD-3-Clause

package pypi

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"
)

const user3 = `[3,"8f6b3c1e-0000-4000-8000-000000000001"]`

// token builds an upload token as the index does.
func token(location string, caveats ...string) string {
	var b bytes.Buffer
	field := func(kind byte, data string) {
		b.WriteByte(kind)
		b.Write(binary.AppendUvarint(nil, uint64(len(data))))
		b.WriteString(data)
	}
	b.WriteByte(2)
	field(fieldLocation, location)
	field(fieldIdentifier, "7d6a3b1e-0000-4000-8000-000000000002")
	b.WriteByte(fieldEnd)
	for _, c := range caveats {
		field(fieldIdentifier, c)
		b.WriteByte(fieldEnd)
	}
	b.WriteByte(fieldEnd)
	field(fieldSignature, strings.Repeat("s", 32))
	return TokenPrefix + base64.RawURLEncoding.EncodeToString(b.Bytes())
}

func TestMacaroon(t *testing.T) {
	for _, tt := range []struct {
		name, token, want string
		expires           int64
	}{
		{"minted", token(HostPyPI, `[4,"id"]`, `[2,["p1","p2"]]`, `[0,1785000900,1785000000]`), "pypi.org, minted, project", 1785000900},
		{"minted, other order", token(HostPyPI, `[0,1785000900,1785000000]`, `[4,"id"]`), "pypi.org, minted, project", 1785000900},
		{"minted at the upload host", token("upload.pypi.org", `[4,"id"]`), "pypi.org, minted, project", 0},
		{"account", token(HostPyPI, user3), "pypi.org, user, account", 0},
		{"project by name", token(HostPyPI, `[1,["samplepkg"]]`, user3), "pypi.org, user, project", 0},
		{"project by id", token(HostTestPyPI, user3, `[2,["p1"]]`), "test.pypi.org, user, project", 0},
		{"account until", token(HostPyPI, user3, `[0,5,1]`, `[0,9,1]`), "pypi.org, user, account", 5},
		{"old, account", token(HostPyPI, `{"version": 1, "permissions": "user"}`), "pypi.org, user, account", 0},
		{"old, project", token(HostPyPI, `{"version": 1, "permissions": {"projects": ["samplepkg"]}}`), "pypi.org, user, project", 0},
		{"old, both", token(HostPyPI, `{"exp": 7, "nbf": 1}`, `{"project_ids": ["p1"]}`), "pypi.org, unknown, project", 7},
		{"no caveats", token(HostPyPI), "pypi.org, unknown, unknown", 0},
		{"both", token(HostPyPI, user3, `[4,"id"]`), "pypi.org, unknown, unknown", 0},
		{"unknown caveat", token(HostPyPI, user3, `[9,"x"]`), "pypi.org, user, unknown", 0},
		{"junk caveat", token(HostPyPI, "x", `[]`, `7`, `{"a":1}`), "pypi.org, unknown, unknown", 0},
		{"another host", token("pypi.example", user3), "another index, user, account", 0},
		{"padded", token(HostPyPI, user3) + "==", "pypi.org, user, account", 0},
	} {
		m, err := ParseMacaroon(tt.token)
		if err != nil || m.String() != tt.want {
			t.Errorf("%s: %v, %v; expecting %s", tt.name, m, err, tt.want)
		}
		if want := time.Unix(tt.expires, 0).UTC(); tt.expires > 0 && !m.Expires.Equal(want) || tt.expires == 0 && !m.Expires.IsZero() {
			t.Errorf("%s: expires %v", tt.name, m.Expires)
		}
	}
	// The first characters of tokens are known to all who look for them.
	for host, prefix := range map[string]string{HostPyPI: "pypi-AgEIcHlwaS5vcmc", HostTestPyPI: "pypi-AgENdGVzdC5weXBpLm9yZw"} {
		if got := token(host); !strings.HasPrefix(got, prefix) {
			t.Errorf("a token of %s begins with %.30s", host, got)
		}
	}
}

func TestNoMacaroon(t *testing.T) {
	good := token(HostPyPI, user3)
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(good, TokenPrefix))
	if err != nil {
		t.Fatal(err)
	}
	encode := func(b []byte) string { return TokenPrefix + base64.RawURLEncoding.EncodeToString(b) }
	bad := []string{"", "pypi-", "pypi-attestations", "pypi", good[5:], "PYPI-" + good[5:], good + "!", "pypi-\n" + good[5:], encode(append(raw, 0)),
		encode(append([]byte{1}, raw[1:]...)), encode([]byte{2}), encode([]byte{2, 0}), encode([]byte{2, 2, 1, 'x', 0, 0}), encode([]byte{2, 2, 1, 'x', 0, 0, 6, 0}),
		encode([]byte{2, 2, 1, 'x', 1, 1, 'x', 0, 0, 6, 1, 's'}), encode([]byte{2, 2, 1, 'x', 9, 1, 'x', 0, 0, 6, 1, 's'}),
		encode([]byte{2, 2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 'x'}), "pypi-" + strings.Repeat("A", maxToken),
		token(HostPyPI, make([]string, maxCaveats+2)...)}
	for n := range raw {
		bad = append(bad, encode(raw[:n]))
	}
	for _, s := range bad {
		if m, err := ParseMacaroon(s); err == nil {
			t.Errorf("%.60q is read as %v", s, m)
		} else if len(s) > 12 && strings.Contains(err.Error(), s[5:12]) {
			t.Errorf("the error shows the token: %v", err)
		}
	}
}

func FuzzMacaroon(f *testing.F) {
	f.Add(token(HostPyPI, user3, `[0,5,1]`))
	f.Add(token(HostTestPyPI, `{"version":1,"permissions":"user"}`))
	f.Add("pypi-AgEIcHlwaS5vcmc")
	f.Fuzz(func(t *testing.T, s string) {
		m, err := ParseMacaroon(s)
		if err != nil {
			if m != (Macaroon{}) {
				t.Fatalf("%v and %v", m, err)
			}
			return
		}
		if m.Origin == "" || m.Scope == "" || !strings.HasPrefix(s, TokenPrefix) || m.Host != "" && m.Host != HostPyPI && m.Host != HostTestPyPI {
			t.Fatalf("%q is %+v", s, m)
		}
		fmt.Fprint(&bytes.Buffer{}, m)
	})
}

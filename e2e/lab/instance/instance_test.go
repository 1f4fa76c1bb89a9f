// SPDX-License-Identifier: BSD-3-Clause

package instance

import (
	"bufio"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sigstore/sigstore-go/pkg/root"
	"go.yaml.in/yaml/v4"

	"github.com/scientific-python/sallyport/e2e/lab/binaries"
	"github.com/scientific-python/sallyport/internal/runner/runnertest"
)

func testKeys(t *testing.T) *keys {
	t.Helper()
	k, err := newKeys(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestChains(t *testing.T) {
	k := testKeys(t)
	for name, c := range map[string]struct {
		leaf, intermediate, root *authority
		usage                    x509.ExtKeyUsage
	}{
		"web":    {k.web, nil, k.webCA, x509.ExtKeyUsageServerAuth},
		"fulcio": {k.fulcio, nil, k.fulcioRoot, x509.ExtKeyUsageCodeSigning},
		"tsa":    {k.tsa, k.tsaCA, k.tsaRoot, x509.ExtKeyUsageTimeStamping},
	} {
		opts := x509.VerifyOptions{Roots: x509.NewCertPool(), Intermediates: x509.NewCertPool(), KeyUsages: []x509.ExtKeyUsage{c.usage}}
		opts.Roots.AddCert(c.root.cert)
		if c.intermediate != nil {
			opts.Intermediates.AddCert(c.intermediate.cert)
		}
		if _, err := c.leaf.cert.Verify(opts); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Everybody tells the public instance by this name.
	if org := k.fulcio.cert.Subject.Organization; len(org) != 1 || org[0] != "sigstore.dev" {
		t.Errorf("Fulcio's organisation is %q", org)
	}
	if !k.since.Before(time.Now().Add(-time.Minute)) {
		t.Errorf("valid from %v", k.since)
	}
}

func TestFulcioConfig(t *testing.T) {
	var config struct {
		Issuers map[string]struct {
			URL      string `yaml:"issuer-url"`
			ClientID string `yaml:"client-id"`
			Type     string
			Provider string `yaml:"ci-provider"`
		} `yaml:"oidc-issuers"`
		Metadata map[string]struct {
			Defaults   map[string]string `yaml:"default-template-values"`
			Extensions map[string]string `yaml:"extension-templates"`
			Name       string            `yaml:"subject-alternative-name-template"`
		} `yaml:"ci-issuer-metadata"`
	}
	if err := yaml.Unmarshal([]byte(fulcioConfig()), &config); err != nil {
		t.Fatal(err)
	}
	issuer := config.Issuers[githubIssuer]
	if issuer.URL != githubIssuer || issuer.ClientID != "sigstore" || issuer.Type != "ci-provider" {
		t.Errorf("issuer %+v", issuer)
	}
	metadata, ok := config.Metadata[issuer.Provider]
	if !ok || metadata.Name == "" || len(metadata.Extensions) != len(fulcioExtensions) {
		t.Fatalf("metadata %+v", config.Metadata)
	}
	// A claim that no token has would be refused by Fulcio at every signing.
	known := runnertest.ReleaseClaims()
	for k, v := range metadata.Defaults {
		known[k] = v
	}
	claim := regexp.MustCompile(`\.([a-z_]+) `)
	for name, template := range metadata.Extensions {
		if template != fulcioExtensions[name] {
			t.Errorf("%s: %q after YAML, %q before", name, template, fulcioExtensions[name])
		}
		names := []string{template}
		if strings.Contains(template, "{{") {
			names = nil
			for _, m := range claim.FindAllStringSubmatch(template, -1) {
				names = append(names, m[1])
			}
		}
		if len(names) == 0 {
			t.Errorf("%s: no claim in %q", name, template)
		}
		for _, c := range names {
			if _, ok := known[c]; !ok {
				t.Errorf("%s: no token has %q", name, c)
			}
		}
	}
}

func TestCTConfig(t *testing.T) {
	key := []byte("\x00\"\\\n\xff7")
	config := ctConfig(-5, `/tmp/a "b"\`, key)
	quoted := regexp.MustCompile(`(roots_pem_file|der): ("[^"]*")`).FindAllStringSubmatch(config, -1)
	if len(quoted) != 2 || !strings.Contains(config, "log_id: -5\n") {
		t.Fatal(config)
	}
	for i, want := range []string{`/tmp/a "b"\`, string(key)} {
		if got, err := strconv.Unquote(quoted[i][2]); err != nil || got != want {
			t.Errorf("%s: %q (%v), want %q", quoted[i][1], got, err, want)
		}
	}
}

func TestTrust(t *testing.T) {
	k := testKeys(t)
	data, err := trustedRoot(k)
	if err != nil {
		t.Fatal(err)
	}
	trusted, err := root.NewTrustedRootFromJSON(data)
	if err != nil {
		t.Fatal(err)
	}
	if n := []int{
		len(trusted.FulcioCertificateAuthorities()), len(trusted.CTLogs()), len(trusted.RekorLogs()), len(trusted.TimestampingAuthorities()),
	}; fmt.Sprint(n) != "[1 1 2 1]" {
		t.Errorf("authorities, CT logs, logs, timestamp authorities: %v", n)
	}
	der, err := publicDER(k.ct)
	if err != nil {
		t.Fatal(err)
	}
	if log := trusted.CTLogs()[fmt.Sprintf("%x", sha256.Sum256(der))]; log == nil || !log.ValidityPeriodStart.Equal(k.since) {
		t.Errorf("CT log by its key: %+v", log)
	}
	if again, err := trustedRoot(k); err != nil || string(again) != string(data) {
		t.Errorf("the same root is written differently (%v)", err)
	}

	if data, err = signingConfig(k); err != nil {
		t.Fatal(err)
	}
	config, err := root.NewSigningConfigFromJSON(data)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for version, want := range map[uint32]string{1: "http://" + rekor1Addr, 2: "http://" + rekor2Addr} {
		got, err := root.SelectServices(config.RekorLogURLs(), config.RekorLogURLsConfig(), []uint32{version}, now)
		if err != nil || len(got) != 1 || got[0].URL != want {
			t.Errorf("Rekor v%d: %v, %v", version, got, err)
		}
	}
	if got, err := root.SelectService(config.TimestampAuthorityURLs(), []uint32{1}, now); err != nil || got.URL != tsaURL {
		t.Errorf("timestamp authority %v, %v", got, err)
	}
	if got, err := root.SelectService(config.FulcioCertificateAuthorityURLs(), []uint32{1}, now); err != nil || got.URL != "http://"+fulcioAddr {
		t.Errorf("certificate authority %v, %v", got, err)
	}
}

// Every server has a program, output of its own and a question to answer.
func TestServers(t *testing.T) {
	f, k := files{t.TempDir()}, testKeys(t)
	if err := f.write(k); err != nil {
		t.Fatal(err)
	}
	paths := map[string]string{}
	for _, s := range binaries.Servers {
		paths[s.Name] = "/programs/" + s.Name
	}
	servers, err := f.others(paths, k, 11, 22, "http://127.0.0.1:9")
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, s := range append(servers, f.trillian(paths["trillian"], &treeIDs{})) {
		if names[s.Name] || s.Path == "" || s.Ready == nil {
			t.Errorf("server %+v", s)
		}
		names[s.Name] = true
		for _, arg := range s.Args {
			// What it is told to read is there.
			if filepath.IsAbs(arg) && !strings.HasSuffix(arg, ".sock") {
				if _, err := os.Stat(arg); err != nil {
					t.Errorf("%s: %v", s.Name, err)
				}
			}
			// Nothing but loopback is named.
			if strings.Contains(arg, "0.0.0.0") || strings.Contains(arg, "localhost") {
				t.Errorf("%s: argument %q", s.Name, arg)
			}
		}
	}
	if len(names) != 6 {
		t.Errorf("servers %v", names)
	}
}

func TestTreeIDs(t *testing.T) {
	for text, ok := range map[string]bool{
		"": false, "[1,2]": false, "[1,2]\n": true, "[1]\n": false, "[1,2,3]\n": false, "[1,2]\n[3,4]\n": true, "{}\n": false, "\n": false,
	} {
		var out treeIDs
		for i := range text {
			out.Write([]byte(text[i : i+1]))
		}
		ids, err := out.ids()
		if (err == nil) != ok || ok && ids != [2]int64{1, 2} {
			t.Errorf("%q: %v, %v", text, ids, err)
		}
	}
}

// The way by which Fulcio finds GitHub's issuer here, and nothing else.
func TestProxy(t *testing.T) {
	k := testKeys(t)
	web := httptest.NewUnstartedServer(runnertest.IssuerOf("", k.issuer))
	web.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{k.web.cert.Raw}, PrivateKey: k.web.key}}}
	web.StartTLS()
	defer web.Close()
	proxy := httptest.NewServer(connectTo(web.Listener.Addr().String()))
	defer proxy.Close()
	address, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(k.webCA.cert)
	transport := &http.Transport{Proxy: http.ProxyURL(address), TLSClientConfig: &tls.Config{RootCAs: pool}}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	resp, err := client.Get(githubIssuer + "/.well-known/openid-configuration")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if data, err := io.ReadAll(resp.Body); err != nil || !strings.Contains(string(data), `"issuer":"`+githubIssuer+`"`) {
		t.Errorf("%s, %v", data, err)
	}
	if _, err := client.Get("https://github.com/"); err == nil || !strings.Contains(err.Error(), "Forbidden") {
		t.Errorf("another host: %v", err)
	}
}

// What a client sends before it has the answer to CONNECT is passed on too.
func TestProxyEarlyBytes(t *testing.T) {
	echo, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer echo.Close()
	go func() {
		if conn, err := echo.Accept(); err == nil {
			line, _ := bufio.NewReader(conn).ReadString('\n')
			io.WriteString(conn, "got "+line)
			conn.Close()
		}
	}()
	proxy := httptest.NewServer(connectTo(echo.Addr().String()))
	defer proxy.Close()
	conn, err := net.Dial("tcp", proxy.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "CONNECT %s:443 HTTP/1.1\r\nHost: %[1]s:443\r\n\r\nearly\n", githubHost)
	if data, err := io.ReadAll(conn); err != nil || !strings.HasPrefix(string(data), "HTTP/1.1 200 ") || !strings.HasSuffix(string(data), "got early\n") {
		t.Errorf("%q, %v", data, err)
	}
}

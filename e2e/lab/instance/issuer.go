// SPDX-License-Identifier: BSD-3-Clause

package instance

import (
	"crypto/tls"
	"io"
	"net"
	"net/http"

	"github.com/scientific-python/sallyport/internal/runner/runnertest"
)

// serveIssuer serves an issuer twice, until the program ends: on loopback as
// the runner's token service, and by GitHub's name with TLS, for whoever goes
// through the proxy whose address is returned.
//
// Certificates hold the issuer's address as Fulcio was told it, and Fulcio asks
// that address for the keys. This is how it can be GitHub's.
func serveIssuer(k *keys) (issuer *runnertest.Issuer, proxy string, err error) {
	issuer = runnertest.IssuerOf(githubIssuer, k.issuer)
	if err := serve(issuerAddr, issuer); err != nil {
		return nil, "", err
	}
	secure, err := tls.Listen("tcp", host+":0", &tls.Config{Certificates: []tls.Certificate{{
		Certificate: [][]byte{k.web.cert.Raw}, PrivateKey: k.web.key,
	}}})
	if err != nil {
		return nil, "", err
	}
	go http.Serve(secure, issuer)
	tunnel, err := net.Listen("tcp", host+":0")
	if err != nil {
		return nil, "", err
	}
	go http.Serve(tunnel, connectTo(secure.Addr().String()))
	return issuer, "http://" + tunnel.Addr().String(), nil
}

// connectTo is a proxy by which GitHub's issuer, and nothing else, is reached
// at addr (HTTP CONNECT, RFC 9110, 9.3.6).
func connectTo(addr string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect || r.Host != githubHost+":443" {
			http.Error(w, "this proxy leads to "+githubHost+" only", http.StatusForbidden)
			return
		}
		up, err := net.Dial("tcp", addr)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer up.Close()
		down, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer down.Close()
		io.WriteString(down, "HTTP/1.1 200 Connection established\r\n\r\n")
		go func() {
			io.Copy(up, buffered) // what the client sent early is in there
			up.Close()
		}()
		io.Copy(down, up)
	}
}

// serve serves h at addr until the program ends.
func serve(addr string, h http.Handler) error {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	go http.Serve(listener, h)
	return nil
}

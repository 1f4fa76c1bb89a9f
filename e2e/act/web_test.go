// SPDX-License-Identifier: BSD-3-Clause

package act

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
	"time"

	"github.com/scientific-python/sallyport/internal/pypitest"
)

// web is what containers reach by real names, through a proxy: GitHub's issuer,
// for its keys, and PyPI, where the project is new.
type web struct {
	proxy   string // address
	ca      []byte // PEM
	pypi    *pypitest.Server
	closers []io.Closer

	mu sync.Mutex
	// refused is what was asked for and leads nowhere.
	refused []string
}

const (
	issuerHost = "token.actions.githubusercontent.com"
	indexHost  = "pypi.org"
)

// serveWeb serves it; the issuer is one of the lab's key.
func serveWeb(issuer http.Handler) (*web, error) {
	w := &web{pypi: pypitest.New()}
	index, err := url.Parse(w.pypi.URL())
	if err != nil {
		return nil, err
	}
	certificate, err := w.certificate(issuerHost, indexHost)
	if err != nil {
		return nil, err
	}
	at := map[string]string{}
	for host, handler := range map[string]http.Handler{
		issuerHost: issuer,
		indexHost:  httputil.NewSingleHostReverseProxy(index),
	} {
		listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{certificate}})
		if err != nil {
			return nil, err
		}
		at[host+":443"] = listener.Addr().String()
		w.closers = append(w.closers, listener)
		go http.Serve(listener, handler)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	w.closers = append(w.closers, listener)
	go http.Serve(listener, w.connect(at))
	w.proxy = "http://" + listener.Addr().String()
	return w, nil
}

func (w *web) close() {
	for _, c := range w.closers {
		c.Close()
	}
	w.pypi.Close()
}

// connect is a proxy (HTTP CONNECT, RFC 9110, 9.3.6) that leads to known names
// only.
func (w *web) connect(at map[string]string) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		addr, ok := at[r.Host]
		if r.Method != http.MethodConnect || !ok {
			w.mu.Lock()
			w.refused = append(w.refused, r.Method+" "+r.Host)
			w.mu.Unlock()
			http.Error(rw, "this proxy does not lead there", http.StatusForbidden)
			return
		}
		up, err := net.Dial("tcp", addr)
		if err != nil {
			http.Error(rw, err.Error(), http.StatusBadGateway)
			return
		}
		defer up.Close()
		down, buffered, err := http.NewResponseController(rw).Hijack()
		if err != nil {
			return
		}
		defer down.Close()
		io.WriteString(down, "HTTP/1.1 200 Connection established\r\n\r\n")
		go func() {
			io.Copy(up, buffered)
			up.Close()
		}()
		io.Copy(down, up)
	}
}

// certificate makes an authority, which containers trust and nobody else, and
// its certificate for names.
func (w *web) certificate(names ...string) (tls.Certificate, error) {
	now := time.Now()
	var keys [2]*ecdsa.PrivateKey
	for i := range keys {
		var err error
		if keys[i], err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
			return tls.Certificate{}, err
		}
	}
	ca := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "sallyport e2e act"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	leaf := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: names[0]}, DNSNames: names, NotBefore: ca.NotBefore, NotAfter: ca.NotAfter,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	authority, err1 := x509.CreateCertificate(rand.Reader, ca, ca, keys[0].Public(), keys[0])
	der, err2 := x509.CreateCertificate(rand.Reader, leaf, ca, keys[1].Public(), keys[0])
	w.ca = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: authority})
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: keys[1]}, errors.Join(err1, err2)
}

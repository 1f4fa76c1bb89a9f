// SPDX-License-Identifier: BSD-3-Clause

package instance

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"github.com/scientific-python/sallyport/e2e/lab"
	"github.com/scientific-python/sallyport/e2e/lab/process"
)

// Addresses are fixed: the network namespace has no other tenant.
const (
	host          = "127.0.0.1"
	issuerAddr    = host + ":8080"
	controlAddr   = host + ":8099"
	trillianPort  = "8090"
	ctAddr        = host + ":6963"
	ctMetricsAddr = host + ":6964"
	ctPrefix      = "log"
	fulcioPort    = "5555"
	fulcioAddr    = host + ":" + fulcioPort
	rekor1Port    = "3000"
	rekor1Addr    = host + ":" + rekor1Port
	rekor2Port    = "3003"
	rekor2Addr    = host + ":" + rekor2Port
	tsaPort       = "3004"
	tsaURL        = "http://" + host + ":" + tsaPort + "/api/v1/timestamp"

	// The logs' names in their checkpoints.
	rekor1Origin = "rekor1.lab.test"
	rekor2Origin = "rekor2.lab.test"

	githubHost   = "token.actions.githubusercontent.com"
	githubIssuer = "https://" + githubHost
)

// files are where the servers find what they are configured with.
type files struct{ dir string }

func (f files) at(name string) string { return filepath.Join(f.dir, name) }

func (f files) log(name string) string { return f.at("logs/" + name + ".log") }

// write writes everything that is known before the first start.
func (f files) write(k *keys) error {
	for _, dir := range []string{f.dir, f.at("logs"), f.at("rekor2")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	content := map[string]func() ([]byte, error){
		"fulcio.yaml":         func() ([]byte, error) { return []byte(fulcioConfig()), nil },
		"fulcio.pem":          func() ([]byte, error) { return certPEM(k.fulcio, k.fulcioRoot), nil },
		"fulcio.key":          func() ([]byte, error) { return keyPEM(k.fulcio.key) },
		"fulcio-root.pem":     func() ([]byte, error) { return certPEM(k.fulcioRoot), nil },
		"ct.pub":              func() ([]byte, error) { return publicPEM(k.ct) },
		"tsa.pem":             func() ([]byte, error) { return certPEM(k.tsa, k.tsaCA, k.tsaRoot), nil },
		"tsa.key":             func() ([]byte, error) { return keyPEM(k.tsa.key) },
		"rekor1.key":          func() ([]byte, error) { return keyPEM(k.rekor1) },
		"rekor2.key":          func() ([]byte, error) { return keyPEM(k.rekor2) },
		"web-ca.pem":          func() ([]byte, error) { return certPEM(k.webCA), nil },
		"issuer.key":          func() ([]byte, error) { return keyPEM(k.issuer) },
		"trusted_root.json":   func() ([]byte, error) { return trustedRoot(k) },
		"signing_config.json": func() ([]byte, error) { return signingConfig(k) },
	}
	for name, make := range content {
		data, err := make()
		if err == nil {
			err = os.WriteFile(f.at(name), data, 0o600)
		}
		if err != nil {
			return fmt.Errorf("writing %s: %w", name, err)
		}
	}
	return nil
}

// trillian is the first to start: the others need the ids of its two trees,
// which out gets.
func (f files) trillian(path string, out *treeIDs) *process.Server {
	return &process.Server{
		Name: lab.Trillian, Path: path, Log: f.log(lab.Trillian),
		Args:   []string{"-addr", host + ":" + trillianPort, "-trees", "2", "-interval", "100ms"},
		Stdout: out, Ready: out.ready,
	}
}

// others are the servers that need Trillian or nothing. Proxy is where Fulcio
// finds GitHub's issuer.
func (f files) others(paths map[string]string, k *keys, rekorTree, ctTree int64, proxy string) ([]*process.Server, error) {
	ctKey, err := keyDER(k.ct)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(f.at("ct.config"), []byte(ctConfig(ctTree, f.at("fulcio-root.pem"), ctKey)), 0o600); err != nil {
		return nil, err
	}
	socket := f.at("fulcio.sock")
	return []*process.Server{
		{
			Name: lab.CTLog, Path: paths["ct-server"], Ready: ctReady, Args: []string{
				"--log_rpc_server", host + ":" + trillianPort, "--log_config", f.at("ct.config"),
				"--http_endpoint", ctAddr, "--metrics_endpoint", ctMetricsAddr,
			},
		},
		{
			Name: lab.Fulcio, Path: paths["fulcio"], Ready: fulcioReady,
			// It refuses to start where its socket is left from the last run.
			Before: func() error { return removeIfThere(socket) },
			Env: []string{
				"SSL_CERT_FILE=" + f.at("web-ca.pem"), "HTTPS_PROXY=" + proxy,
				"HTTP_PROXY=", "NO_PROXY=", "https_proxy=", "http_proxy=", "no_proxy=", "ALL_PROXY=", "all_proxy=",
			},
			Args: []string{
				"serve", "--host", host, "--port", fulcioPort, "--grpc-host", host, "--grpc-port", "6555", "--metrics-port", "7555",
				"--ca", "fileca", "--fileca-cert", f.at("fulcio.pem"), "--fileca-key", f.at("fulcio.key"), "--fileca-watch=false",
				"--fileca-key-passwd", "none needed", // but it wants one
				"--ct-log-url", "http://" + ctAddr + "/" + ctPrefix, "--ct-log-public-key-path", f.at("ct.pub"),
				"--config-path", f.at("fulcio.yaml"), "--legacy-unix-domain-socket", socket,
			},
		},
		{
			Name: lab.TSA, Path: paths["timestamp-authority"], Ready: tsaReady, Args: []string{
				"serve", "--host", host, "--port", tsaPort, "--timestamp-signer", "file", "--file-signer-key-path", f.at("tsa.key"),
				"--certificate-chain-path", f.at("tsa.pem"), "--disable-ntp-monitoring",
			},
		},
		{
			// No index and no copies of attestations, hence no database.
			Name: lab.Rekor1, Path: paths["rekor"], Ready: rekor1Ready, Args: []string{
				"serve", "--rekor_server.address", host, "--port", rekor1Port, "--rekor_server.hostname", rekor1Origin,
				"--rekor_server.signer", f.at("rekor1.key"), "--trillian_log_server.address", host,
				"--trillian_log_server.port", trillianPort, "--trillian_log_server.tlog_id", strconv.FormatInt(rekorTree, 10),
				"--enable_retrieve_api=false", "--enable_attestation_storage=false", "--enabled_api_endpoints",
				"getLogInfo,getPublicKey,getLogProof,createLogEntry,getLogEntryByIndex,getLogEntryByUUID,searchLogQuery",
			},
		},
		{
			Name: lab.Rekor2, Path: paths["rekor-tiles"], Ready: rekor2Ready, Args: []string{
				"serve", "--http-address", host, "--http-port", rekor2Port, "--grpc-address", host, "--grpc-port", "3001",
				"--http-metrics-port", "2114", "--hostname", rekor2Origin, "--storage-dir", f.at("rekor2"),
				"--signer-filepath", f.at("rekor2.key"), "--checkpoint-interval", "200ms", "--batch-max-age", "50ms",
			},
		},
	}, nil
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// treeIDs takes Trillian's output, one JSON line of tree ids.
type treeIDs struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (t *treeIDs) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.buf.Write(p)
}

// ids returns the two ids, once there is a whole line.
func (t *treeIDs) ids() ([2]int64, error) {
	t.mu.Lock()
	line, _, whole := strings.Cut(t.buf.String(), "\n")
	t.mu.Unlock()
	var ids []int64
	if !whole {
		return [2]int64{}, errors.New("no tree ids yet")
	}
	if err := json.Unmarshal([]byte(line), &ids); err != nil || len(ids) != 2 {
		return [2]int64{}, fmt.Errorf("reading two tree ids from %q: %v", line, err)
	}
	return [2]int64(ids), nil
}

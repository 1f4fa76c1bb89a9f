// SPDX-License-Identifier: BSD-3-Clause

package instance

import (
	"bytes"
	"context"
	"crypto"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/digitorus/timestamp"
)

// A port that is open says little: each of these asks for something that the
// server can only answer when all that it needs is there.

func (t *treeIDs) ready(context.Context) error { _, err := t.ids(); return err }

func ctReady(ctx context.Context) error {
	var sth struct {
		Signature string `json:"tree_head_signature"`
	}
	if err := getJSON(ctx, "http://"+ctAddr+"/"+ctPrefix+"/ct/v1/get-sth", &sth); err != nil {
		return err
	}
	return want(sth.Signature != "", "a signed tree head")
}

func fulcioReady(ctx context.Context) error {
	var bundle struct {
		Chains []struct{ Certificates []string }
	}
	if err := getJSON(ctx, "http://"+fulcioAddr+"/api/v2/trustBundle", &bundle); err != nil {
		return err
	}
	return want(len(bundle.Chains) == 1, "one chain of certificates")
}

func rekor1Ready(ctx context.Context) error {
	var log struct{ SignedTreeHead string }
	if err := getJSON(ctx, "http://"+rekor1Addr+"/api/v1/log", &log); err != nil {
		return err
	}
	return want(strings.HasPrefix(log.SignedTreeHead, rekor1Origin+" - "), "a tree head by its name")
}

func rekor2Ready(ctx context.Context) error {
	// It takes entries and answers no questions: others serve its files.
	var health struct{ Status string }
	if err := getJSON(ctx, "http://"+rekor2Addr+"/healthz", &health); err != nil {
		return err
	}
	return want(health.Status == "SERVING", "its health")
}

func tsaReady(ctx context.Context) error {
	query, err := timestamp.CreateRequest(strings.NewReader("ready?"), &timestamp.RequestOptions{Hash: crypto.SHA256})
	if err != nil {
		return err
	}
	answer, err := ask(ctx, http.MethodPost, tsaURL, "application/timestamp-query", query)
	if err != nil {
		return err
	}
	_, err = timestamp.ParseResponse(answer)
	return err
}

func getJSON(ctx context.Context, url string, to any) error {
	data, err := ask(ctx, http.MethodGet, url, "", nil)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, to)
}

func ask(ctx context.Context, method, url, contentType string, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return nil, err
	}
	if resp.StatusCode/100 != 2 {
		return nil, fmt.Errorf("%s %s: %s: %.500q", method, url, resp.Status, data)
	}
	return data, nil
}

func want(ok bool, what string) error {
	if !ok {
		return fmt.Errorf("an answer without %s", what)
	}
	return nil
}

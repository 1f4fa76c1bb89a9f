// SPDX-License-Identifier: BSD-3-Clause

// Package instance is a Sigstore instance on loopback, made of the real
// servers: fresh keys, their configuration, one after the other, and what the
// tests need to know of it. It is reachable by whoever is in its network
// namespace and guards nothing; its keys lie in the work folder.
package instance

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/scientific-python/sallyport/e2e/lab"
	"github.com/scientific-python/sallyport/e2e/lab/binaries"
	"github.com/scientific-python/sallyport/e2e/lab/process"
)

// Instance is a running instance.
type Instance struct {
	// File is the path of the description that [lab.Connect] reads.
	File string
	Lab  lab.Lab

	servers []*process.Server
}

// Start starts all servers, with everything they write in folder, and returns
// when they sign and record together. Paths are the programs by the names of
// [binaries.Servers]. What a server's untimely end leaves to say goes to
// complaints. Where it fails, nothing is left running.
func Start(ctx context.Context, folder string, paths map[string]string, complaints io.Writer) (_ *Instance, err error) {
	f := files{folder}
	k, err := newKeys(time.Now())
	if err != nil {
		return nil, fmt.Errorf("making keys: %w", err)
	}
	if err := f.write(k); err != nil {
		return nil, err
	}
	issuer, proxy, err := serveIssuer(k)
	if err != nil {
		return nil, fmt.Errorf("serving the issuer: %w", err)
	}

	i := &Instance{}
	defer func() {
		if err != nil {
			i.Stop()
		}
	}()
	died := func(s *process.Server, why error) {
		fmt.Fprintf(complaints, "%s ended by itself (%v): see %s\n", s.Name, why, s.Log)
	}
	var trees treeIDs
	first := f.trillian(paths["trillian"], &trees)
	first.Died = died
	i.servers = append(i.servers, first)
	if err := first.Start(ctx); err != nil {
		return nil, err
	}
	ids, err := trees.ids()
	if err != nil {
		return nil, err
	}
	others, err := f.others(paths, k, ids[0], ids[1], proxy)
	if err != nil {
		return nil, fmt.Errorf("configuring the servers: %w", err)
	}
	i.servers = append(i.servers, others...)
	failures := make([]error, len(others))
	var wg sync.WaitGroup
	for n, s := range others {
		s.Log, s.Died = f.log(s.Name), died
		wg.Go(func() { failures[n] = s.Start(ctx) })
	}
	wg.Wait()
	if err := errors.Join(failures...); err != nil {
		return nil, err
	}
	if err := firstEntries(ctx, issuer); err != nil {
		return nil, err
	}
	if err := serve(controlAddr, i.control()); err != nil {
		return nil, fmt.Errorf("serving the control of servers: %w", err)
	}

	i.File = f.at("lab.json")
	i.Lab = lab.Lab{
		Folder: folder, Logs: f.at("logs"), Control: "http://" + controlAddr,
		Fulcio: "http://" + fulcioAddr, CTLog: "http://" + ctAddr + "/" + ctPrefix,
		Rekor1: "http://" + rekor1Addr, Rekor2: "http://" + rekor2Addr, TSA: tsaURL,
		RunnerEnv:   issuer.Env("http://" + issuerAddr),
		TrustedRoot: f.at("trusted_root.json"), SigningConfig: f.at("signing_config.json"), IssuerKey: f.at("issuer.key"),
		Signer: paths["signer"], Versions: binaries.Versions(),
	}
	data, err := json.MarshalIndent(i.Lab, "", "  ")
	if err != nil {
		return nil, err
	}
	return i, os.WriteFile(i.File, append(data, '\n'), 0o600)
}

// Stop ends all servers.
func (i *Instance) Stop() {
	var wg sync.WaitGroup
	for _, s := range i.servers {
		wg.Go(s.Kill)
	}
	wg.Wait()
}

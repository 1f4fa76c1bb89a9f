// SPDX-License-Identifier: BSD-3-Clause

// Command trillian is a Trillian log server and its sequencer in one process,
// over storage in memory, for the servers of sallyport's end-to-end tests: the
// published programs know databases only. It answers on one gRPC address of
// loopback, without any protection, and trusts whoever reaches it. All entries
// are lost when it ends, which it does when its standard input is closed, so
// that it cannot outlive the program that started it.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/google/trillian"
	"github.com/google/trillian/extension"
	"github.com/google/trillian/log"
	"github.com/google/trillian/monitoring"
	"github.com/google/trillian/quota"
	"github.com/google/trillian/server"
	"github.com/google/trillian/storage"
	"github.com/google/trillian/storage/memory"
	"github.com/google/trillian/util/clock"
	"github.com/google/trillian/util/election2"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/durationpb"
	"k8s.io/klog/v2"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8090", "`address` to answer gRPC at")
	trees := flag.Int("trees", 1, "how many logs to make; their ids are printed as one JSON line")
	interval := flag.Duration("interval", 100*time.Millisecond, "time between two rounds of the sequencer")
	flag.Parse()
	errorsOnly()
	if err := run(*addr, *trees, *interval); err != nil {
		fmt.Fprintln(os.Stderr, "trillian:", err)
		os.Exit(1)
	}
}

// errorsOnly keeps Trillian from warning twice at every round in which the
// sequencer finds nothing to do.
func errorsOnly() {
	var flags flag.FlagSet
	klog.InitFlags(&flags)
	flags.Set("logtostderr", "false")
	flags.Set("stderrthreshold", "ERROR")
	klog.SetOutput(io.Discard)
}

func run(addr string, trees int, interval time.Duration) error {
	shared := memory.NewTreeStorage()
	registry := extension.Registry{
		AdminStorage:    memory.NewAdminStorage(shared),
		LogStorage:      unique(memory.NewLogStorage(shared, monitoring.InertMetricFactory{})),
		ElectionFactory: election2.NoopFactory{}, // the only sequencer there is
		QuotaManager:    quota.Noop(),
		MetricFactory:   monitoring.InertMetricFactory{},
	}
	api := server.NewTrillianLogRPCServer(registry, clock.System)

	ctx := context.Background()
	ids := make([]int64, trees)
	for i := range ids {
		id, err := newTree(ctx, registry, api)
		if err != nil {
			return fmt.Errorf("making log %d: %w", i+1, err)
		}
		ids[i] = id
	}

	// Listen before the ids are told: whoever reads them may dial at once.
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("listening: %w", err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(ids); err != nil {
		return fmt.Errorf("writing the ids: %w", err)
	}

	sequencer := log.NewOperationManager(log.OperationInfo{
		Registry:    registry,
		BatchSize:   1000,
		NumWorkers:  trees,
		RunInterval: interval,
		TimeSource:  clock.System,
	}, log.NewSequencerManager(registry, 0)) // no guard window: entries wait for the next round only
	go sequencer.OperationLoop(ctx)

	// The rest needs no orderly end: nothing is kept.
	go func() {
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	grpcServer := grpc.NewServer()
	trillian.RegisterTrillianLogServer(grpcServer, api)
	return grpcServer.Serve(listener)
}

// newTree makes an empty log and returns its id.
func newTree(ctx context.Context, registry extension.Registry, api trillian.TrillianLogServer) (int64, error) {
	tree, err := storage.CreateTree(ctx, registry.AdminStorage, &trillian.Tree{
		TreeState:       trillian.TreeState_ACTIVE,
		TreeType:        trillian.TreeType_LOG,
		MaxRootDuration: durationpb.New(time.Hour),
	})
	if err != nil {
		return 0, err
	}
	_, err = api.InitLog(ctx, &trillian.InitLogRequest{LogId: tree.TreeId})
	return tree.TreeId, err
}

// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"context"
	"sync"
	"time"

	"github.com/google/trillian"
	"github.com/google/trillian/storage"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// uniqueLeaves refuses a leaf that a log already has. The storage in memory
// takes it a second time, unlike the databases that real logs run on, and
// clients must see what a real log answers: Rekor's 409 comes from here.
type uniqueLeaves struct {
	storage.LogStorage
	mu   sync.Mutex
	seen map[leafID]*trillian.LogLeaf
}

type leafID struct {
	tree     int64
	identity string
}

func unique(s storage.LogStorage) storage.LogStorage {
	return &uniqueLeaves{LogStorage: s, seen: map[leafID]*trillian.LogLeaf{}}
}

// QueueLeaves passes new leaves on and answers AlreadyExists for the others,
// with the first leaf of that identity, as [storage.LogStorage] asks.
func (u *uniqueLeaves) QueueLeaves(ctx context.Context, tree *trillian.Tree, leaves []*trillian.LogLeaf, at time.Time) ([]*trillian.QueuedLogLeaf, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	out := make([]*trillian.QueuedLogLeaf, len(leaves))
	for i, leaf := range leaves {
		id := leafID{tree.TreeId, string(leaf.LeafIdentityHash)}
		if first, ok := u.seen[id]; ok {
			out[i] = &trillian.QueuedLogLeaf{
				Leaf:   first,
				Status: status.New(codes.AlreadyExists, "the log has this leaf").Proto(),
			}
			continue
		}
		queued, err := u.LogStorage.QueueLeaves(ctx, tree, []*trillian.LogLeaf{leaf}, at)
		if err != nil {
			return nil, err
		}
		u.seen[id], out[i] = leaf, queued[0]
	}
	return out, nil
}

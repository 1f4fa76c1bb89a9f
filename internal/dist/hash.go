// SPDX-License-Identifier: BSD-3-Clause

package dist

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sort"
	"sync"
	"sync/atomic"
)

// bufferSize is what one worker holds of a file, in bytes.
const bufferSize = 256 << 10

// Hash reads every file once, workers at a time (0: as many as there are
// processors), the biggest first, and sets its Digest. It returns one error a
// file, in the order of dists, nil where all is well; where it is not, the
// Digest stays zero.
//
// A file that vanished, is no regular file any more, or has another size than
// when it was collected, before or after it was read, is an error. Progress,
// if not nil, is given the bytes read so far, by one goroutine at a time, never
// falling.
func Hash(ctx context.Context, dists []*Dist, workers int, progress func(done int64)) []error {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	order := make([]int, len(dists))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(i, j int) bool { return dists[order[i]].Size > dists[order[j]].Size })

	errs := make([]error, len(dists))
	count := counter{report: progress}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(workers, len(dists)) {
		wg.Go(func() {
			buf := make([]byte, bufferSize)
			for {
				i := int(next.Add(1)) - 1
				if i >= len(order) {
					return
				}
				d := dists[order[i]]
				d.Digest, errs[order[i]] = hashFile(ctx, d, buf, &count)
			}
		})
	}
	wg.Wait()
	return errs
}

// counter adds up bytes of all workers.
type counter struct {
	mu     sync.Mutex
	done   int64
	report func(int64)
}

func (c *counter) add(n int) {
	if c.report == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.done += int64(n)
	c.report(c.done)
}

func hashFile(ctx context.Context, d *Dist, buf []byte, count *counter) (Digest, error) {
	if err := ctx.Err(); err != nil {
		return Digest{}, fmt.Errorf("reading %s: %w", d.Path, err)
	}
	f, before, err := openRegular(d.Path)
	if err != nil {
		return Digest{}, err
	}
	defer f.Close()
	if before.Size() != d.Size {
		return Digest{}, changed(d.Path, d.Size, before.Size())
	}
	h := sha256.New()
	var total int64
	for {
		n, err := f.Read(buf)
		h.Write(buf[:n])
		total += int64(n)
		count.add(n)
		switch {
		case errors.Is(err, io.EOF):
			after, err := f.Stat()
			switch {
			case err != nil:
				return Digest{}, reading(d.Path, err)
			case after.Size() != d.Size:
				return Digest{}, changed(d.Path, d.Size, after.Size())
			case total != d.Size:
				return Digest{}, changed(d.Path, d.Size, total)
			case !after.ModTime().Equal(before.ModTime()):
				return Digest{}, fmt.Errorf("reading %s: it was written to while it was read; run again when nothing else works on the folder", d.Path)
			}
			return Digest(h.Sum(nil)), nil
		case err != nil:
			return Digest{}, reading(d.Path, err)
		case total > d.Size:
			return Digest{}, changed(d.Path, d.Size, total)
		}
		if err := ctx.Err(); err != nil {
			return Digest{}, fmt.Errorf("reading %s: %w", d.Path, err)
		}
	}
}

func changed(path string, was, is int64) error {
	return fmt.Errorf("reading %s: its size changed from %d to %d bytes; run again when nothing else works on the folder", path, was, is)
}

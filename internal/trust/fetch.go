// SPDX-License-Identifier: BSD-3-Clause

package trust

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"
)

const (
	// tries is how often a file is asked for.
	tries = 2
	// pause is the wait before asking again.
	pause = 200 * time.Millisecond
	// maxFetchBytes bounds one answer, whatever the metadata allows.
	maxFetchBytes = 5_000_000
	// userAgent tells the operators who asks.
	userAgent = "sallyport (+https://github.com/scientific-python/sallyport)"
)

// fetcher gets files for the TUF client. It ends with ctx, which must have a
// deadline; the library's own fetcher cannot be stopped.
type fetcher struct {
	ctx    context.Context
	client *http.Client
}

// DownloadFile gets a file of at most maxLength bytes. What may be a passing
// trouble (no connection, an answer that breaks off, status 429 or 5xx) is
// tried a second time; the first try has half of the time that is left, so
// that a silent server does not use up all of it. Statuses other than 200 are
// a [*metadata.ErrDownloadHTTP], from which the client learns that there is no
// newer root.
func (f *fetcher) DownloadFile(url string, maxLength int64, _ time.Duration) ([]byte, error) {
	maxLength = min(maxLength, maxFetchBytes)
	for try := 1; ; try++ {
		data, passing, err := f.get(url, maxLength, try < tries)
		if err == nil || !passing || try == tries {
			return data, err
		}
		select {
		case <-f.ctx.Done():
			return nil, err
		case <-time.After(pause):
		}
	}
}

// get asks once. The second result says that asking again may help.
func (f *fetcher) get(url string, maxLength int64, again bool) ([]byte, bool, error) {
	ctx := f.ctx
	if deadline, ok := ctx.Deadline(); ok && again {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Until(deadline)/2)
		defer cancel()
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, false, err
	}
	req.Header.Set("User-Agent", userAgent)
	res, err := f.client.Do(req)
	if err != nil {
		return nil, f.ctx.Err() == nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		passing := res.StatusCode >= 500 || res.StatusCode == http.StatusTooManyRequests
		return nil, passing, &metadata.ErrDownloadHTTP{StatusCode: res.StatusCode, URL: url}
	}
	data, err := io.ReadAll(io.LimitReader(res.Body, maxLength+1))
	if err != nil {
		return nil, f.ctx.Err() == nil, fmt.Errorf("reading %q: %w", url, err)
	}
	if int64(len(data)) > maxLength {
		return nil, false, &metadata.ErrDownloadLengthMismatch{Msg: fmt.Sprintf("%q is longer than the %d bytes it may have", url, maxLength)}
	}
	return data, false, nil
}

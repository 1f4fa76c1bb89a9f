// SPDX-License-Identifier: BSD-3-Clause

package runner

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/scientific-python/sallyport/internal/httpx"
)

// How patiently an identity token is asked for.
const (
	// TokenBudget is how long all tries and the pauses between them may take.
	TokenBudget = time.Minute
	// TokenTry is how long one try may take.
	TokenTry = 10 * time.Second
	// TokenRetryAfter is the longest Retry-After that is waited for. A service
	// that asks for more time is not asked again.
	TokenRetryAfter = 20 * time.Second

	firstTokenPause = 500 * time.Millisecond // doubles from try to try
	maxTokenPause   = 8 * time.Second
)

// asker asks one service for one token.
type asker struct {
	address *url.URL
	client  *httpx.Client
	budget  time.Duration
	try     time.Duration
	now     func() time.Time
	sleep   func(context.Context, time.Duration) error
	// helps is set where httpx would pause and try again.
	helps bool
}

// errPause ends a call of httpx at its first pause: the pauses are ours.
var errPause = errors.New("pausing is for the caller")

// ask asks until there is an answer, an error that another try would not
// change, or no budget left.
func (a *asker) ask(ctx context.Context) ([]byte, error) {
	end := a.now().Add(a.budget)
	pause := firstTokenPause
	for try, left := 1, a.budget; ; try++ {
		body, again, err := a.once(ctx, min(a.try, left))
		if err == nil {
			return body, nil
		}
		if ctx.Err() != nil {
			return nil, stopped(ctx, err)
		}
		wait := max(pause, retryAfter(err))
		if !again || wait >= end.Sub(a.now()) {
			return nil, a.failed(try, err)
		}
		if a.sleep(ctx, wait); ctx.Err() != nil {
			return nil, stopped(ctx, err)
		}
		if left = end.Sub(a.now()); left <= 0 {
			return nil, a.failed(try, err)
		}
		pause = min(2*pause, maxTokenPause)
	}
}

func stopped(ctx context.Context, last error) error {
	if errors.Is(last, ctx.Err()) {
		return fmt.Errorf("asking the runner for an identity token: %w", ctx.Err())
	}
	return fmt.Errorf("asking the runner for an identity token: %w; the last answer: %w", ctx.Err(), last)
}

func (a *asker) failed(tries int, err error) error {
	return &TokenError{Host: a.address.Host, Tries: tries, Err: err}
}

// name is how errors call the service: without the path, which names the job
// in ways that help nobody.
func (a *asker) name() string { return a.address.Scheme + "://" + a.address.Host }

// once makes one try within d, and says whether another may help.
func (a *asker) once(ctx context.Context, d time.Duration) (body []byte, again bool, err error) {
	limited, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	a.helps = false
	resp, err := a.client.Do(limited, httpx.Request{
		URL: a.address.String(), Accept: "application/json", Limit: maxTokenAnswer,
	})
	if err == nil {
		return resp.Body, false, nil
	}
	if status := new(httpx.StatusError); errors.As(err, &status) {
		busy := status.Status == http.StatusTooManyRequests ||
			status.Status >= 500 && status.Status != http.StatusNotImplemented
		return nil, busy && status.RetryAfter <= TokenRetryAfter, err
	}
	if ctx.Err() == nil && limited.Err() != nil {
		return nil, true, &httpx.TransportError{
			Method: http.MethodGet, URL: a.name(), Reason: fmt.Sprintf("no whole answer within %s", d),
		}
	}
	return nil, a.helps, err
}

// retryAfter is how long the service asks to be left alone.
func retryAfter(err error) time.Duration {
	if status := new(httpx.StatusError); errors.As(err, &status) {
		return max(0, status.RetryAfter)
	}
	return 0
}

package client_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/client"
	"github.com/tornadogen/tornadogen/runtime/internal/operation"
	"github.com/tornadogen/tornadogen/runtime/internal/param"
)

// script answers one attempt after the other, the last one for ever, in place of a server.
type script struct {
	steps    []step
	attempts []time.Duration // since the first one
	start    time.Time
	bodies   []string
	keys     []string // Idempotency-Key
}

type step struct {
	status int
	after  string // Retry-After
	err    error
	body   io.Reader
	takes  time.Duration
}

func (s *script) middleware(client.Doer) client.Doer {
	return client.DoerFunc(func(req *http.Request) (*http.Response, error) {
		if s.start.IsZero() {
			s.start = time.Now()
		}
		s.attempts = append(s.attempts, time.Since(s.start))
		s.keys = append(s.keys, req.Header.Get("Idempotency-Key"))
		if req.Body != nil {
			body, _ := io.ReadAll(req.Body)
			s.bodies = append(s.bodies, string(body))
		}
		st := s.steps[min(len(s.attempts), len(s.steps))-1]
		select {
		case <-time.After(st.takes):
		case <-req.Context().Done():
			return nil, req.Context().Err()
		}
		if st.err != nil {
			return nil, st.err
		}
		res := &http.Response{StatusCode: st.status, Header: http.Header{}, ContentLength: -1}
		if st.after != "" {
			res.Header.Set("Retry-After", st.after)
		}
		if st.body != nil {
			res.Body = io.NopCloser(st.body)
		}
		return res, nil
	})
}

var (
	errRefused = errors.New("connection refused")
	errDial    = &net.OpError{Op: "dial", Net: "tcp", Err: errRefused}
	// errDialTime is as a Dialer with a Timeout fails: what it holds is context.DeadlineExceeded, too.
	errDialTime = &net.OpError{Op: "dial", Net: "tcp", Err: fmt.Errorf("i/o timeout: %w", context.DeadlineExceeded)}
)

func TestRetry(t *testing.T) {
	t.Parallel()
	date := func(d time.Duration) string { // synctest begins at midnight of this day
		return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(d).Format(http.TimeFormat)
	}
	tests := []struct {
		name     string
		method   string
		steps    []step
		opts     []client.Option
		status   int
		err      string
		attempts int
		low, up  time.Duration // when the last attempt began
	}{
		{"first succeeds", "GET", []step{{status: 200}}, nil, 200, "", 1, 0, 0},
		{"503, then well", "GET", []step{{status: 503}, {status: 200}}, nil, 200, "", 2, 1, 100 * time.Millisecond},
		{"refused, 502, then well", "PUT", []step{{err: errRefused}, {status: 502}, {status: 201}}, nil, 201, "", 3, 1, 300 * time.Millisecond},
		{"503, then refused for ever", "GET", []step{{status: 503}, {err: errRefused}}, nil, 0, "connection refused (3 attempts)", 3, 1, 300 * time.Millisecond},
		{"504 for ever", "DELETE", []step{{status: 504}}, nil, 504, "", 3, 1, 300 * time.Millisecond},
		{"refused for ever", "GET", []step{{err: errRefused}}, nil, 0, "connection refused (3 attempts)", 3, 1, 300 * time.Millisecond},
		{"not idempotent", "POST", []step{{status: 503}, {status: 200}}, nil, 503, "", 1, 0, 0},
		{"not idempotent, refused", "PATCH", []step{{err: errRefused}}, nil, 0, "connection refused", 1, 0, 0},
		{"other errors stay", "GET", []step{{status: 500}}, nil, 500, "", 1, 0, 0},
		{"429", "GET", []step{{status: 429, after: "1"}, {status: 200}}, nil, 200, "", 2, time.Second, time.Second},
		{"408", "GET", []step{{status: 408}, {status: 200}}, nil, 200, "", 2, 1, 100 * time.Millisecond},
		{"500 and 409 stay", "GET", []step{{status: 500}, {status: 409}}, nil, 500, "", 1, 0, 0},
		{"not idempotent, but nothing was sent", "POST", []step{{err: errDial}, {status: 200}}, nil, 200, "", 2, 1, 100 * time.Millisecond},
		{"not idempotent, reset", "POST", []step{{err: &net.OpError{Op: "read", Err: errRefused}}}, nil, 0, "read: connection refused", 1, 0, 0},
		{"the dialer's own time is over", "GET", []step{{err: errDialTime}, {status: 200}}, nil, 200, "", 2, 1, 100 * time.Millisecond},
		{"not idempotent, the dialer's own time is over", "POST", []step{{err: errDialTime}, {status: 200}}, nil, 200, "", 2, 1, 100 * time.Millisecond},
		{"the time of http.Client is over", "GET", []step{{err: context.DeadlineExceeded}, {status: 200}}, nil, 200, "", 2, 1, 100 * time.Millisecond},
		{"not idempotent, the time of http.Client is over", "POST", []step{{err: context.DeadlineExceeded}}, nil, 0, "context deadline exceeded", 1, 0, 0},
		{"HTTP in place of HTTPS", "GET", []step{{err: http.ErrSchemeMismatch}}, nil, 0, http.ErrSchemeMismatch.Error(), 1, 0, 0},
		{"a longer backoff", "GET", []step{{status: 503}, {status: 200}}, []client.Option{client.WithBackoff(client.Backoff{First: time.Hour, Longest: 5 * time.Second})}, 200, "", 2, 1, 5 * time.Second},
		{"a longer Retry-After", "GET", []step{{status: 503, after: "20"}, {status: 200}}, []client.Option{client.WithBackoff(client.Backoff{RetryAfter: time.Minute})}, 200, "", 2, 20 * time.Second, 20 * time.Second},
		{"Retry-After, longer than there are numbers", "GET", []step{{status: 503, after: "18446744073709551615"}}, nil, 503, "", 1, 0, 0},
		{"an attempt is too slow", "GET", []step{{takes: time.Minute}, {status: 200}}, []client.Option{client.WithAttemptTimeout(2 * time.Second)}, 200, "", 2, 2 * time.Second, 2100 * time.Millisecond},
		{"each attempt is too slow", "GET", []step{{takes: time.Minute}}, []client.Option{client.WithAttemptTimeout(2 * time.Second)}, 0, "no answer within 2s: context deadline exceeded (3 attempts)", 3, 4 * time.Second, 4300 * time.Millisecond},
		{"an attempt is too slow, not idempotent", "POST", []step{{takes: time.Minute}}, []client.Option{client.WithAttemptTimeout(2 * time.Second)}, 0, "no answer within 2s: context deadline exceeded", 1, 0, 0},
		{"the call is too slow before the attempt is", "GET", []step{{takes: time.Minute}}, []client.Option{client.WithAttemptTimeout(time.Hour)}, 0, "no answer within 30s: context deadline exceeded", 1, 0, 0},
		{"off", "GET", []step{{status: 503}}, []client.Option{client.WithRetry(0)}, 503, "", 1, 0, 0},
		{"never less than none", "GET", []step{{status: 503}}, []client.Option{client.WithRetry(-1)}, 503, "", 1, 0, 0},
		{"the wait grows up to a limit", "GET", []step{{status: 503}}, []client.Option{client.WithRetry(6)}, 503, "", 7, 1, 5100 * time.Millisecond},
		{"Retry-After", "GET", []step{{status: 503, after: "3"}, {status: 200}}, nil, 200, "", 2, 3 * time.Second, 3 * time.Second},
		{"Retry-After, a date", "GET", []step{{status: 503, after: date(4 * time.Second)}, {status: 200}}, nil, 200, "", 2, 4 * time.Second, 4 * time.Second},
		{"Retry-After, a date that is past", "GET", []step{{status: 503, after: date(-time.Hour)}, {status: 200}}, nil, 200, "", 2, 1, 100 * time.Millisecond},
		{"Retry-After, nonsense", "GET", []step{{status: 503, after: "-1"}, {status: 200}}, nil, 200, "", 2, 1, 100 * time.Millisecond},
		{"Retry-After, too long", "GET", []step{{status: 503, after: "11"}, {status: 200}}, nil, 503, "", 1, 0, 0},
		{"Retry-After, beyond the timeout", "GET", []step{{status: 503, after: "3"}}, []client.Option{client.WithTimeout(2 * time.Second)}, 503, "", 1, 0, 0},
		{"body cut off", "GET", []step{{status: 200, body: cutOff()}, {status: 200}}, nil, 200, "", 2, 1, 100 * time.Millisecond},
		{"certificate", "GET", []step{{err: &tls.CertificateVerificationError{Err: errors.New("expired")}}}, nil, 0, "tls: failed to verify certificate: expired", 1, 0, 0},
		{"too large", "GET", []step{{status: 200, body: strings.NewReader("1234")}}, []client.Option{client.WithMaxBody(3)}, 0, "the body of the answer is over the limit of 3 bytes", 1, 0, 0},
		{"not too large", "GET", []step{{status: 200, body: strings.NewReader("123")}}, []client.Option{client.WithMaxBody(3)}, 200, "", 1, 0, 0},
		{"timeout", "GET", []step{{status: 200, takes: time.Minute}}, nil, 0, "no answer within 30s: context deadline exceeded", 1, 0, 0},
		{"timeout over all attempts", "GET", []step{{status: 503, takes: 20 * time.Second}}, nil, 0, "no answer within 30s: context deadline exceeded (2 attempts)", 2, 20 * time.Second, 20100 * time.Millisecond},
		{"no timeout", "GET", []step{{status: 200, takes: time.Hour}}, []client.Option{client.WithTimeout(0)}, 200, "", 1, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{steps: tt.steps}
				c, err := client.New("http://user:secret@example.com/v1", append(tt.opts, client.WithMiddleware(s.middleware))...)
				require.NoError(t, err)
				op := operation.Operation{ID: "op", Method: tt.method, Path: "/x"}
				call := c.Call(t.Context(), &op)
				call.Query("key", param.Form).String("secret")
				call.Bytes("text/plain", []byte("body"))
				res, err := call.Do()
				require.Len(t, s.attempts, tt.attempts)
				last := s.attempts[len(s.attempts)-1]
				assert.True(t, tt.low <= last && last <= tt.up, "%v", last)
				for _, body := range s.bodies {
					assert.Equal(t, "body", body)
				}
				if tt.err != "" {
					require.EqualError(t, err, "op: "+tt.method+" http://example.com/v1/x: "+tt.err)
					return
				}
				require.NoError(t, err)
				assert.Equal(t, tt.status, res.StatusCode)
			})
		})
	}
}

// cutOff is a body that ends before its time.
func cutOff() io.Reader {
	return io.MultiReader(strings.NewReader("half"), &failing{})
}

type failing struct{}

func (*failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestCancel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{steps: []step{{status: 503, after: "3"}}}
		c, err := client.New("http://example.com", client.WithMiddleware(s.middleware), client.WithRetry(5))
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		op := operation.Operation{ID: "op", Method: "GET", Path: "/x"}
		time.AfterFunc(10*time.Millisecond, cancel)
		res, err := c.Call(ctx, &op).Do()
		require.NoError(t, err, "the answer of the last attempt is the result")
		assert.Equal(t, 503, res.StatusCode)
		assert.Len(t, s.attempts, 1)

		s.steps = []step{{takes: time.Second, status: 200}}
		ctx, cancel = context.WithCancel(t.Context())
		time.AfterFunc(10*time.Millisecond, cancel)
		_, err = c.Call(ctx, &op).Do()
		assert.ErrorIs(t, err, context.Canceled)
	})
}

// TestDialTimeout has a dialer with a time of its own, as WithHTTPClient may bring.
func TestDialTimeout(t *testing.T) {
	t.Parallel()
	dialer := net.Dialer{Timeout: time.Nanosecond}
	hc := &http.Client{Transport: &http.Transport{DialContext: dialer.DialContext}}
	c := newClient(t, "http://127.0.0.1:1", client.WithHTTPClient(hc), client.WithBackoff(client.Backoff{First: time.Millisecond}))
	_, err := c.Call(t.Context(), &postX).Do()
	require.ErrorIs(t, err, context.DeadlineExceeded)
	assert.ErrorContains(t, err, "i/o timeout (3 attempts)")
}

func TestOverTheNet(t *testing.T) {
	t.Parallel()
	op := operation.Operation{ID: "op", Method: "GET", Path: "/x"}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.RawQuery {
		case "kind=length":
			w.Header().Set("Content-Length", "4")
			_, _ = io.WriteString(w, "1234")
		case "kind=chunked":
			for i := range 4 {
				_, _ = io.WriteString(w, strconv.Itoa(i))
				w.(http.Flusher).Flush()
			}
		case "kind=cut":
			w.Header().Set("Content-Length", "4")
			_, _ = io.WriteString(w, "12")
		case "kind=head":
			w.Header().Set("Content-Length", "400")
		}
	}))
	defer s.Close()
	get := func(op *operation.Operation, kind string, opts ...client.Option) (*client.Response, error) {
		call := newClient(t, s.URL, append(opts, client.WithRetry(1))...).Call(t.Context(), op)
		call.Query("kind", param.Form).String(kind)
		return call.Do()
	}
	for _, kind := range []string{"length", "chunked"} {
		res, err := get(&op, kind, client.WithMaxBody(4))
		require.NoError(t, err)
		assert.Len(t, res.Body, 4)
		_, err = get(&op, kind, client.WithMaxBody(3))
		assert.EqualError(t, err, "op: GET "+s.URL+"/x: the body of the answer is over the limit of 3 bytes")
	}
	_, err := get(&op, "cut")
	assert.EqualError(t, err, "op: GET "+s.URL+"/x: status 200, reading the body: unexpected EOF (2 attempts)")
	head := operation.Operation{ID: "op", Method: "HEAD", Path: "/x"}
	res, err := get(&head, "head", client.WithMaxBody(4))
	require.NoError(t, err)
	assert.Empty(t, res.Body)
	assert.Equal(t, "400", res.Header.Get("Content-Length"))

	s.Close()
	_, err = get(&op, "secret")
	var e *client.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, 2, e.Attempts)
	assert.Equal(t, s.URL+"/x", e.URL)
	assert.ErrorContains(t, err, "connection refused")
	assert.NotContains(t, fmt.Sprint(err), "secret")
}

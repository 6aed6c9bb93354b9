package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseAnswerAtEverySplit(t *testing.T) {
	answer := []byte("HTTP/1.1 200 OK\r\nDate: now\r\ncontent-length: 5\r\n\r\nhello")
	for i := range answer {
		size, _, err := parseAnswer(answer[:i])
		require.NoError(t, err, "split at %d", i)
		assert.Zero(t, size, "split at %d", i)
	}
	size, status, err := parseAnswer(append(answer, "more"...))
	require.NoError(t, err)
	assert.Equal(t, len(answer), size)
	assert.Equal(t, 200, status)
}

func TestParseAnswerRefuses(t *testing.T) {
	for name, answer := range map[string]string{
		"no length":  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
		"bad length": "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
		"big length": "HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n",
		"status":     "HTTP/1.1 2x0 OK\r\n\r\n",
		"not HTTP":   "hello\r\n\r\n",
		"endless":    strings.Repeat("x", maxAnswer+1),
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := parseAnswer([]byte(answer))
			assert.Error(t, err)
		})
	}
}

func TestPercentile(t *testing.T) {
	var hundred []time.Duration
	for i := range 100 {
		hundred = append(hundred, time.Duration(i+1))
	}
	assert.Equal(t, time.Duration(50), percentile(hundred, 50))
	assert.Equal(t, time.Duration(99), percentile(hundred, 99))
	assert.Equal(t, time.Duration(1), percentile(hundred[:1], 99))
	assert.Zero(t, percentile(nil, 99))
}

// serve counts the calls of the pets 1 and 20 and answers them after a pause, in two pieces.
func serve(t *testing.T, pause time.Duration) (address string, plain, sleepy *atomic.Int64) {
	t.Helper()
	plain, sleepy = new(atomic.Int64), new(atomic.Int64)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/pets/20" {
			sleepy.Add(1)
			time.Sleep(pause)
		} else {
			plain.Add(1)
		}
		w.Header().Set("Content-Length", "4")
		_, _ = io.WriteString(w, "he")
		_ = http.NewResponseController(w).Flush()
		_, _ = io.WriteString(w, "re")
	}))
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://"), plain, sleepy
}

func TestClosedLetsOneCallInTwentySleepAndCountsItApart(t *testing.T) {
	address, plain, sleepy := serve(t, 100*time.Millisecond)
	var out bytes.Buffer
	args := []string{"closed", "-address", address, "-connections", "4", "-warmup", "50ms", "-duration", "400ms", "-sleepers"}
	require.NoError(t, run(args, nil, &out))
	var result closedResult
	require.NoError(t, json.Unmarshal(out.Bytes(), &result))
	assert.EqualValues(t, plain.Load()+sleepy.Load(), result.All)
	assert.Equal(t, result.All/20, int(sleepy.Load()))
	assert.Positive(t, result.Sleepers)
	assert.Greater(t, result.Requests, result.Sleepers)
	assert.Positive(t, result.P50)
	assert.Less(t, result.P50, 50_000.0, "sleepers are none of the others")
}

func TestClosedWithoutSleepers(t *testing.T) {
	address, _, sleepy := serve(t, 0)
	require.NoError(t, run([]string{"closed", "-address", address, "-duration", "100ms"}, nil, io.Discard))
	assert.Zero(t, sleepy.Load())
}

func TestIdleAsksOnceOnEveryConnectionAndHoldsThem(t *testing.T) {
	address, plain, _ := serve(t, 0)
	in, end := io.Pipe()
	out, printed := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- run([]string{"idle", "-address", address, "-connections", "100"}, in, printed) }()
	var result openedResult
	require.NoError(t, json.NewDecoder(out).Decode(&result))
	assert.Equal(t, 100, result.Answered)
	assert.EqualValues(t, 100, plain.Load())
	select {
	case <-ended:
		t.Fatal("it did not hold its connections")
	default:
	}
	require.NoError(t, end.Close())
	require.NoError(t, <-ended)
}

func TestRefusedStatusIsAnError(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	err := run([]string{"closed", "-address", strings.TrimPrefix(server.URL, "http://")}, nil, io.Discard)
	assert.ErrorContains(t, err, "status 404")
}

func TestWrongUsage(t *testing.T) {
	for _, args := range [][]string{
		nil,
		{"closed"},
		{"closed", "-address", "[::1]:80"},
		{"closed", "-address", "127.0.0.1:1", "-duration", "2m"},
		{"neither", "-address", "127.0.0.1:1"},
	} {
		assert.Error(t, run(args, nil, io.Discard), "%v", args)
	}
}

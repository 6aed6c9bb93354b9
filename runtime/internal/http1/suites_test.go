package http1

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A vector is a line of SUITES/http1/*.jsonl: bytes for a server that answers
// every request with 200, and what has to come of them.
type vector struct {
	ID           string            `json:"id"`
	Send         string            `json:"send"` // bytes as latin-1 text
	Then         string            `json:"then"` // sent after 100
	Expect       string            `json:"expect"`
	Level        string            `json:"level"` // "may", "contested": the RFC leaves it open
	N            int               `json:"n"`     // requests answered
	OKBefore     int               `json:"ok_before"`
	MaxResponses int               `json:"max_responses"`
	GoStatus     int               `json:"go_status"`
	Close        *bool             `json:"close"`
	Header       map[string]string `json:"header"`
}

// differences are the vectors that this codec answers in another way than the
// suite they come from. All are marked there as left open by the RFC.
var differences = map[string]string{
	"go/readrequest/0":             "what follows the body is no request: the answered request is followed by 400",
	"go/readrequest/6":             "transfer-encoding with content-length: RFC 9112 section 6.1 allows both, we refuse",
	"go/readrequest/11":            "target * for NOTIFY: RFC 9112 section 3.2.4 has it for OPTIONS alone",
	"go/host/21":                   "CONNECT without host: RFC 9112 section 3.2 asks for it in every HTTP/1.1 request",
	"h11/io/264":                   "obs-fold: RFC 9112 section 5.2 lets a server refuse it",
	"h11/io/561":                   "control character in a value: RFC 9110 section 5.5 calls it invalid",
	"llhttp/sample/314":            "HTTP/0.9",
	"llhttp/method/135":            "target * for M-SEARCH: RFC 9112 section 3.2.4 has it for OPTIONS alone",
	"llhttp/method/400":            "RTSP",
	"llhttp/connection/34":         "the second request has no host",
	"llhttp/connection/156":        "the first request is complete and answered; what follows is refused",
	"llhttp/content-length/444":    "the body is not complete",
	"llhttp/transfer-encoding/751": "deflate, chunked: codings other than chunked are not supported",
	"llhttp/transfer-encoding/793": "deflate and chunked in two fields: as above",
	"llhttp/pipelining/4":          "the second request has no host",
	"llhttp/invalid/356":           "a made-up method is a token: the router answers 501",
}

func readVectors(t *testing.T) []vector {
	t.Helper()
	folder := os.Getenv("SUITES")
	files, err := filepath.Glob(filepath.Join(folder, "http1", "*.jsonl"))
	require.NoError(t, err)
	if folder == "" || len(files) == 0 {
		const message = "SUITES must name the folder of the public test data, with http1/*.jsonl in it"
		if os.Getenv("CI") != "" {
			t.Fatal(message)
		}
		t.Skip(message)
	}
	var vectors []vector
	for _, file := range files {
		f, err := os.Open(file)
		require.NoError(t, err)
		lines := bufio.NewScanner(f)
		lines.Buffer(nil, 8<<20)
		for lines.Scan() {
			var v vector
			require.NoError(t, json.Unmarshal(lines.Bytes(), &v), file)
			vectors = append(vectors, v)
		}
		require.NoError(t, lines.Err())
		require.NoError(t, f.Close())
	}
	require.Greater(t, len(vectors), 200)
	return vectors
}

func latin1(text string) string {
	b := make([]byte, 0, len(text))
	for _, r := range text {
		b = append(b, byte(r))
	}
	return string(b)
}

// meets says whether the session came out as the vector demands.
func (v *vector) meets(s *session) bool {
	switch v.Expect {
	case "ok":
		return s.rejected == nil && s.answered >= max(v.N, 1)
	case "reject":
		return s.rejected != nil && s.answered == v.OKBefore
	case "wait":
		return s.rejected == nil && s.answered == 0
	case "wait_or_reject":
		return s.answered == 0
	case "continue":
		if s.answered != 0 || len(s.heads) != 1 || !s.heads[0].Expect100 {
			return false
		}
		s.feed([]byte(latin1(v.Then)))
		return s.rejected == nil && s.answered == 1
	}
	return v.Expect == "any"
}

func TestSuites(t *testing.T) {
	t.Parallel()
	unused := map[string]bool{}
	for id := range differences {
		unused[id] = true
	}
	for _, v := range readVectors(t) {
		send := latin1(v.Send)
		s := play(nil, 0, send)
		if len(send) < 4096 {
			s = playSplit(t, nil, 0, send)
		}
		log := strings.Join(s.log, " | ")
		_, differs := differences[v.ID]
		delete(unused, v.ID)
		if met := v.meets(s); met == differs {
			t.Errorf("%s: expect %s (%s), listed as a difference: %v, got: %s\n%.200q", v.ID, v.Expect, v.Level, differs, log, send)
			continue
		}
		if differs {
			assert.NotEmpty(t, v.Level, "%s is not left open by the RFC", v.ID)
			continue
		}
		if v.Close != nil {
			assert.Equal(t, *v.Close, s.heads[0].Close, v.ID)
		}
		if want := v.Header["connection"]; want != "" {
			assert.Equal(t, "Connection: "+want+"\r\n", string(AppendConnection(nil, &s.heads[0], false)), v.ID)
		}
		if v.GoStatus >= 400 && s.rejected != nil {
			assert.Equal(t, v.GoStatus, s.rejected.Status, "%s: %q", v.ID, send)
		}
	}
	assert.Empty(t, unused, "differences that no vector shows")
}

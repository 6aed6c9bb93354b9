package http1

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// readNetHTTP gives what net/http makes of input, in the words of session: of
// the first request, its body, and how many bytes follow.
func readNetHTTP(input string) (log []string, rest int, err error) {
	src := bufio.NewReaderSize(strings.NewReader(input), 64<<10)
	r, err := http.ReadRequest(src)
	if err != nil {
		return nil, 0, err
	}
	h := Head{
		Method: []byte(r.Method), Target: []byte(r.RequestURI), Host: []byte(r.Host),
		ContentLength: -1, Chunked: len(r.TransferEncoding) > 0, Close: r.Close,
	}
	for name, values := range r.Header {
		for _, value := range values {
			h.Fields = append(h.Fields, Field{[]byte(name), []byte(value)})
		}
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, 0, err
	}
	left, err := io.ReadAll(src)
	if err != nil {
		return nil, 0, err
	}
	return []string{summary(&h, r.Proto), fields(&h), fmt.Sprintf("%q", body)}, len(left), nil
}

// readWithout is readNetHTTP of input, or, where net/http refuses that for what is in lenient and can be taken out, of the rest of it: names is what
// was taken out.
func readWithout(input string) (log []string, rest int, names []string, err error) {
	log, rest, err = readNetHTTP(input)
	for _, known := range lenient {
		if err != nil && known.without != nil && known.match.MatchString(err.Error()) {
			names = append(names, known.name)
			input = known.without(input)
			log, rest, err = readNetHTTP(input)
		}
	}
	return log, rest, names, err
}

// fields lists the fields by name, without those that ReadRequest takes out.
func fields(h *Head) string {
	var lines []string
	for _, f := range h.Fields {
		switch name := http.CanonicalHeaderKey(string(f.Name)); name {
		case "Host", "Transfer-Encoding", "Content-Length", "Trailer":
		default:
			lines = append(lines, fmt.Sprintf("%s: %q", name, f.Value))
		}
	}
	slices.SortStableFunc(lines, func(a, b string) int {
		return strings.Compare(a[:strings.IndexByte(a, ':')], b[:strings.IndexByte(b, ':')])
	})
	return strings.Join(lines, ", ")
}

func summary(h *Head, version string) string {
	return fmt.Sprintf("%s %s %s host=%s chunked=%t close=%t", h.Method, h.Target, version, h.Host, h.Chunked, h.Close)
}

// lenient is what this codec takes, on purpose, and net/http refuses, by the names that docs/reference/robustness.md has for it. None changes
// where a message ends or which host it is for.
var lenient = []struct {
	name    string
	match   *regexp.Regexp            // what net/http says of it
	without func(input string) string // takes it out, so that the rest is held against net/http; nil if that is not done
}{
	{fmt.Sprintf("up to %d empty lines before a request line", maxLeadingCRLF), regexp.MustCompile(`^malformed HTTP request ""$`), withoutEmptyLines},
	{"an escape in a target that is invalid, or stands in a host", regexp.MustCompile(`invalid URL escape`), nil},
	{"the Trailer field", regexp.MustCompile(`bad trailer key`), nil},
}

// withoutEmptyLines is input without the empty lines before it that RFC 9112 section 2.2 has a server ignore, and no more of them than are skipped.
func withoutEmptyLines(input string) string {
	for range maxLeadingCRLF {
		input = strings.TrimPrefix(input, "\r\n")
	}
	return input
}

// otherwise is what both take and net/http reads in another way, by the names that docs/reference/robustness.md has for it: as makes h what net/http
// reads, and reports whether that is another.
var otherwise = []struct {
	name string
	as   func(h *Head) bool
}{
	{"the zone of an IPv6 address in a target", decodeZone},
	{"Pragma: no-cache without Cache-Control", addCacheControl},
}

// decodeZone decodes the zone of an address, as net/url does it in a target, and nothing else of a host.
func decodeZone(h *Head) bool {
	at := bytes.Index(h.Host, []byte("%25"))
	if at < 0 || h.Target[0] == '/' {
		return false
	}
	zone, err := url.PathUnescape(string(h.Host[at:]))
	if err != nil {
		return false
	}
	h.Host = append(h.Host[:at:at], zone...)
	return true
}

// addCacheControl adds the field that the first Pragma stands for, RFC 9111 section 5.4.
func addCacheControl(h *Head) bool {
	pragma, given := "", false
	for _, f := range slices.Backward(h.Fields) {
		switch http.CanonicalHeaderKey(string(f.Name)) {
		case "Pragma":
			pragma = string(f.Value)
		case "Cache-Control":
			given = true
		}
	}
	if pragma != "no-cache" || given {
		return false
	}
	h.Fields = append(slices.Clone(h.Fields), Field{[]byte("Cache-Control"), []byte("no-cache")})
	return true
}

// excused are the names of lenient and of otherwise.
func excused() (names []string) {
	for _, known := range lenient {
		names = append(names, known.name)
	}
	for _, known := range otherwise {
		names = append(names, known.name)
	}
	return names
}

var seeds = []string{
	wrkHead, browserHead, postHead + strings.Repeat("x", 268), get + "\r\n", post + te + "\r\n3\r\nabc\r\n0\r\n\r\n",
	post + te + "\r\n3;a=b\r\nabc\r\n00A\r\n0123456789\r\n0;x\r\nA: b\r\n\r\n" + get + "\r\n",
	post + te + "Trailer: Digest\r\n\r\n1\r\na\r\n0\r\nDigest: x\r\n\r\n",
	"POST /a%20b/?c=d#e HTTP/1.1\r\nHost: a:1\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello" + get + "\r\n",
	"GET http://u:p@b:1/x?y HTTP/1.1\r\nHost: a\r\nConnection: te, close\r\n\r\n",
	"GET HTTP://[::1%25en0]:80?y HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
	"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n",
	"\r\nPUT /x HTTP/1.1\r\nHost: [::1]:8\r\nExpect: 100-continue\r\nContent-Length: 1\r\nX-Y: \xff\ta\r\n\r\nz",
	"POST / HTTP/1.0\r\nContent-Length: 3\r\nUpgrade: h2c\r\nPragma: no-cache\r\n\r\nabc",
}

// mutate changes a few bytes of a seed, with a liking for those that matter.
func mutate(rng *rand.Rand, text string) string {
	pieces := []string{
		"\r", "\n", "\r\n", "\r\n\r\n", " ", "\t", ":", ",", ";", "=", "\"", "%", "%41", "%zz", "#", "?", "@", "/", "[", "]", "\x00", "\x0b",
		"\x7f", "\xff", "0", "1", "00", "+", "-", "_", "0x", "f", "chunked", "Content-Length: 3\r\n", te, "Host: b\r\n",
		"Transfer-Encoding: identity\r\n", "Connection: close\r\n", "Trailer: Content-Length\r\n", "HTTP/1.0", "HTTP/1.2", "http://c", " : x",
	}
	b := []byte(text)
	for range 1 + rng.IntN(3) {
		at := rng.IntN(len(b) + 1)
		if rng.IntN(2) == 0 && bytes.Contains(b, []byte("\r\n")) { // at the start of a line
			at = rng.IntN(bytes.LastIndex(b, []byte("\r\n")) + 1)
			at += bytes.Index(b[at:], []byte("\r\n")) + 2
		}
		end := min(len(b), at+rng.IntN(3)*rng.IntN(8))
		piece := pieces[rng.IntN(len(pieces))]
		b = append(b[:at:at], append([]byte(piece), b[end:]...)...)
	}
	return string(b)
}

// explain demands of what this codec refuses, and net/http takes, that it is known to differ; and of what it waits for the rest of, err is nil, that
// net/http has no request there either: who sees the end of a message behind another is desynchronised.
func explain(t *testing.T, input string, err error) {
	t.Helper()
	var fault *ProtocolError
	if err != nil {
		require.ErrorAs(t, err, &fault)
	}
	log, rest, _, err := readWithout(input)
	switch {
	case err != nil:
	case fault == nil:
		assert.Fail(t, "only we wait for more", "%q: %q, and %d bytes behind it", input, log, rest)
	case len(stricter[fault]) == 0, onlyFolded[fault] && !framingFolded.MatchString(input):
		assert.Fail(t, "only we refuse", "%q: %s", input, fault.Reason)
	}
}

// compareNetHTTP tells whether this codec accepts a request. What it refuses, net/http refuses, or stricter has the reason. What it waits for the rest
// of, net/http waits for or refuses. What it accepts, net/http accepts and understands in the same way: the same host, body and end; but for the
// differences that lenient and otherwise have by the names.
func compareNetHTTP(t *testing.T, input string) (accepted bool, names []string) {
	t.Helper()
	var p Parser
	var h Head
	n, err := p.Feed([]byte(input), nil, &h)
	if n == 0 || err != nil {
		explain(t, input, err)
		return false, nil
	}
	body, used := []byte(nil), n
	if h.Chunked {
		part, size, done, err := decode(new(Chunked), []byte(input[n:]))
		if err != nil || !done {
			explain(t, input, err)
			return false, nil
		}
		body, used = part, n+size
	} else if h.ContentLength > 0 {
		if h.ContentLength > int64(len(input)-n) {
			explain(t, input, nil)
			return false, nil
		}
		used = n + int(h.ContentLength)
		body = []byte(input[n:used])
	}
	log, rest, names, err := readWithout(input)
	if err != nil {
		for _, known := range lenient {
			if known.without == nil && known.match.MatchString(err.Error()) {
				return true, append(names, known.name)
			}
		}
		assert.NoError(t, err, "only we accept %q", input)
		return true, names
	}
	for _, known := range otherwise {
		if known.as(&h) {
			names = append(names, known.name)
		}
	}
	assert.Equal(t, log, []string{summary(&h, fmt.Sprintf("HTTP/1.%d", h.Minor)), fields(&h), fmt.Sprintf("%q", body)}, "%q", input)
	assert.Equal(t, rest, len(input)-used, "%q", input)
	return true, names
}

func TestNotMoreLenientThanNetHTTP(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	met := map[string]bool{}
	accepted := 0
	check := func(input string) {
		taken, names := compareNetHTTP(t, input)
		if taken {
			accepted++
		}
		for _, name := range names {
			met[name] = true
		}
	}
	for _, seed := range seeds {
		check(seed)
	}
	assert.Equal(t, len(seeds), accepted)
	for _, seed := range seeds {
		for end := range seed { // the rest has not come yet
			check(seed[:end])
		}
	}
	for _, version := range []string{"HTTP/0.9", "HTTP/1.2", "HTTP/1.10", "HTTP/2.0", "HTTP/3"} {
		for _, seed := range seeds {
			check(strings.Replace(seed, "HTTP/1.1", version, 1))
		}
	}
	for range 60_000 {
		check(mutate(rng, seeds[rng.IntN(len(seeds))]))
	}
	assert.Greater(t, accepted, 5_000)
	for _, name := range excused() {
		assert.True(t, met[name], "no longer a difference: %s", name)
	}
}

// TestDifferencesAreOnThePage: robustness.md has a row for each of lenient and of otherwise, and no other one; what it has of stricter is held by a
// test of the root.
func TestDifferencesAreOnThePage(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../../docs/reference/robustness.md")
	require.NoError(t, err)
	var told []string
	for _, m := range regexp.MustCompile("(?m)^\\| (.+) \\| .+ \\| `ReadRequest` (.+) \\|$").FindAllStringSubmatch(string(page), -1) {
		if m[2] != "takes it" {
			told = append(told, strings.ReplaceAll(m[1], "`", ""))
		}
	}
	assert.ElementsMatch(t, excused(), told)
}

// FuzzNetHTTP holds any request against net/http.
func FuzzNetHTTP(f *testing.F) {
	for _, seed := range seeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, input string) { compareNetHTTP(t, input) })
}

// stricter is what this codec refuses, on purpose, and net/http takes, by the reason. Some of it, as a host that is none, net/http's server
// refuses behind ReadRequest. docs/reference/robustness.md lists it by the names of the examples.
var stricter = map[*ProtocolError]map[string]string{
	errUnsupported: {"a version other than 1.0 and 1.1": "GET / HTTP/1.2\r\nHost: a\r\n\r\n"},
	errLineEnd:     {"bare LF behind a request line": strings.ReplaceAll(get+"\r\n", "\r\n", "\n")},
	errBareLF:      {"bare LF behind a field": get + "A: b\nC: d\r\n\r\n"},
	errFold:        {"obs-fold": get + "A: b\r\n c\r\n\r\n"},
	errLength:      {"obs-fold in Content-Length": "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n 3\r\n\r\nabc"},
	errTE:          {"obs-fold in Transfer-Encoding": "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n"},
	errNameSpace: {
		"white space in a field name": get + "A b: c\r\n\r\n",
	},
	errLengthAndTE:    {"Transfer-Encoding beside Content-Length": post + te + "Content-Length: 3\r\n\r\n0\r\n\r\n"},
	errTEVersion:      {"Transfer-Encoding on 1.0": "POST / HTTP/1.0\r\n" + te + "\r\n0\r\n\r\n"},
	errTargetFragment: {"fragment in a path": "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n"},
	errTargetByte:     {"obs-text in a target": "GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n"},
	errTargetAsterisk: {"* for a method other than OPTIONS": "GET * HTTP/1.1\r\nHost: a\r\n\r\n"},
	errTargetForm:     {"a scheme other than http and https": "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n"},
	errTargetHost: {
		"CONNECT without a port": "CONNECT a HTTP/1.1\r\nHost: a\r\n\r\n",
		"CONNECT with userinfo":  "CONNECT a@ HTTP/1.1\r\nHost: a\r\n\r\n",
	},
	errNoTarget: {"CONNECT without a target": "CONNECT  HTTP/1.1\r\nHost: a:443\r\n\r\n"},
	errNoHost:   {"no Host on 1.1": "GET / HTTP/1.1\r\n\r\n"},
	errHost:     {"a character that no host has": "GET / HTTP/1.1\r\nHost: \"\r\n\r\n"},
	errHostForm: {
		"a name in the place of a port": "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n",
		"two ports":                     "GET / HTTP/1.1\r\nHost: a:80:80\r\n\r\n",
		"a bracket that is not closed":  "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n",
	},
	errChunkSize:    {"white space behind a chunk size": post + te + "\r\n1 \r\na\r\n0\r\n\r\n"},
	errChunkExt:     {"a chunk extension without name": post + te + "\r\n1;\r\na\r\n0\r\n\r\n"},
	errChunkExtSize: {"chunk extensions over their limit": post + te + "\r\n1;" + strings.Repeat("x", 2000) + "\r\na\r\n0\r\n\r\n"},
	errFieldCount:   {"more than 128 fields": get + strings.Repeat("A: b\r\n", 128) + "\r\n"},
	errHeadLength:   {"a head over its limit": get + "A: " + strings.Repeat("b", 40<<10) + "\r\n\r\n"},
	errTargetLength: {"a target over its limit": "GET /" + strings.Repeat("b", 10<<10) + " HTTP/1.1\r\nHost: a\r\n\r\n"},
	errExpect:       {"an Expect that is not known": get + "Expect: x\r\n\r\n"},
	errMethodLength: {"a method of more than 32 bytes": strings.Repeat("M", 40) + " / HTTP/1.1\r\nHost: a\r\n\r\n"},
	errLengthSize:   {"a length of more than 19 digits": post + "Content-Length: 00000000000000000001\r\n\r\nx"},
}

// onlyFolded are those of stricter that net/http shares, but for a field whose value begins in a line of its own.
var onlyFolded = map[*ProtocolError]bool{errLength: true, errTE: true}

var framingFolded = regexp.MustCompile(`(?i)\n(content-length|transfer-encoding):[ \t]*\r?\n[ \t]`)

// Each has an example, which is refused for its reason.
func TestStricterThanNetHTTP(t *testing.T) {
	t.Parallel()
	for fault, examples := range stricter {
		for name, input := range examples {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				_, _, err := readNetHTTP(input)
				assert.NoError(t, err, "no longer a difference")
				assert.Equal(t, fault, play(nil, 0, input).rejected)
			})
		}
	}
}

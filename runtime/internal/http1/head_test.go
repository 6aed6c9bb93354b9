package http1

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestKnownFields(t *testing.T) {
	t.Parallel()
	s := playSplit(t, nil, 0, "GET /p?q HTTP/1.1\r\nHOST: h:1\r\naccept: 1\r\nACCEPT-encoding: 2\r\nAuthorization:3\r\n"+
		"Content-Encoding: 4\r\nContent-Type: 5\r\nCookie: 6\r\nIf-None-Match: 7\r\nOrigin: 8\r\nUpgrade: 9\r\n"+
		"X-Empty:\r\nX-Blank: \t \r\nX_odd!name: \t a b\t \r\n"+
		"Accept: x\r\nAccept-Encoding: x\r\nAuthorization: x\r\nContent-Encoding: x\r\nContent-Type: x\r\nCookie: x\r\n"+
		"If-None-Match: x\r\nOrigin: x\r\nUpgrade: x\r\n\r\n")
	require.Len(t, s.heads, 1)
	h := s.heads[0]
	assert.Equal(t, "/p?q", string(h.Target))
	known := [][]byte{h.Accept, h.AcceptEncoding, h.Authorization, h.ContentEncoding, h.ContentType, h.Cookie, h.IfNoneMatch, h.Origin, h.UpgradeTo}
	for i, value := range known {
		assert.Equal(t, string(rune('1'+i)), string(value), "the first of its name")
	}
	assert.Len(t, h.Fields, 22)
	value, found := h.Field("x_ODD!name")
	assert.True(t, found)
	assert.Equal(t, "a b", string(value))
	for _, name := range []string{"x-empty", "X-BLANK"} {
		value, found = h.Field(name)
		assert.True(t, found)
		assert.Empty(t, value)
	}
	_, found = h.Field("x-odd!name")
	assert.False(t, found, "only letters fold: - and _ are different names")
	_, found = h.Field("none")
	assert.False(t, found)

	var cookies []string
	for value := range h.Values("cookie") {
		cookies = append(cookies, string(value))
	}
	assert.Equal(t, []string{"6", "x"}, cookies)
	for value := range h.Values("cookie") {
		assert.Equal(t, "6", string(value))
		break
	}
}

// Names that differ from a known one in a single bit are not taken for it.
func TestNearlyKnownFields(t *testing.T) {
	t.Parallel()
	known := []string{
		"host", "content-length", "transfer-encoding", "connection", "upgrade", "expect", "accept", "cookie", "origin",
		"content-type", "authorization", "if-none-match", "accept-encoding", "content-encoding",
	}
	for _, name := range known {
		for i := range len(name) {
			for bit := range 8 {
				near := []byte(name)
				near[i] ^= 1 << bit
				if class[near[i]]&isToken == 0 || strings.EqualFold(string(near), name) {
					continue
				}
				s := play(nil, 0, get+string(near)+": 99\r\n\r\n")
				require.Len(t, s.heads, 1, "%q", near)
				h := &s.heads[0]
				assert.Equal(t, "GET / host=a", describe(h), "%q", near)
				for _, value := range [][]byte{h.Accept, h.AcceptEncoding, h.Authorization, h.ContentEncoding, h.ContentType, h.Cookie, h.IfNoneMatch, h.Origin, h.UpgradeTo} {
					assert.Nil(t, value, "%q", near)
				}
			}
		}
	}
}

// Every byte at every place of a name, a value and a target is judged as the
// grammar says, whichever of the scanning loops meets it.
func TestEveryByteEverywhere(t *testing.T) {
	t.Parallel()
	const filler = "abcdefgh-ijklmnopqr"
	for c := range 256 {
		for at := range len(filler) {
			text := filler[:at] + string([]byte{byte(c)}) + filler[at:]
			for _, tail := range []string{"", "-and-a-tail-that-is-long"} {
				isTchar := c > ' ' && c < 0x7f && !strings.ContainsRune("\"(),/:;<=>?@[\\]{}", rune(c))
				name := play(nil, 0, get+text+tail+": x\r\n\r\n")
				if c == ':' && at > 0 {
					assert.Equal(t, 1, name.answered)
				} else {
					assert.Equal(t, isTchar, name.answered == 1, "name %q", text+tail)
				}
				value := play(nil, 0, get+"x: "+text+tail+"\r\n\r\n")
				assert.Equal(t, c == '\t' || c >= ' ' && c != 0x7f, value.answered == 1, "value %q", text+tail)
				target := play(nil, 0, "GET /?"+text+tail+" HTTP/1.1\r\nHost: a\r\n\r\n")
				assert.Equal(t, c > ' ' && c < 0x7f, target.answered == 1, "target %q", text+tail)
			}
		}
	}
}

// What plainLine takes it reads as requestLine does, and what it does not take it has not touched: for every byte at every place of
// some request lines, for every length of them, and at the limit.
func TestPlainLine(t *testing.T) {
	t.Parallel()
	compare := func(line []byte, lim *Limits) (taken bool) {
		var quick, slow Parser
		var quickHead, slowHead Head
		taken = quick.plainLine(line, lim, &quickHead)
		if !taken {
			assert.Zero(t, quick, "%q", line)
			assert.Zero(t, quickHead, "%q", line)
			return false
		}
		done, err := slow.requestLine(line, lim, &slowHead)
		require.Nil(t, err, "%q", line)
		require.True(t, done, "%q", line)
		assert.Equal(t, slowHead, quickHead, "%q", line)
		assert.Equal(t, [...]uint32{slow.pos, slow.line, uint32(slow.minor), uint32(slow.state), uint32(slow.saw)},
			[...]uint32{quick.pos, quick.line, uint32(quick.minor), uint32(quick.state), uint32(quick.saw)}, "%q", line)
		return true
	}
	for _, line := range []string{
		"GET / HTTP/1.1\r\n", "GET /pets/7 HTTP/1.1\r\n", "POST /orders HTTP/1.1\r\n", "GET /a?b=c&d HTTP/1.1\r\n", "GET /a-path-of-many-bytes? HTTP/1.1\r\n",
	} {
		assert.True(t, compare([]byte(line), nil), line)
		assert.True(t, compare([]byte(line+"Host: a\r\n\r\n"), nil), line)
		target := strings.Fields(line)[1]
		assert.True(t, compare([]byte(line), &Limits{Target: len(target)}), line)
		if len(target) > 1 {
			assert.False(t, compare([]byte(line), &Limits{Target: len(target) - 1}), line)
		}
		for n := range len(line) {
			assert.False(t, compare([]byte(line[:n]), nil), line[:n])
			for c := range 256 {
				other := []byte(line)
				other[n] = byte(c)
				compare(other, nil)
			}
		}
	}
	for _, line := range []string{
		"HEAD / HTTP/1.1\r\n", "get / HTTP/1.1\r\n", "GET / HTTP/1.0\r\n", "GET /#a HTTP/1.1\r\n", "GET http://a/ HTTP/1.1\r\n", "\r\nGET / HTTP/1.1\r\n", "POSTS / HTTP/1.1\r\n",
	} {
		assert.False(t, compare([]byte(line), nil), line)
	}
}

// A head that was used before is empty where the next request says nothing.
func TestHeadIsEmptied(t *testing.T) {
	t.Parallel()
	const full = "POST /a?b HTTP/1.0\r\nHost: a\r\nAccept: a\r\nAccept-Encoding: a\r\nAuthorization: a\r\nContent-Encoding: a\r\nContent-Type: a\r\nCookie: a\r\n" +
		"If-None-Match: a\r\nOrigin: a\r\nUpgrade: a\r\nContent-Length: 3\r\nConnection: keep-alive\r\n\r\n"
	var p Parser
	var used, fresh Head
	for _, first := range []string{full, strings.Replace(full, "1.0", "1.1", 1), "PUT /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"} {
		for _, next := range []string{"GET / HTTP/1.1\r\nHost: b\r\n\r\n", "OPTIONS * HTTP/1.0\r\n\r\n"} {
			_, err := p.Feed([]byte(first), nil, &used)
			require.NoError(t, err)
			_, err = p.Feed([]byte(next), nil, &used)
			require.NoError(t, err)
			fresh = Head{Fields: []Field{}}
			_, err = p.Feed([]byte(next), nil, &fresh)
			require.NoError(t, err)
			used.last = fresh.last // stays, which TestSameHost looks at
			assert.Equal(t, fresh, used, "%q", next)
		}
	}
}

// A Host line that comes again is taken as it is without the memory of it, wherever the head is split.
func TestSameHost(t *testing.T) {
	t.Parallel()
	const first = "GET / HTTP/1.1\r\nHost:  a:80 \r\n\r\n"
	for _, next := range []string{
		first, "GET / HTTP/1.1\r\nHost:  a:80 \r\nAccept: a\r\n\r\n", "GET / HTTP/1.1\r\nAccept: a\r\nHost:  a:80 \r\n\r\n",
		"GET / HTTP/1.1\r\nhost:  a:80 \r\n\r\n", "GET / HTTP/1.1\r\nHost:  b:80 \r\n\r\n", "GET / HTTP/1.1\r\nHost:  a:8000\r\n\r\n",
		"GET / HTTP/1.1\r\nHost:  a:80 \r\nHost:  a:80 \r\n\r\n", "GET / HTTP/1.1\r\nHost:  a:80 \r\n folded\r\n\r\n",
		"GET http://b/ HTTP/1.1\r\nHost:  a:80 \r\n\r\n", "GET / HTTP/1.0\r\nHost:  a:80 \r\n\r\n", "GET / HTTP/1.1\r\nHost:  a:80 \n\r\n\r\n",
		"GET / HTTP/1.1\r\nHost:  a:80 \r\nA: b\r\nC: d\r\n\r\n", // a field too many
		"GET / HTTP/1.1\r\nHost: " + strings.Repeat("a", 99) + "\r\n\r\n",
	} {
		for at := range len(next) {
			var p, q Parser
			var used, fresh Head
			_, err := p.Feed([]byte(first), nil, &used)
			require.NoError(t, err)
			require.NotZero(t, used.last.size)
			lim := &Limits{HeaderFields: 2}
			for _, part := range []string{next[:at], next} {
				n, err := p.Feed([]byte(part), lim, &used)
				wantN, want := q.Feed([]byte(part), lim, &fresh)
				require.Equal(t, wantN, n, "%q", part)
				require.Equal(t, want, err, "%q", part)
				if err != nil {
					break
				}
				require.Equal(t, string(fresh.Host), string(used.Host), "%q", part)
				require.Equal(t, len(fresh.Fields), len(used.Fields), "%q", part)
				for i := range fresh.Fields {
					require.Equal(t, fresh.Fields[i], used.Fields[i], "%q", part)
				}
			}
		}
	}
}

func TestAliasing(t *testing.T) {
	t.Parallel()
	buf := []byte(browserHead)
	inside := func(b []byte) bool {
		at := uintptr(unsafe.Pointer(unsafe.SliceData(b)))
		start := uintptr(unsafe.Pointer(unsafe.SliceData(buf)))
		return at >= start && at+uintptr(len(b)) <= start+uintptr(len(buf))
	}
	var p Parser
	var h Head
	n, err := p.Feed(buf, nil, &h)
	require.NoError(t, err)
	require.Equal(t, len(buf), n)
	assert.False(t, p.Started())
	for _, b := range [][]byte{h.Method, h.Target, h.Path, h.RawQuery, h.Host, h.Accept, h.AcceptEncoding, h.Cookie} {
		assert.True(t, inside(b), "%q", b)
	}
	for _, f := range h.Fields {
		assert.True(t, inside(f.Name) && inside(f.Value))
		assert.Equal(t, len(f.Value), cap(f.Value), "an append must not reach the next line")
	}
}

func TestFeedDoesNotAllocate(t *testing.T) {
	buf := []byte(browserHead)
	h := Head{Fields: make([]Field, 0, 16)}
	var p Parser
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		for _, part := range [][]byte{buf[:10], buf[:100], buf} {
			if _, err := p.Feed(part, nil, &h); err != nil {
				t.Error(err)
			}
		}
	}))
	bad := []byte("GET / HTTP/1.1\r\nFoo : x\r\n")
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		p.Reset()
		if _, err := p.Feed(bad, nil, &h); err == nil {
			t.Error("accepted")
		}
	}))
	assert.LessOrEqual(t, unsafe.Sizeof(p), uintptr(40), "it stays with an idle connection")
}

func TestReset(t *testing.T) {
	t.Parallel()
	var p Parser
	var h Head
	assert.False(t, p.Started())
	n, err := p.Feed([]byte(post+"Content-Length: 3\r\nFoo"), nil, &h)
	require.NoError(t, err)
	require.Zero(t, n)
	assert.True(t, p.Started())
	p.Reset()
	assert.False(t, p.Started())
	n, err = p.Feed([]byte(get+"\r\n"), nil, &h)
	require.NoError(t, err)
	assert.Equal(t, len(get)+2, n)
	assert.Equal(t, "GET / host=a", describe(&h))
}

func TestLimits(t *testing.T) {
	t.Parallel()
	const tooLong, tooBig, tooMany = "error 414 request target is too long", "error 431 request head is too long", "error 431 too many header fields"
	tests := []struct {
		name   string
		limits Limits
		input  string
		want   string
	}{
		{"target at the limit", Limits{Target: 9}, "GET /12345678 HTTP/1.1\r\nHost: a\r\n\r\n", "GET /12345678 host=a"},
		{"target over it", Limits{Target: 9}, "GET /123456789 HTTP/1.1\r\nHost: a\r\n\r\n", tooLong},
		{"target without end", Limits{Target: 9}, "GET /123456789", tooLong},
		{"bad byte before the limit", Limits{Target: 9}, "GET /1234567\x00" + strings.Repeat("x", 99), "error 400 invalid character in request target"},
		{"bad byte behind it", Limits{Target: 9}, "GET /123456789\x00", tooLong},
		{"head at the limit", Limits{HeaderBytes: len(get) + 2}, get + "\r\n", "GET / host=a"},
		{"pipeline is no part of it", Limits{HeaderBytes: len(get) + 2}, get + "\r\n" + get + "\r\n", "GET / host=a | GET / host=a"},
		{"head over it", Limits{HeaderBytes: len(get) + 1}, get + "\r\n", tooBig},
		{"empty lines count", Limits{HeaderBytes: len(get) + 2}, "\r\n" + get + "\r\n", tooBig},
		{"line without end", Limits{HeaderBytes: 40}, get + "Foo: xxxxxxxxxxxxxxxxxxxxxxxx", tooBig},
		{"bad byte before the limit of the head", Limits{HeaderBytes: 40}, get + "Foo: \x00xxxxxxxxxxxxxxxxxxxxxxxx", "error 400 control character in field value"},
		{"bad byte behind it of the head", Limits{HeaderBytes: 40}, get + "Foo: xxxxxxxxxxxxxxxxxxxx\x00", tooBig},
		{"head ends in the request line", Limits{HeaderBytes: 10}, "GET /12345678 HTTP/1.1\r\n", tooLong},
		{"fields at the limit", Limits{HeaderFields: 2}, get + "A: b\r\n\r\n", "GET / host=a"},
		{"fields over it", Limits{HeaderFields: 2}, get + "A: b\r\nB: c\r\n\r\n", tooMany},
		{"negative means default", Limits{-1, -1, -1}, get + "A: b\r\n\r\n", "GET / host=a"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := playSplit(t, &test.limits, 0, test.input)
			assert.Equal(t, test.want, strings.Join(s.log, " | "))
		})
	}
}

func TestDefaultLimits(t *testing.T) {
	t.Parallel()
	pad := func(n int) string { return strings.Repeat("x", n) }
	for _, test := range []struct {
		input string
		want  int // status, 0: accepted
	}{
		{"GET /" + pad(DefaultTarget-1) + " HTTP/1.1\r\nHost: a\r\n\r\n", 0},
		{"GET /" + pad(DefaultTarget) + " HTTP/1.1\r\nHost: a\r\n\r\n", 414},
		{get + "X: " + pad(DefaultHeaderBytes-len(get)-7) + "\r\n\r\n", 0},
		{get + "X: " + pad(DefaultHeaderBytes-len(get)-6) + "\r\n\r\n", 431},
		{get + strings.Repeat("X: y\r\n", DefaultHeaderFields-1) + "\r\n", 0},
		{get + strings.Repeat("X: y\r\n", DefaultHeaderFields) + "\r\n", 431},
	} {
		s := play(nil, 0, test.input)
		if test.want == 0 {
			assert.Nil(t, s.rejected, "%.30q", test.input)
			assert.Equal(t, 1, s.answered)
		} else if assert.NotNil(t, s.rejected, "%.30q", test.input) {
			assert.Equal(t, test.want, s.rejected.Status)
		}
	}
	assert.Equal(t, maxHeadBytes, (&Limits{HeaderBytes: 1 << 40}).headerBytes())
}

// Row 18 of the behaviours: however a head is made, its cost is linear in its
// length, fed byte by byte. A quadratic parser needs half a minute and more for
// each of these, this one a part of a second.
func TestLinear(t *testing.T) {
	t.Parallel()
	const size = 1 << 20
	limits := &Limits{Target: size, HeaderBytes: 2 * size, HeaderFields: size}
	for name, head := range map[string]string{
		"target":  "GET /" + strings.Repeat("x", size-9) + " HTTP/1.1\r\nHost: a\r\n\r\n",
		"name":    get + strings.Repeat("x", size) + ": y\r\n\r\n",
		"value":   get + "Cookie: " + strings.Repeat("\tx", size/2) + "\r\n\r\n",
		"lines":   get + strings.Repeat("Cookie: y\r\n", size/12) + "\r\n",
		"options": get + "Connection: " + strings.Repeat(",", size) + "\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var p Parser
			var h Head
			buf, start := []byte(head), time.Now()
			for i := 1; i < len(buf); i++ {
				if n, err := p.Feed(buf[:i], limits, &h); n != 0 || err != nil {
					t.Fatal(i, n, err)
				}
				if i%1024 == 0 && time.Since(start) > 15*time.Second {
					t.Fatalf("%d bytes only in 15 s", i)
				}
			}
			n, err := p.Feed(buf, limits, &h)
			require.NoError(t, err)
			assert.Equal(t, len(buf), n)
		})
	}
}

func TestMatchPreface(t *testing.T) {
	t.Parallel()
	for i := range len(Preface) {
		match, maybe := MatchPreface([]byte(Preface)[:i])
		assert.False(t, match)
		assert.True(t, maybe)
	}
	for _, text := range []string{Preface, Preface + "more"} {
		match, maybe := MatchPreface([]byte(text))
		assert.True(t, match)
		assert.False(t, maybe)
	}
	for _, text := range []string{"G", "PUT", "PRX", "PRI * HTTP/1", get, strings.ToLower(Preface)} {
		match, maybe := MatchPreface([]byte(text))
		assert.False(t, match || maybe, text)
	}
}

func TestProtocolError(t *testing.T) {
	t.Parallel()
	_, err := new(Parser).Feed([]byte("?"), nil, new(Head))
	require.EqualError(t, err, "http/1: invalid character in method")
}

// What is known to be a plain host at a glance is one byte by byte, whatever a byte of it is.
func TestPlainHost(t *testing.T) {
	for n := range 20 {
		for at := range n {
			for c := range 256 {
				host := []byte("api-1.Example.org:8080")[:n]
				host[at] = byte(c)
				simple := bytes.IndexByte([]byte("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.:"), byte(c)) >= 0
				assert.Equal(t, simple && 8 <= n && n <= 16, plainHost(host), "%q", host)
			}
		}
	}
}

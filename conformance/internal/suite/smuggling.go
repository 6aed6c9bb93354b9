package suite

import "strings"

// The pieces of the requests below.
const (
	host = "Host: a\r\n"
	get  = "GET / HTTP/1.1\r\n" + host
	post = "POST / HTTP/1.1\r\n" + host
	te   = "Transfer-Encoding: chunked\r\n"
	// hidden is what an attacker wants to be taken for a request.
	hidden = "GET /hidden HTTP/1.1\r\n" + host + "\r\n"
	none   = "0\r\n\r\n"
)

// refused is a request that must be refused, once, with a status, whatever stands behind it.
func refused(id, status, send string) vector {
	return vector{ID: id, Send: send + hidden, Expect: "reject", Status: status, MaxResponses: 0}
}

// taken is a request that must be read as one, and its body be what comes back.
func taken(id, send, body string) vector {
	return vector{ID: id, Send: send, Expect: "ok", N: 1, Body: body}
}

// smuggling are requests that one end of a chain of proxies may read in another way than the next: their lengths, their line
// ends, their hosts.
func smuggling() []vector {
	vectors := []vector{
		refused("cl.te", "400", post+"Content-Length: 6\r\n"+te+"\r\n"+none+"G"),
		refused("te.cl", "400", post+te+"Content-Length: 4\r\n\r\n5c\r\n"+hidden+none),
		refused("cl.cl/differ", "400", post+"Content-Length: 0\r\nContent-Length: 44\r\n\r\n"),
		refused("cl.cl/list-differs", "400", post+"Content-Length: 0, 44\r\n\r\n"),
		refused("te.te/twice", "400", post+te+te+"\r\n"+none),
		refused("te.te/identity", "400", post+te+"Transfer-Encoding: identity\r\n\r\n"+none),
		refused("te/identity", "501", post+"Transfer-Encoding: identity\r\n\r\n"),
		refused("te/gzip-chunked", "501", post+"Transfer-Encoding: gzip, chunked\r\n\r\n"+none),
		refused("te/chunked-gzip", "501", post+"Transfer-Encoding: chunked, gzip\r\n\r\n"+none),
		refused("te/chunked-chunked", "501", post+"Transfer-Encoding: chunked, chunked\r\n\r\n"+none),
		refused("te/parameter", "501", post+"Transfer-Encoding: chunked;a=b\r\n\r\n"+none),
		refused("te/quoted", "501", post+"Transfer-Encoding: \"chunked\"\r\n\r\n"+none),
		refused("te/xchunked", "501", post+"Transfer-Encoding: xchunked\r\n\r\n"+none),
		refused("te/vertical-tab", "400", post+"Transfer-Encoding: \x0bchunked\r\n\r\n"+none),
		refused("te/form-feed", "400", post+"Transfer-Encoding: chunked\x0c\r\n\r\n"+none),
		refused("te/nul", "400", post+"Transfer-Encoding: chunked\x00\r\n\r\n"+none),
		refused("te/no-break-space", "501", post+"Transfer-Encoding: \xa0chunked\r\n\r\n"+none),
		refused("te/space-before-colon", "400", post+"Transfer-Encoding : chunked\r\n\r\n"+none),
		refused("te/tab-before-colon", "400", post+"Transfer-Encoding\t: chunked\r\n\r\n"+none),
		refused("te/leading-space", "400", post+" Transfer-Encoding: chunked\r\n\r\n"+none),
		refused("te/folded", "501", post+"Transfer-Encoding:\r\n chunked\r\n\r\n"+none),
		refused("te/folded-value", "400", post+"A: b\r\n\tTransfer-Encoding: chunked\r\n\r\n"+none),
		refused("te/cr-before", "400", post+"A: b\rTransfer-Encoding: chunked\r\n\r\n"+none),
		refused("te/lf-before", "400", post+"A: b\nTransfer-Encoding: chunked\r\n\r\n"+none),
		refused("te/name-with-cr", "400", post+"\rTransfer-Encoding: chunked\r\n\r\n"+none),
		refused("te/1.0", "400", "POST / HTTP/1.0\r\n"+te+"\r\n"+none),
		refused("te/empty", "501", post+"Transfer-Encoding: \r\n\r\n"),
		refused("te/empty-with-length", "501", post+"Transfer-Encoding:\r\nContent-Length: 3\r\n\r\nabc"),
		refused("cl/plus", "400", post+"Content-Length: +3\r\n\r\nabc"),
		refused("cl/minus", "400", post+"Content-Length: -3\r\n\r\nabc"),
		refused("cl/underscore", "400", post+"Content-Length: 1_0\r\n\r\n0123456789"),
		refused("cl/hexadecimal", "400", post+"Content-Length: 0x3\r\n\r\nabc"),
		refused("cl/spaces-inside", "400", post+"Content-Length: 1 0\r\n\r\n0123456789"),
		refused("cl/fraction", "400", post+"Content-Length: 3.0\r\n\r\nabc"),
		refused("cl/empty", "400", post+"Content-Length: \r\n\r\n"),
		refused("cl/2^64", "400", post+"Content-Length: 18446744073709551616\r\n\r\n"),
		refused("cl/2^64+3", "400", post+"Content-Length: 18446744073709551619\r\n\r\nabc"),
		refused("cl/digits-of-others", "400", post+"Content-Length: \xd9\xa3\r\n\r\nabc"),
		refused("cl/space-before-colon", "400", post+"Content-Length : 3\r\n\r\nabc"),
		refused("cl/nul", "400", post+"Content-Length: 3\x00\r\n\r\nabc"),
		refused("chunk/no-size", "400", post+te+"\r\n\r\nabc\r\n"+none),
		refused("chunk/minus", "400", post+te+"\r\n-3\r\nabc\r\n"+none),
		refused("chunk/plus", "400", post+te+"\r\n+3\r\nabc\r\n"+none),
		refused("chunk/0x", "400", post+te+"\r\n0x3\r\nabc\r\n"+none),
		refused("chunk/underscore", "400", post+te+"\r\n0_3\r\nabc\r\n"+none),
		refused("chunk/space-before-size", "400", post+te+"\r\n 3\r\nabc\r\n"+none),
		refused("chunk/space-behind-size", "400", post+te+"\r\n3 \r\nabc\r\n"+none),
		refused("chunk/2^64", "400", post+te+"\r\n10000000000000000\r\nabc\r\n"+none),
		refused("chunk/2^64+3", "400", post+te+"\r\n10000000000000003\r\nabc\r\n"+none),
		refused("chunk/2^63", "400", post+te+"\r\n8000000000000000\r\nabc\r\n"+none),
		refused("chunk/size-ends-with-lf", "400", post+te+"\r\n3\nabc\r\n"+none),
		refused("chunk/size-ends-with-cr", "400", post+te+"\r\n3\rabc\r\n"+none),
		refused("chunk/extension-with-lf", "400", post+te+"\r\n3;a\nabc\r\n"+none),
		refused("chunk/extension-with-cr", "400", post+te+"\r\n3;a\rb\r\nabc\r\n"+none),
		refused("chunk/extension-with-nul", "400", post+te+"\r\n3;a=\x00\r\nabc\r\n"+none),
		refused("chunk/data-ends-with-lf", "400", post+te+"\r\n3\r\nabc\n"+none),
		refused("chunk/data-ends-with-cr", "400", post+te+"\r\n3\r\nabc\r"+none),
		refused("chunk/data-without-end", "400", post+te+"\r\n3\r\nabc"+none),
		refused("chunk/data-is-longer", "400", post+te+"\r\n3\r\nabcd\r\n"+none),
		refused("chunk/extension-too-long", "400", post+te+"\r\n3;a="+strings.Repeat("x", 20_000)+"\r\nabc\r\n"+none),
		refused("trailer/framing", "400", post+te+"\r\n0\r\n: b\r\n\r\n"),
		refused("trailer/folded", "400", post+te+"\r\n0\r\nA: b\r\n c\r\n\r\n"),
		refused("trailer/lf", "400", post+te+"\r\n0\r\nA: b\n\r\n"),
		refused("trailer/too-long", "431", post+te+"\r\n0\r\nA: "+strings.Repeat("x", 40_000)+"\r\n\r\n"),
		refused("line/lf", "400", "GET / HTTP/1.1\n"+host+"\r\n"),
		refused("line/cr", "400", "GET / HTTP/1.1\r"+host+"\r\n"),
		refused("line/head-ends-with-lf", "400", "GET / HTTP/1.1\r\n"+host+"\n"),
		refused("line/nul-in-target", "400", "GET /\x00 HTTP/1.1\r\n"+host+"\r\n"),
		refused("line/tab", "400", "GET\t/\tHTTP/1.1\r\n"+host+"\r\n"),
		refused("line/two-spaces", "400", "GET  / HTTP/1.1\r\n"+host+"\r\n"),
		refused("line/space-in-target", "400", "GET /a HTTP/1.1\r\nX: HTTP/1.1\r\n /b HTTP/1.1\r\n"+host+"\r\n"),
		refused("line/version-0x31", "400", "GET / HTTP/1.1x\r\n"+host+"\r\n"),
		refused("line/version-2.0", "505", "GET / HTTP/2.0\r\n"+host+"\r\n"),
		refused("line/version-1.2", "505", "GET / HTTP/1.2\r\n"+host+"\r\n"),
		refused("line/version-lower", "400", "GET / http/1.1\r\n"+host+"\r\n"),
		refused("line/fragment", "400", "GET /#a HTTP/1.1\r\n"+host+"\r\n"),
		refused("host/none", "400", "GET / HTTP/1.1\r\n\r\n"),
		refused("host/two", "400", get+"Host: b\r\n\r\n"),
		refused("host/two-equal", "400", get+host+"\r\n"),
		refused("host/list", "400", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"),
		refused("host/space", "400", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"),
		refused("host/path", "400", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
		refused("host/user", "400", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n"),
		refused("host/space-before-colon", "400", "GET / HTTP/1.1\r\nHost : a\r\n\r\n"),
		refused("field/no-colon", "400", get+"A\r\n\r\n"),
		refused("field/no-name", "400", get+": b\r\n\r\n"),
		refused("field/first-line-folded", "400", "GET / HTTP/1.1\r\n A: b\r\n"+host+"\r\n"),
		refused("field/name-with-quote", "400", get+"A\"b: c\r\n\r\n"),
		refused("field/name-not-ascii", "400", get+"\xc4: c\r\n\r\n"),
		refused("expect/other", "417", get+"Expect: 200-ok\r\n\r\n"),
	}
	return append(vectors, agreed()...)
}

// agreed are requests that look like smuggling, and mean one thing only.
func agreed() []vector {
	return []vector{
		taken("ok/cl.cl-equal", post+"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", "abc"),
		taken("ok/chunked-in-any-case", post+"transfer-encoding: ChUnKeD\r\n\r\n3\r\nabc\r\n"+none, "abc"),
		taken("ok/chunk-size-with-zeros", post+te+"\r\n0003\r\nabc\r\n000\r\n\r\n", "abc"),
		taken("ok/chunk-extension", post+te+"\r\n3;a=b;c=\"d;e\"\r\nabc\r\n0;last\r\n\r\n", "abc"),
		taken("ok/trailers-are-no-head", post+te+"\r\n3\r\nabc\r\n0\r\nContent-Length: 44\r\n\r\n", "abc"),
		taken("ok/body-is-a-request", post+"Content-Length: 33\r\n\r\n"+hidden, hidden),
		taken("ok/get-with-a-body", get+"Content-Length: 3\r\n\r\nabc", "abc"),
		taken("ok/no-body-without-length", post+"\r\n", ""),
		taken("ok/empty-lines-before", "\r\n\r\n"+get+"\r\n", ""),
		{ID: "ok/pipelined", Send: post + "Content-Length: 3\r\n\r\nabc" + post + te + "\r\n1\r\nd\r\n" + none + get + "\r\n", Expect: "ok", N: 3, MaxResponses: 3},
		{ID: "ok/close-ends-the-pipeline", Send: get + "Connection: close\r\n\r\n" + hidden, Expect: "ok", N: 1, MaxResponses: 1},
		{ID: "ok/1.0-ends-the-pipeline", Send: "GET / HTTP/1.0\r\n\r\n" + hidden, Expect: "ok", N: 1, MaxResponses: 1},
		{ID: "wait/half-a-body", Send: post + "Content-Length: 100\r\n\r\n" + hidden, Expect: "wait_or_reject"},
		{ID: "wait/half-a-chunk", Send: post + te + "\r\n64\r\n" + hidden, Expect: "wait_or_reject"},
		{ID: "wait/half-a-head", Send: "GET / HTTP/1.1\r\n" + host, Expect: "wait_or_reject"},
	}
}

// Smuggling sends the requests of this package that are to be read in one way only, or refused, to the echo at addr. The echo is a mounted handler:
// what is wrong with a body is an error of its Read, and it answers that with 400 itself.
func Smuggling(addr string) Result {
	vectors := smuggling()
	for i := range vectors {
		if vectors[i].Status == "431" {
			vectors[i].Status = "400"
		}
	}
	b := newBoard("Request smuggling", "this project", nil)
	runVectors(b, addr, vectors)
	return b.close()
}

// SmugglingHeld sends them to the operations of the target at addr that hold their bodies, so that each status is that of the runtime.
func SmugglingHeld(addr string) Result {
	vectors := smuggling()
	for i := range vectors {
		vectors[i].hold()
	}
	b := newBoard("Request smuggling, a held body", "this project", nil)
	runVectors(b, addr, vectors)
	return b.close()
}

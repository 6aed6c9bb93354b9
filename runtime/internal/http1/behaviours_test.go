package http1

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

const (
	get  = "GET / HTTP/1.1\r\nHost: a\r\n"
	post = "POST / HTTP/1.1\r\nHost: a\r\n"
	te   = "Transfer-Encoding: chunked\r\n"
)

// behaviours are the rows of the list of what a user relies on that concern the
// codec, by number.
var behaviours = []struct {
	row   int
	input string
	want  string // the log, lines joined by " | "
}{
	// Malformed request line.
	{1, "GET\r\n", "error 400 request line has no target"},
	{1, "\n", "error 400 line feed without carriage return"},
	{1, "GET\n", "error 400 line feed without carriage return"},
	{1, " GET / HTTP/1.1\r\n", "error 400 invalid character in method"},
	{1, "GET  / HTTP/1.1\r\n", "error 400 request line has no target"},
	{1, "GET /  HTTP/1.1\r\n", "error 400 malformed http version"},
	{1, "GET /\tHTTP/1.1\r\n", "error 400 invalid character in request target"},
	{1, "GET / HTTP/1.1 \r\n", "error 400 request line does not end with crlf"},
	{1, "GET / HTTP/1.1\n", "error 400 request line does not end with crlf"},
	{1, "GET / HTTP/1.1\rX", "error 400 request line does not end with crlf"},
	{1, "GET / http/1.1\r\n", "error 400 malformed http version"},
	{1, "GET / HTTP/1\r\n", "error 400 malformed http version"},
	{1, "GET / HTTP/1.10\r\n", "error 400 request line does not end with crlf"},
	{1, "GET / HTTP/11.0\r\n", "error 400 malformed http version"},
	{1, "GET / RTSP/1.0\r\n", "error 400 malformed http version"},
	{1, "GET /\r\n", "error 400 request line has no version"},
	{1, "GET /\n", "error 400 line feed without carriage return"},
	{1, "GET / \r\n", "error 400 malformed http version"},
	{1, "GET / HTTP/0.9\r\n", "error 505 http version is not supported"},
	{1, "GET / HTTP/1.2\r\n", "error 505 http version is not supported"},
	{1, "GET / HTTP/2.0\r\n", "error 505 http version is not supported"},
	{1, Preface, "error 505 http version is not supported"},
	{1, "GET pets HTTP/1.1\r\n", "error 400 request target is neither a path nor a http or https uri"},
	{1, "GET ftp://a/ HTTP/1.1\r\n", "error 400 request target is neither a path nor a http or https uri"},
	{1, "GET * HTTP/1.1\r\n", "error 400 request target * is for OPTIONS alone"},
	{1, "GET /a#b HTTP/1.1\r\n", "error 400 fragment in request target"},
	{1, "\x16\x03\x01\x02\x00\x01\x00", "error 400 invalid character in method"}, // TLS ClientHello
	// A field line without colon.
	{2, get + "Foo\r\n\r\n", "error 400 field line has no colon"},
	{2, get + "Foo\rBar: x\r\n\r\n", "error 400 field line has no colon"},
	{2, get + "Foo\nBar: x\r\n\r\n", "error 400 line feed without carriage return"},
	// Space before the colon.
	{3, get + "Foo : x\r\n\r\n", "error 400 white space in a field name or before its colon"},
	{3, get + "Foo\t: x\r\n\r\n", "error 400 white space in a field name or before its colon"},
	{3, get + "Fo o: x\r\n\r\n", "error 400 white space in a field name or before its colon"},
	{3, get + ": x\r\n\r\n", "error 400 empty field name"},
	{3, get + "F(o: x\r\n\r\n", "error 400 invalid character in field name"},
	{3, get + "F\xffo: x\r\n\r\n", "error 400 invalid character in field name"},
	{3, get + "F\x00o: x\r\n\r\n", "error 400 invalid character in field name"},
	// Host.
	{4, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "error 400 invalid character in host field"},
	{4, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "error 400 invalid character in host field"},
	{4, "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", "error 400 invalid character in host field"},
	{4, "GET / HTTP/1.1\r\nHost: {\r\n\r\n", "error 400 invalid character in host field"},
	{4, "GET / HTTP/1.1\r\nHost: \xff\r\n\r\n", "error 400 invalid character in host field"},
	{4, "GET / HTTP/1.1\r\nHost: \x06\r\n\r\n", "error 400 control character in field value"},
	{4, "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", "GET / host=[::1]:80"},
	{4, "GET / HTTP/1.1\r\nHost: [fe80::1%25eth0]\r\n\r\n", "GET / host=[fe80::1%25eth0]"},
	{4, "GET / HTTP/1.1\r\nHost: a,b_%C3%A9:\r\n\r\n", "GET / host=a,b_%C3%A9:"},
	{4, "GET / HTTP/1.1\r\nHost: a.example.org:b\r\n\r\n", "error 400 host field is no host with a port"},
	{4, "GET / HTTP/1.1\r\nHost: example.org:80:80\r\n\r\n", "error 400 host field is no host with a port"},
	{4, "GET / HTTP/1.1\r\nHost: example.org:-1\r\n\r\n", "error 400 host field is no host with a port"},
	{4, "GET / HTTP/1.1\r\nHost: :80808080\r\n\r\n", "error 400 host field is no host with a port"},
	{4, "GET / HTTP/1.1\r\nHost: :80\r\n\r\n", "error 400 host field is no host with a port"},
	{4, "GET / HTTP/1.1\r\nHost: a:80:80\r\n\r\n", "error 400 host field is no host with a port"},
	{4, "GET / HTTP/1.1\r\nHost: www.shop.example.org:evil\r\n\r\n", "error 400 host field is no host with a port"},
	{4, "GET / HTTP/1.1\r\nHost: ::1\r\n\r\n", "GET / host=::1"}, // as the public vectors have it
	{4, "GET / HTTP/1.1\r\nHost: ::1:g\r\n\r\n", "error 400 host field is no host with a port"},
	{4, "GET / HTTP/1.1\r\nHost: :80\r\n\r\n", "error 400 host field is no host with a port"},
	{4, "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", "error 400 host field is no host with a port"},
	{4, "GET / HTTP/1.1\r\nHost: [::1]a\r\n\r\n", "error 400 host field is no host with a port"},
	{4, "GET / HTTP/1.1\r\nHost: [a]\r\n\r\n", "error 400 host field is no host with a port"},
	{4, "GET / HTTP/1.1\r\nHost: a]\r\n\r\n", "error 400 host field is no host with a port"},
	{4, "GET / HTTP/1.1\r\nHost: a%4\r\n\r\n", "error 400 host field is no host with a port"},
	{4, "GET / HTTP/1.1\r\nHost: a%zz:80\r\n\r\n", "error 400 host field is no host with a port"},
	{4, "GET http://a%zz/ HTTP/1.1\r\nHost: a\r\n\r\n", "error 400 invalid authority in request target"},
	{5, "GET / HTTP/1.1\r\n\r\n", "error 400 no host field"},
	{5, get + "Host: a\r\n\r\n", "error 400 more than one host field"},
	{5, "GET / HTTP/1.0\r\nHost: a\r\nhost: b\r\n\r\n", "error 400 more than one host field"},
	{5, "GET / HTTP/1.1\r\nHost:\r\n\r\n", "GET / host="},
	{5, "GET / HTTP/1.0\r\n\r\n", "GET / 1.0 host= close"},
	{5, "GET http://a/ HTTP/1.1\r\n\r\n", "error 400 no host field"},
	// Control characters.
	{6, get + "Foo: a\x00b\r\n\r\n", "error 400 control character in field value"},
	{6, get + "Foo: a\x0bb\r\n\r\n", "error 400 control character in field value"},
	{6, get + "Foo: 0123456789abcdef\x7f\r\n\r\n", "error 400 control character in field value"},
	{6, get + "Foo: a\tb \xff\xc3\xbc\r\n\r\n", "GET / host=a"},
	{6, "GET /\x00 HTTP/1.1\r\n", "error 400 invalid character in request target"},
	{6, "GET /\x7f HTTP/1.1\r\n", "error 400 invalid character in request target"},
	{6, "GET /0123456789\xc3\xa9 HTTP/1.1\r\n", "error 400 invalid character in request target"},
	// Methods: what is a token is left to the router.
	{7, "GE(T / HTTP/1.1\r\n", "error 400 invalid character in method"},
	{7, "G\x00T / HTTP/1.1\r\n", "error 400 invalid character in method"},
	{7, "br!#$%&'*+-.^_`|~EW0 / HTTP/1.1\r\nHost: a\r\n\r\n", "br!#$%&'*+-.^_`|~EW0 / host=a"},
	{7, strings.Repeat("M", 32) + " / HTTP/1.1\r\nHost: a\r\n\r\n", strings.Repeat("M", 32) + " / host=a"},
	{7, strings.Repeat("M", 33) + " / HTTP/1.1\r\nHost: a\r\n\r\n", "error 501 method is too long"},
	// Content-Length is digits alone.
	{8, post + "Content-Length: +10\r\n\r\n", "error 400 content-length is not a number"},
	{8, post + "Content-Length: -1\r\n\r\n", "error 400 content-length is not a number"},
	{8, post + "Content-Length: 1_0\r\n\r\n", "error 400 content-length is not a number"},
	{8, post + "Content-Length:  1 0\r\n\r\n", "error 400 content-length is not a number"},
	{8, post + "Content-Length: 0x10\r\n\r\n", "error 400 content-length is not a number"},
	{8, post + "Content-Length:\r\n\r\n", "error 400 content-length is not a number"},
	{8, post + "Content-Length: 3, 3\r\n\r\n", "error 400 content-length is not a number"},
	{8, post + "Content-Length: 9223372036854775808\r\n\r\n", "error 400 content-length overflow"},
	{8, post + "Content-Length: 18446744073709551617\r\n\r\n", "error 400 content-length overflow"},
	{8, post + "Content-Length: 9223372036854775807\r\n\r\n", "POST / host=a length=9223372036854775807"},
	{8, post + "content-LENGTH: \t3 \r\n\r\nabc" + get + "\r\n", `POST / host=a length=3 | body "abc" | GET / host=a`},
	{8, post + "Content-Length: 0\r\n\r\n", "POST / host=a length=0"},
	{9, post + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", `POST / host=a length=3 | body "abc"`},
	{9, post + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc", "error 400 differing content-length fields"},
	{9, post + "Content-Length: 3\r\nContent-Length: 03\r\n\r\nabc", "error 400 differing content-length fields"},
	// Transfer-Encoding.
	{10, post + "Content-Length: 3\r\n" + te + "\r\n", "error 400 both transfer-encoding and content-length"},
	{10, post + te + "Content-Length: 3\r\n\r\n", "error 400 both transfer-encoding and content-length"},
	{10, post + "Content-Length: 0\r\nTransfer-Encoding: identity\r\n\r\n", "error 400 both transfer-encoding and content-length"},
	{11, post + te + te + "\r\n", "error 400 more than one transfer-encoding field"},
	{11, post + te + "Transfer-Encoding: identity\r\n\r\n", "error 400 more than one transfer-encoding field"},
	{11, post + "Transfer-Encoding: chunked, chunked\r\n\r\n", "error 501 transfer coding is not supported"},
	{11, post + "Transfer-Encoding: gzip, chunked\r\n\r\n", "error 501 transfer coding is not supported"},
	{11, post + "Transfer-Encoding: xchunked\r\n\r\n", "error 501 transfer coding is not supported"},
	{11, post + "Transfer-Encoding: identity\r\n\r\n", "error 501 transfer coding is not supported"},
	{11, post + "Transfer-Encoding:\r\n\r\n", "error 501 transfer coding is not supported"},
	{11, post + "Transfer-Encoding: \x0bchunked\r\n\r\n", "error 400 control character in field value"},
	{11, "POST / HTTP/1.0\r\n" + te + "\r\n", "error 400 transfer-encoding in an http/1.0 request"},
	{12, post + "transfer-ENCODING: \tChUnKeD\t\r\n\r\n0\r\n\r\n", `POST / host=a chunked | body ""`},
	// Chunks.
	{13, post + te + "\r\nA\r\n0123456789\r\n00a\r\n0123456789\r\n000\r\n\r\n" + get + "\r\n", `POST / host=a chunked | body "01234567890123456789" | GET / host=a`},
	{13, post + te + "\r\n+1\r\na\r\n", "POST / host=a chunked | error 400 chunk size is not a hexadecimal number"},
	{13, post + te + "\r\n-1\r\na\r\n", "POST / host=a chunked | error 400 chunk size is not a hexadecimal number"},
	{13, post + te + "\r\n0x1\r\na\r\n", "POST / host=a chunked | error 400 chunk size is not a hexadecimal number"},
	{13, post + te + "\r\n1_0\r\na\r\n", "POST / host=a chunked | error 400 chunk size is not a hexadecimal number"},
	{13, post + te + "\r\n1 \r\na\r\n", "POST / host=a chunked | error 400 chunk size is not a hexadecimal number"},
	{13, post + te + "\r\n 1\r\na\r\n", "POST / host=a chunked | error 400 chunk size is not a hexadecimal number"},
	{13, post + te + "\r\n\r\n", "POST / host=a chunked | error 400 chunk size is not a hexadecimal number"},
	{13, post + te + "\r\n;a\r\n", "POST / host=a chunked | error 400 chunk size is not a hexadecimal number"},
	{13, post + te + "\r\n7fffffffffffffff\r\nabc", "POST / host=a chunked"},
	{13, post + te + "\r\n8000000000000000\r\n", "POST / host=a chunked | error 400 chunk size overflow"},
	{13, post + te + "\r\nfffffffffffffffff\r\n", "POST / host=a chunked | error 400 chunk size overflow"},
	{13, post + te + "\r\n00000000000000001\r\n", "POST / host=a chunked | error 400 chunk size overflow"},
	// Extensions and trailers.
	{14, post + te + "\r\n1;a;b=c;d=\"e\\\"\t;f\xff\" ; g = h\r\nx\r\n0;last\r\nA: b\r\nC:\t d \r\n\r\n" + get + "\r\n", `POST / host=a chunked | body "x" trailers "A: b\r\nC:\t d \r\n" | GET / host=a`},
	{14, post + te + "\r\n1;\r\n", "POST / host=a chunked | error 400 malformed chunk extension"},
	{14, post + te + "\r\n1;a=\r\n", "POST / host=a chunked | error 400 malformed chunk extension"},
	{14, post + te + "\r\n1;a b\r\n", "POST / host=a chunked | error 400 malformed chunk extension"},
	{14, post + te + "\r\n1;a=b=c\r\n", "POST / host=a chunked | error 400 malformed chunk extension"},
	{14, post + te + "\r\n1;a=\"b\r\nc\"\r\n", "POST / host=a chunked | error 400 malformed chunk extension"},
	{14, post + te + "\r\n1;a=\"b\"c\r\n", "POST / host=a chunked | error 400 malformed chunk extension"},
	{14, post + te + "\r\n1;a \r\n", "POST / host=a chunked | error 400 malformed chunk extension"},
	{14, post + te + "\r\n1 =a\r\n", "POST / host=a chunked | error 400 chunk size is not a hexadecimal number"},
	{14, post + te + "\r\n1;a\n", "POST / host=a chunked | error 400 chunk size line does not end with crlf"},
	{14, post + te + "\r\n1;a\rb", "POST / host=a chunked | error 400 chunk size line does not end with crlf"},
	{14, post + te + "\r\n0\r\nA : b\r\n\r\n", "POST / host=a chunked | error 400 white space in a field name or before its colon"},
	{14, post + te + "\r\n0\r\nA\r\n\r\n", "POST / host=a chunked | error 400 field line has no colon"},
	{14, post + te + "\r\n0\r\n: b\r\n\r\n", "POST / host=a chunked | error 400 empty field name"},
	{14, post + te + "\r\n0\r\nA: b\r\n c\r\n\r\n", "POST / host=a chunked | error 400 folded or indented field line"},
	{14, post + te + "\r\n0\r\nA: b\n\r\n", "POST / host=a chunked | error 400 line feed without carriage return"},
	{14, post + te + "\r\n0\r\nA: b\rc\r\n\r\n", "POST / host=a chunked | error 400 carriage return without line feed"},
	{14, post + te + "\r\n0\r\nA: \x00\r\n\r\n", "POST / host=a chunked | error 400 control character in field value"},
	{14, post + te + "\r\n0\r\n\rX", "POST / host=a chunked | error 400 carriage return without line feed"},
	// The line end behind a chunk.
	{15, post + te + "\r\n1\r\nab\r\n", "POST / host=a chunked | error 400 chunk data does not end with crlf"},
	{15, post + te + "\r\n1\r\na\n0\r\n\r\n", "POST / host=a chunked | error 400 chunk data does not end with crlf"},
	{15, post + te + "\r\n1\r\na\r0\r\n\r\n", "POST / host=a chunked | error 400 chunk data does not end with crlf"},
	{15, post + te + "\r\n1\na\r\n", "POST / host=a chunked | error 400 chunk size line does not end with crlf"},
	{15, post + te + "\r\n1\ra\r\n", "POST / host=a chunked | error 400 chunk size line does not end with crlf"},
	// Folded lines, and line ends that are not CRLF.
	{16, get + "Foo: a\r\n b\r\n\r\n", "error 400 folded or indented field line"},
	{16, get + "Foo: a\r\n\tb\r\n\r\n", "error 400 folded or indented field line"},
	{16, "GET / HTTP/1.1\r\n Host: a\r\n\r\n", "error 400 folded or indented field line"},
	{16, get + "Foo: a\nBar: b\r\n\r\n", "error 400 line feed without carriage return"},
	{16, get + "Foo: a\rBar: b\r\n\r\n", "error 400 carriage return without line feed"},
	{16, get + "\n", "error 400 line feed without carriage return"},
	{16, get + "\rX", "error 400 carriage return without line feed"},
	// Empty lines first.
	{17, "\r\n" + get + "\r\n", "GET / host=a"},
	{17, strings.Repeat("\r\n", 4) + get + "\r\n\r\n" + get + "\r\n", "GET / host=a | GET / host=a"},
	{17, strings.Repeat("\r\n", 5) + get + "\r\n", "error 400 too many empty lines before the request line"},
	{17, "\r\r\n" + get + "\r\n", "error 400 carriage return without line feed"},
	// Absolute form.
	{19, "GET http://b:81/pets?x HTTP/1.1\r\nHost: a\r\n\r\n", "GET /pets?x host=b:81"},
	{19, "GET HTTPS://b HTTP/1.1\r\nHost: a\r\n\r\n", "GET / host=b"},
	{19, "GET http://b?x=/#y HTTP/1.1\r\nHost: a\r\n\r\n", "GET /?x=/#y host=b"},
	{19, "GET http://b/ HTTP/1.0\r\n\r\n", "GET / 1.0 host=b close"},
	{19, "GET http://u:p@b:1/ HTTP/1.1\r\nHost: a\r\n\r\n", "GET / host=b:1"},
	{19, "GET http://[::1%25en0]:8/ HTTP/1.1\r\nHost: a\r\n\r\n", "GET / host=[::1%25en0]:8"},
	{19, "GET http:///x HTTP/1.1\r\n", "error 400 invalid authority in request target"},
	{19, "GET http://u@/x HTTP/1.1\r\n", "error 400 invalid authority in request target"},
	{19, "GET http://:80/x HTTP/1.1\r\n", "error 400 invalid authority in request target"},
	{19, "GET http://u@v@b/x HTTP/1.1\r\n", "error 400 invalid authority in request target"},
	{19, "GET http://u\\@b/x HTTP/1.1\r\n", "error 400 invalid authority in request target"},
	{19, "GET http://b\\c/x HTTP/1.1\r\n", "error 400 invalid authority in request target"},
	{19, "GET http://b:8x/ HTTP/1.1\r\n", "error 400 invalid authority in request target"},
	{19, "GET http://::1/ HTTP/1.1\r\n", "error 400 invalid authority in request target"},
	{19, "GET http://[::1/ HTTP/1.1\r\n", "error 400 invalid authority in request target"},
	{19, "GET http://[]/ HTTP/1.1\r\n", "error 400 invalid authority in request target"},
	{19, "GET http://[::1]x/ HTTP/1.1\r\n", "error 400 invalid authority in request target"},
	{19, "GET http://b#f HTTP/1.1\r\n", "error 400 fragment in request target"},
	{19, "CONNECT b:443 HTTP/1.1\r\nHost: a\r\n\r\n", "CONNECT  host=b:443"},
	{19, "CONNECT b HTTP/1.1\r\n", "error 400 invalid authority in request target"},
	{19, "CONNECT b: HTTP/1.1\r\n", "error 400 invalid authority in request target"},
	{19, "CONNECT http://b/ HTTP/1.1\r\n", "error 400 invalid authority in request target"},
	{19, "GET b:443 HTTP/1.1\r\n", "error 400 request target is neither a path nor a http or https uri"},
	// OPTIONS.
	{20, "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS * host=a"},
	{20, "OPTIONS http://b HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS * host=b"},
	{20, "OPTIONS http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS / host=b"},
	{20, "OPTIONS http://b?x HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS /?x host=b"},
	{20, "OPTIONS /pets HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS /pets host=a"},
	{20, "OPTIONS ** HTTP/1.1\r\n", "error 400 request target is neither a path nor a http or https uri"},
	// Persistence.
	{21, get + "\r\n" + get + "\r\n", "GET / host=a | GET / host=a"},
	{21, get + "Connection: keep-alive\r\n\r\n", "GET / host=a"},
	{22, get + "Connection: close\r\n\r\n" + get, "GET / host=a close"},
	{23, get + "Connection: close, te\r\n\r\n", "GET / host=a close"},
	{23, get + "Connection: te ,\t CLOSE\r\n\r\n", "GET / host=a close"},
	{23, get + "Connection: te,,\r\nConnection:close\r\n\r\n", "GET / host=a close"},
	{23, get + "Connection: closed, xclose, \"close\"\r\n\r\n", "GET / host=a"},
	{23, get + "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\r\n", "GET / host=a upgrade"},
	{23, get + "Upgrade: websocket\r\n\r\n", "GET / host=a"},
	{23, get + "Connection: upgrade\r\n\r\n", "GET / host=a"},
	{24, "GET / HTTP/1.0\r\n\r\n" + get, "GET / 1.0 host= close"},
	{24, "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n" + get + "\r\n", "GET / 1.0 host= keep-alive | GET / host=a"},
	{24, "GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n", "GET / 1.0 host= close"},
	{24, "GET / HTTP/1.0\r\nConnection: upgrade, keep-alive\r\nUpgrade: x\r\n\r\n", "GET / 1.0 host= keep-alive"},
	// Pipelines.
	{26, post + "Content-Length: 1\r\n\r\nx" + post + te + "\r\n1\r\ny\r\n0\r\n\r\n" + get + "\r\n", `POST / host=a length=1 | body "x" | POST / host=a chunked | body "y" | GET / host=a`},
	// Expect.
	{38, post + "Content-Length: 1\r\nExpect: 100-Continue\r\n\r\n", "POST / host=a length=1 expect"},
	{38, post + "Content-Length: 0\r\nExpect: 100-continue\r\n\r\n", "POST / host=a length=0"},
	{38, get + "Expect: 100-continue\r\n\r\n", "GET / host=a"},
	{38, "POST / HTTP/1.0\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\nx", `POST / 1.0 host= length=1 close | body "x"`},
	{38, post + "Expect: a-pony\r\n\r\n", "error 417 expectation is not supported"},
}

func TestBehaviours(t *testing.T) {
	t.Parallel()
	for _, test := range behaviours {
		t.Run(fmt.Sprintf("%d/%.60q", test.row, test.input), func(t *testing.T) {
			t.Parallel()
			s := playSplit(t, nil, 0, test.input)
			assert.Equal(t, test.want, strings.Join(s.log, " | "))
		})
	}
}

// A refusal comes with the byte that makes it certain, or with the end of its
// line; no byte more is waited for.
func TestRefusedEarly(t *testing.T) {
	t.Parallel()
	for _, input := range []string{
		"\x16", "\n", "GET /\x00", "GET / X", "GET / HTTP/2.0", "GET / HTTP/1.1x", "GET *x HTTP/1.1\r\n", "GE(",
		get + "Foo ", get + " ", get + "Foo: a\n", get + "Foo: \x00", get + "Host: b\r\n", post + "Content-Length: x\r\n",
		post + "Content-Length: 1\r\n" + te, post + te + "\r\ng", post + te + "\r\n1\r\nab",
	} {
		s := play(nil, 0, input)
		assert.NotNil(t, s.rejected, "%q", input)
		s = play(nil, 0, input[:len(input)-1])
		assert.Nil(t, s.rejected, "%q without its last byte", input)
	}
}

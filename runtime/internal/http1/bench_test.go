package http1

import (
	"testing"
	"time"
)

const (
	wrkHead     = "GET /pets/1 HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n"
	browserHead = "GET /pets?limit=20&tag=cat HTTP/1.1\r\n" +
		"Host: localhost:8080\r\n" +
		"Connection: keep-alive\r\n" +
		"Cache-Control: max-age=0\r\n" +
		"Upgrade-Insecure-Requests: 1\r\n" +
		"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36\r\n" +
		"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\n" +
		"Sec-Fetch-Site: same-origin\r\n" +
		"Accept-Encoding: gzip, deflate, br\r\n" +
		"Accept-Language: en-GB,en;q=0.9\r\n" +
		"Cookie: session=0123456789abcdef0123456789abcdef; theme=dark\r\n" +
		"\r\n"
	postHead = "POST /pets HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nContent-Type: application/json\r\nContent-Length: 268\r\n\r\n"
)

func BenchmarkHead(b *testing.B) {
	for name, head := range map[string]string{"wrk": wrkHead, "post": postHead, "browser": browserHead} {
		b.Run(name, func(b *testing.B) {
			buf := []byte(head)
			var p Parser
			h := Head{Fields: make([]Field, 0, 16)}
			b.ReportAllocs()
			b.SetBytes(int64(len(buf)))
			for b.Loop() {
				if n, err := p.Feed(buf, nil, &h); n != len(buf) || err != nil {
					b.Fatal(n, err)
				}
			}
		})
	}
}

// A head that comes byte by byte: the cost of one byte must not depend on the
// length of the head.
func BenchmarkHeadBytewise(b *testing.B) {
	buf := []byte(browserHead)
	var p Parser
	h := Head{Fields: make([]Field, 0, 16)}
	b.ReportAllocs()
	b.SetBytes(int64(len(buf)))
	for b.Loop() {
		for i := 1; i <= len(buf); i++ {
			if _, err := p.Feed(buf[:i], nil, &h); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkChunked(b *testing.B) {
	for name, size := range map[string]int{"16B": 16, "1KiB": 1 << 10, "16KiB": 16 << 10} {
		b.Run(name, func(b *testing.B) {
			body := AppendLastChunk(AppendChunk(nil, make([]byte, size)))
			b.ReportAllocs()
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				var c Chunked
				for rest, done := body, false; !done; {
					n, _, end, err := c.Feed(rest)
					if err != nil {
						b.Fatal(err)
					}
					rest, done = rest[n:], end
				}
			}
		})
	}
}

func BenchmarkAnswer(b *testing.B) {
	var buf []byte
	now := time.Unix(784111777, 0)
	b.ReportAllocs()
	for b.Loop() {
		buf = AppendStatusLine(buf[:0], 200)
		buf, _ = AppendField(buf, "Content-Type", "application/json")
		buf = AppendContentLength(buf, 268)
		buf = append(buf, "Date: "...)
		buf = append(AppendHTTPDate(buf, now), "\r\n\r\n"...)
	}
}

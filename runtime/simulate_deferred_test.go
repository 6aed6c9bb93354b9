//go:build loopcheck

package tornado

import (
	"context"
	"strings"
	"time"
)

// scenarios are those of requests and deferred answers.
var scenarios = []scenario{
	{"a request in two pieces and one of another client", func(w *world) {
		w.dial("a", halves(simGet("/items/2")), `{"id":11}`)
		w.dial("b", halves(simGet("/items/3")), `{"id":111}`)
	}},
	{"answered later, by two at once, before the next request of a pipeline", func(w *world) {
		w.dial("a", halves(simGet("/poll?a")+simGet("/items/1")), "one|two", `{"id":1}`)
		w.answerAll("one", 1, "one")
		w.answerAll("two", 1, "two")
	}},
	{"two that wait, answered by one", func(w *world) {
		w.dial("a", []string{simGet("/poll?a")}, "x")
		w.dial("b", []string{simGet("/poll?b"), simGet("/items/1")}, "x", `{"id":1}`)
		w.answerAll("one", 2, "x")
	}},
	{"answered when the time has come", func(w *world) {
		w.dial("a", []string{simGet("/poll?after"), simGet("/items/1")}, "after|one", `{"id":1}`)
		w.answerAll("one", 1, "one")
		w.Go("clock", func() {
			w.Await("waits for a reply", func() bool { return len(w.given) > 0 || w.judged })
			w.net.Advance(2 * time.Hour)
		})
	}},
	{"the time has come and nobody else answers", func(w *world) {
		w.dial("a", []string{simGet("/poll?after")}, "after")
		w.Go("clock", func() {
			w.Await("waits until After was called", func() bool { return w.waits(0) })
			w.net.Advance(2 * time.Hour)
		})
	}},
	{"the wheel looks while the connection is busy", func(w *world) {
		w.dial("a", []string{simGet("/poll?after"), simGet("/poll?slow")}, "one", "slow")
		w.Go("one", func() {
			w.Await("waits for a reply", func() bool { return w.waits(0) || w.judged })
			w.won(w.given[0], AnswerWith(w.given[0].d, "one", writeText))
			w.Await("waits until a handler blocks", func() bool { return w.blocked > 0 || w.judged })
			w.net.Advance(2 * time.Hour)
			w.Step("lets it go on")
			w.release = true
			w.Await("waits until After was called", func() bool { return w.waits(1) || w.judged })
			w.net.Advance(10 * time.Hour)
		})
	}},
	{"an answer while all workers are blocked", func(w *world) {
		a := w.dial("a", []string{simGet("/poll?a")}, "one")
		for _, name := range []string{"b", "c"} {
			w.Go(name+" comes", func() {
				w.Await("waits for the first", func() bool { return w.waits(0) || w.judged })
				w.dial(name, []string{simGet("/poll?slow" + name)}, "slow"+name)
			})
		}
		w.Go("one", func() {
			w.Await("waits until handlers block", func() bool { return w.blocked == 2 || w.judged })
			w.won(w.given[0], AnswerWith(w.given[0].d, "one", writeText))
			w.Await("waits until it was written", func() bool { return strings.Contains(a.Received(), "one") || w.judged })
			w.release = true
			w.Await("waits until After was called", func() bool { return w.waits(1) && w.waits(2) || w.judged })
			w.net.Advance(10 * time.Hour)
		})
	}},
	{"the client leaves", func(w *world) {
		p := w.dial("a", []string{simGet("/poll?a")}, "one")
		p.left = true
		w.answerAll("one", 1, "one")
		w.Go("end", func() {
			w.Step("resets")
			p.Reset()
		})
	}},
	{"the client leaves and nobody answers", func(w *world) {
		p := w.dial("a", []string{simGet("/poll?a")}, "")
		p.left, w.ending = true, true
		w.Go("end", func() {
			w.Await("waits for a reply", func() bool { return len(w.given) > 0 })
			p.Reset()
		})
	}},
	{"the client closes its side and nobody answers", func(w *world) {
		p := w.dial("a", []string{simGet("/poll?a")}, "")
		p.left, w.ending = true, true
		w.Go("end", func() {
			w.Await("waits for a reply", func() bool { return w.waits(0) })
			p.CloseWrite()
		})
	}},
	{"the client closes its side and waits", func(w *world) {
		p := w.dial("a", nil, "one")
		w.Go("end", func() {
			w.Step("sends")
			p.SendAndClose(simGet("/poll?a"))
		})
		w.answerAll("one", 1, "one")
	}},
	{"the client closes its side and is taken to be gone", func(w *world) {
		p := w.dial("a", []string{simGet("/poll?a")}, "one")
		p.left = true
		w.Go("end", func() {
			w.Step("closes")
			p.CloseWrite()
			w.Step("waits")
			w.net.Advance(2 * time.Hour)
		})
		w.answerAll("one", 1, "one")
	}},
	{"a long body in pieces, and clients that go inside of one, or stay until they are cut", func(w *world) {
		long := strings.Repeat("x", 6000) // its buffer is counted
		head := "POST /held HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\nContent-Length: 6000\r\n\r\n"
		w.dial("a", []string{head + long[:5000], long[5000:] + simGet("/items/1")}, long, `{"id":1}`)
		b := w.dial("b", []string{head + long[:5000]})
		b.left = true
		w.dial("c", []string{head + long[:5000]}).left = true
		w.Go("end", func() {
			w.Step("goes")
			b.Reset()
		})
	}},
	{"the drain begins", func(w *world) {
		w.dial("a", []string{simGet("/poll?after")}, "after|one")
		w.answerAll("one", 1, "one")
		w.Go("drain", func() {
			w.Await("waits for a reply", func() bool { return len(w.given) > 0 || w.judged })
			_ = w.engine.Drain(context.Background())
		})
	}},
	{"the drain begins and nobody else answers", func(w *world) {
		w.dial("a", []string{simGet("/poll?after")}, "after")
		w.Go("drain", func() {
			w.Await("waits for a reply", func() bool { return len(w.given) > 0 })
			_ = w.engine.Drain(context.Background())
		})
	}},
	{"the drain cuts", func(w *world) {
		p := w.dial("a", []string{simGet("/poll?a")}, "one")
		p.left = true
		w.answerAll("one", 1, "one")
		w.Go("drain", func() {
			w.Await("waits for a reply", func() bool { return len(w.given) > 0 || w.judged })
			over, cancel := context.WithCancel(context.Background())
			cancel()
			_ = w.engine.Drain(over)
		})
	}},
	{"functions are posted beside requests", func(w *world) {
		w.dial("a", []string{simGet("/poll?a")}, "posted")
		w.dial("b", []string{simGet("/items/1")}, `{"id":1}`)
		w.Go("post", func() {
			w.Await("waits for a reply", func() bool { return len(w.given) > 0 || w.judged })
			for range 2 {
				if !w.engine.Post(func() { w.won(w.given[0], AnswerWith(w.given[0].d, "posted", writeText)) }) {
					w.Failf("the engine has ended")
				}
			}
		})
	}},
	{"a handler waits for the body", func(w *world) {
		w.dial("a", append(simUpload(), simGet("/items/1")), "abcdefgh", `{"id":1}`)
		w.dial("b", []string{simGet("/items/2")}, `{"id":11}`)
	}},
	{"a handler waits for the body, and nothing follows it", func(w *world) {
		w.dial("a", simUpload(), "abcdefgh")
	}},
	{"a handler waits for the body, and the client leaves", func(w *world) {
		p := w.dial("a", simUpload(), "abcdefgh")
		p.left = true
		w.Go("end", func() {
			w.Step("resets")
			p.Reset()
		})
	}},
	{"the client takes the answer bit by bit", func(w *world) {
		p := w.dial("a", []string{simGet("/poll?a"), simGet("/items/1")}, "one", `{"id":1}`)
		p.Window(0)
		w.answerAll("one", 1, "one")
		w.Go("taker", func() {
			w.Await("waits for a reply", func() bool { return len(w.given) > 0 || w.judged })
			p.Window(50)
			w.Step("takes more")
			p.Window(-1)
		})
	}},
	{"the handler panics while it is answered", func(w *world) {
		w.dial("a", []string{simGet("/poll?panic")}, "one|"+panicked)
		w.answerAll("one", 1, "one")
	}},
	{"the clock runs while a connection is idle and is resumed", func(w *world) {
		w.dial("a", []string{simGet("/poll?now"), simGet("/poll?now")}, "now", "now")
		w.Go("clock", func() {
			for range 3 {
				w.Step("goes on")
				w.net.Advance(10 * time.Minute)
			}
		})
	}},
}

// panicked is the body of the answer to a panic.
const panicked = `{"title":"Internal Server Error","status":500}`

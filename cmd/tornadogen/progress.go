package main

import (
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// quietFor is how long work may take before it is told of.
const quietFor = time.Second

// progress draws a bar on a terminal for work that takes longer than a moment, and leaves nothing behind. A nil one draws nothing. Its
// methods may be called from any goroutine.
type progress struct {
	w     io.Writer
	steps int64
	timer *time.Timer

	name  atomic.Pointer[string] // of the step at hand; read while the bar is drawn, for which those wait that hold mu
	mu    sync.Mutex
	done  int64 // guarded by mu: steps before it
	ended bool  // guarded by mu
	all   *mpb.Progress
	bar   *mpb.Bar // guarded by mu; nil until quietFor has passed
}

// startProgress begins with the first of a number of steps. It is nil where w is no terminal.
func startProgress(w io.Writer, steps int, name string) *progress {
	if !isTerminal(w) || os.Getenv("TERM") == "dumb" {
		return nil
	}
	return newProgress(w, steps, name, quietFor)
}

func newProgress(w io.Writer, steps int, name string, after time.Duration) *progress {
	p := &progress{w: w, steps: int64(steps)}
	p.name.Store(&name)
	p.timer = time.AfterFunc(after, p.draw)
	return p
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

func (p *progress) draw() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return
	}
	p.all = mpb.New(mpb.WithOutput(p.w), mpb.WithWidth(40), mpb.WithAutoRefresh())
	p.bar = p.all.New(p.steps, mpb.BarStyle(), mpb.PrependDecorators(decor.Any(func(decor.Statistics) string { return *p.name.Load() + " " })),
		mpb.AppendDecorators(decor.Elapsed(decor.ET_STYLE_GO)))
	p.bar.SetCurrent(p.done)
}

// next goes to the next step.
func (p *progress) next(name string) {
	if p == nil {
		return
	}
	p.name.Store(&name)
	p.mu.Lock()
	p.done++
	bar, done := p.bar, p.done
	p.mu.Unlock()
	if bar != nil {
		bar.SetCurrent(done)
	}
}

// end takes the bar away.
func (p *progress) end() {
	if p == nil {
		return
	}
	p.timer.Stop()
	p.mu.Lock()
	p.ended = true
	bar, all := p.bar, p.all
	p.mu.Unlock()
	if bar != nil {
		bar.Abort(true)
		all.Wait()
	}
}

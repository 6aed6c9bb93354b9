package main

import (
	"io"
	"os"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"
)

// progress is a bar on a terminal and nothing elsewhere. Its methods may be called from any goroutine.
type progress struct {
	bars *mpb.Progress
	bar  *mpb.Bar
}

func newProgress(w io.Writer, total int) *progress {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return &progress{}
	}
	bars := mpb.New(mpb.WithOutput(w), mpb.WithWidth(60))
	bar := bars.AddBar(int64(total), mpb.PrependDecorators(decor.CountersNoUnit("documents %d/%d")), mpb.AppendDecorators(decor.Elapsed(decor.ET_STYLE_MMSS)))
	return &progress{bars, bar}
}

// step says that one more document is done.
func (p *progress) step() {
	if p.bar != nil {
		p.bar.Increment()
	}
}

// end leaves the terminal to what comes next. It may be called again.
func (p *progress) end() {
	if p.bar != nil {
		p.bar.Abort(false)
		p.bars.Wait()
		p.bar = nil
	}
}

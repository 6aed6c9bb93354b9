package main

import (
	"bytes"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// watched is a terminal of which the test sees what is drawn.
type watched struct {
	mu    sync.Mutex
	text  bytes.Buffer
	drawn chan string
}

func (w *watched) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.text.Write(b)
	select {
	case w.drawn <- w.text.String():
	default:
	}
	return len(b), nil
}

// Work that lasts is drawn with its step and taken away again; work that is done at once draws nothing.
func TestProgress(t *testing.T) {
	w := &watched{drawn: make(chan string, 1)}
	p := newProgress(w, 2, "reading", time.Millisecond)
	for !strings.Contains(<-w.drawn, "reading") {
	}
	p.next("generating")
	for !strings.Contains(<-w.drawn, "generating") {
	}
	p.mu.Lock() // what draws waits for nobody who waits for it
	for range 2 {
		select {
		case <-w.drawn:
		case <-time.After(time.Minute):
			p.mu.Unlock()
			t.Fatal("nothing is drawn while a step changes")
		}
	}
	p.mu.Unlock()
	p.end()
	w.mu.Lock()
	lines := strings.Split(w.text.String(), "\n")
	w.mu.Unlock()
	require.NotContains(t, lines[len(lines)-1], "generating", "the bar is taken away")

	quick := &watched{drawn: make(chan string, 1)}
	p = newProgress(quick, 2, "reading", time.Hour)
	p.next("generating")
	p.end()
	require.Empty(t, quick.text.String())
}

// A pipe is no terminal.
func TestNoProgressInAPipe(t *testing.T) {
	_, w, err := os.Pipe()
	require.NoError(t, err)
	defer w.Close()
	require.Nil(t, startProgress(w, 1, "reading"))
	require.Nil(t, startProgress(&bytes.Buffer{}, 1, "reading"))
	var none *progress
	none.next("x")
	none.end()
}

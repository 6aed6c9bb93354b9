package tornadotest

import (
	"bytes"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"time"
)

// leaked waits until the goroutines of the server have ended, for the grace at most, and returns the stacks of those that have not.
func (s *Server) leaked() string {
	late := time.Now().Add(s.settings.grace)
	pause := time.Microsecond // nothing tells of the end of a goroutine
	for {
		left := goroutines(s.label, s.settings.mayStay)
		if left == "" || !time.Now().Before(late) {
			return left
		}
		runtime.Gosched()
		time.Sleep(pause)
		pause = min(2*pause, 50*time.Millisecond)
	}
}

// goroutines gives the stacks of the goroutines with a label, but for the one that asks and for those that have one of the functions on
// them; equal stacks once. "" for none. Goroutines inherit the labels of who begins them, so that tests that run at the same time are
// told apart.
func goroutines(label string, mayStay []string) string {
	var b bytes.Buffer
	_ = pprof.Lookup("goroutine").WriteTo(&b, 1) // a buffer takes all
	var left []string
	for group := range strings.SplitSeq(b.String(), "\n\n") {
		_, stack, labelled := strings.Cut(group, "# labels: ")
		labels, stack, _ := strings.Cut(stack, "\n")
		switch {
		case !labelled || !strings.Contains(labels, `"`+labelKey+`":"`+label+`"`):
		case strings.Contains(stack, "tornadotest.goroutines+"):
		case slices.ContainsFunc(mayStay, func(function string) bool { return strings.Contains(stack, function) }):
		default:
			left = append(left, strings.TrimRight(stack, "\n"))
		}
	}
	return strings.Join(left, "\n\n")
}

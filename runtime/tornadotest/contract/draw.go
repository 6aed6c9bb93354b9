package contract

import (
	"context"

	"pgregory.net/rapid"

	"github.com/tornadogen/tornadogen/internal/drive"
)

// sent is a request that both judges agree on.
type sent struct {
	in       *drive.Input
	wire     *drive.Wire
	messages []drive.Message // to the WebSocket that it opens
	valid    bool
	why      string // it is not
	run      *run
	op       *drive.Operation
}

// GoString is what rapid prints of it.
func (x *sent) GoString() string { return x.run.curl(x) }

// choices are drawn by rapid, so that it can make them smaller.
type choices struct{ t *rapid.T }

func (c choices) IntN(n int) int   { return rapid.IntRange(0, n-1).Draw(c.t, "choice") }
func (c choices) Float64() float64 { return rapid.Float64Range(0, 1).Draw(c.t, "choice") }

// given are the values that options name for an operation.
type given struct {
	*settings
	id string
}

func (g given) Param(name string) []any {
	if values := g.values[g.id+"."+name]; values != nil {
		return values
	}
	return g.values[name]
}

func (g given) Body() []any { return g.bodies[g.id] }

// attempts are how often another request is drawn where the judges do not agree on one.
const attempts = 8

// requests draws valid or invalid requests of an operation; nil where none was found.
func (r *run) requests(op *drive.Operation, valid bool) *rapid.Generator[*sent] {
	return rapid.Custom(func(t *rapid.T) *sent {
		c := choices{t}
		for range attempts {
			in, ok := r.judges.Instance(op, c.IntN(2) == 1, c, given{r.settings, op.ID})
			if ok && !valid {
				in, ok = r.judges.Mutate(op, in, c)
			}
			if !ok {
				continue
			}
			wire, err := r.judges.Wire(op, in)
			if err != nil {
				continue
			}
			accepted, agreed, why := r.judges.Verdict(context.Background(), op, in, wire)
			if !agreed || accepted != valid {
				continue
			}
			x := &sent{in: in, wire: wire, valid: valid, why: why, run: r, op: op}
			if valid && op.Socket && r.judges.Receives(op) {
				x.messages = r.messages(op, c)
			}
			return x
		}
		return nil
	})
}

// messages draws up to two messages to a WebSocket.
func (r *run) messages(op *drive.Operation, c choices) (all []drive.Message) {
	for range c.IntN(3) {
		if m, ok := r.judges.Message(op, c.IntN(2) == 1, c); ok {
			all = append(all, m)
		}
	}
	return all
}

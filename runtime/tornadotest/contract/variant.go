package contract

import (
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/tornadogen/tornadogen/internal/drive"
)

// laterPatience is how long the answer of a deferred operation to a valid request may take. One that comes later is no fault.
const laterPatience = 3 * time.Second

// patience is how long the answer to a valid request is waited for.
func (r *run) patience(op *drive.Operation) time.Duration {
	switch {
	case !op.Deferred:
		return patience
	case r.later > 0:
		return r.later
	}
	return laterPatience
}

// variants drives an operation with each media type of its body, and says what of it was not driven.
func (r *run) variants(t rapid.TB, op *drive.Operation) (left []string) {
	t.Helper()
	all := op.Variants()
	for _, variant := range all {
		for _, what := range r.operation(t, variant) {
			if len(all) > 1 {
				what = "with a body of " + variant.MediaType + ": " + what
			}
			left = append(left, what)
		}
	}
	if len(op.Unwritten) > 0 {
		left = append(left, "bodies of "+strings.Join(op.Unwritten, ", ")+", which are not written")
	}
	return left
}

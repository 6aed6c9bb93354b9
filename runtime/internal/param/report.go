package param

import (
	"fmt"
	"slices"

	"github.com/tornadogen/tornadogen/runtime/internal/validate"
)

// maxViolations is how many violations a report holds; further ones are dropped.
const maxViolations = 100

// Report collects what is wrong with the parameters of one request. The zero Report is empty; it is meant to be used
// again, and belongs to one goroutine at a time.
type Report struct {
	// Lenient is for answers that a client reads: values of an enum that are not known are kept.
	Lenient bool
	// GiveWay lets others go first; it is called now and then while a parameter of many parts is read. nil: nobody waits.
	GiveWay func()

	violations []validate.Violation
	malformed  string
	scratch    []byte // a decoded text
	json       []byte // of the latest Value.As
	patience   validate.Patience
}

// Reset drops what was collected, and GiveWay; Lenient stays. Violations that were handed out stay as they are.
func (r *Report) Reset() {
	r.violations = nil
	r.malformed, r.GiveWay = "", nil
	r.patience = validate.Patience{}
}

// Continue is Reset within a request: the patience with patterns is what is left of it, see validate.MaxPatience.
func (r *Report) Continue() {
	left, giveWay := r.patience, r.GiveWay
	r.Reset()
	r.patience, r.GiveWay = left, giveWay
}

// Failed says whether anything is wrong.
func (r *Report) Failed() bool { return r.malformed != "" || len(r.violations) > 0 }

// Violations returns what the document does not allow, in the order of discovery, each one once, at most 100
// (status 422).
func (r *Report) Violations() []validate.Violation { return r.violations }

// Malformed returns the first fault in the encoding of a parameter, as bad percent-encoding or text that is not UTF-8
// (status 400), "" if there is none.
func (r *Report) Malformed() string { return r.malformed }

// Violate records a violation of the parameter as a whole.
func (r *Report) Violate(p Place, keyword, message string) {
	r.violate(p.In, p.Name, keyword, message)
}

func (r *Report) violate(in In, pointer, keyword, message string) {
	v := validate.Violation{In: in.String(), Pointer: pointer, Keyword: keyword, Message: message}
	if len(r.violations) < maxViolations && !slices.Contains(r.violations, v) {
		r.violations = append(r.violations, v)
	}
}

// Malform records that a parameter cannot be read at all.
func (r *Report) Malform(p Place, reason string) {
	if r.malformed == "" {
		r.malformed = fmt.Sprintf("%s parameter %q: %s", p.In, p.Name, reason)
	}
}

// Package ecmaregex gives the runtime an engine for the patterns of ECMA-262 that RE2 cannot express: those with lookaround, with
// references back, or with counts beyond a thousand. Import it for its effect; generated code does where a document has one:
//
//	import _ "github.com/tornadogen/tornadogen/runtime/ecmaregex"
//
// The engine backtracks, so a match may take long on hostile input; after [Timeout] the string counts as one that does not match. All
// matches of a body have half a second together, and so have those of the parameters, of each item of a body that is read as it comes, and
// of each message of a socket. A body for which that is not enough is refused.
package ecmaregex

import (
	"time"

	"github.com/dlclark/regexp2"

	"github.com/tornadogen/tornadogen/runtime/internal/validate"
)

// Timeout bounds one match.
const Timeout = 100 * time.Millisecond

func init() { validate.RegisterECMA(compile) }

// compile returns a function that reports whether the pattern is found in a string. It is safe for use from any goroutine.
func compile(pattern string) (func(string) (bool, time.Duration), error) {
	re, err := regexp2.Compile(pattern, regexp2.ECMAScript|regexp2.Unicode)
	if err != nil {
		return nil, err
	}
	re.MatchTimeout = Timeout
	return func(s string) (bool, time.Duration) {
		begun := time.Now()
		found, err := re.MatchString(s)
		return err == nil && found, time.Since(begun)
	}, nil
}

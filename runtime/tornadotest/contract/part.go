package contract

import (
	"fmt"
	"net/http"

	"github.com/tornadogen/tornadogen/internal/drive"
)

// mostParts is how many answers of an operation are asked for again in part.
const mostParts = 3

// parts asks again for what came as a whole, where the document has parts (206): for the first byte, and for what is behind the last. A server
// may heed neither and answer as before (RFC 9110 section 14.2).
func (r *run) parts(x *sent, whole *drive.Answer, met *seen) string {
	declared, inRange := r.judges.DeclaresPart(x.op)
	if !declared || inRange || whole.Status != http.StatusOK || !whole.Whole || x.op.Method != http.MethodGet || met.parts >= mostParts {
		return ""
	}
	met.parts++
	for _, asked := range []string{"bytes=0-0", fmt.Sprintf("bytes=%d-", len(whole.Body))} {
		wire := *x.wire
		wire.Header = x.wire.Header.Clone()
		wire.Header.Set("Range", asked)
		again := *x
		again.wire = &wire
		a, _, err := r.send(&again, true, r.listening(longListens))
		if err != nil {
			return fmt.Sprintf("with Range: %s: no answer: %v", asked, err)
		}
		if fault := r.judgePart(&again, whole, a, met); fault != "" {
			return fmt.Sprintf("with Range: %s: %s", asked, fault)
		}
	}
	return ""
}

// judgePart judges an answer to a request for a part of what came as a whole.
func (r *run) judgePart(x *sent, whole, a *drive.Answer, met *seen) string {
	none := x.wire.Header.Get("Range") != "bytes=0-0" || len(whole.Body) == 0
	tag := whole.Header.Get("ETag")
	same := len(tag) > 0 && tag[0] == '"' && tag == a.Header.Get("ETag") // a strong one: the bytes are the same
	switch {
	case a.Status == http.StatusRequestedRangeNotSatisfiable && !none:
		return "the range is there, and it is refused with 416"
	case a.Status == http.StatusRequestedRangeNotSatisfiable:
		met.statuses[a.Status]++
		return r.judgeRefusal(x, a, met)
	case a.Status == http.StatusPartialContent && none && same:
		return "the range is not there, and it answers 206 and not 416"
	case a.Status == http.StatusPartialContent && same && len(a.Body) == 1 && a.Body[0] != whole.Body[0]:
		return "the part is not that of the whole, which has the same ETag"
	}
	return r.judgeValid(x, a, met)
}

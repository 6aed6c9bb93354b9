package drive

import (
	"fmt"
	"mime"
	"net/http"
	"regexp"
	"strconv"
)

// contentRange is the field of a part of bytes, and of a refusal (RFC 9110 section 14.4).
var contentRange = regexp.MustCompile(`^bytes (?:(\d{1,18})-(\d{1,18})/(\d{1,18}|\*)|\*/(\d{1,18}))$`)

// judgePart says what is wrong with the Content-Range of an answer that is a part, or that says that there is none (RFC 9110 sections 15.3.7
// and 15.5.17).
func judgePart(a *Answer, head bool) string {
	field := a.Header.Get("Content-Range")
	media, _, _ := mime.ParseMediaType(a.Header.Get("Content-Type")) // "" for none
	switch {
	case a.Status == http.StatusRequestedRangeNotSatisfiable && field != "":
		if m := contentRange.FindStringSubmatch(field); m == nil || m[4] == "" {
			return fmt.Sprintf("its Content-Range %q is not that of a range that is not there, bytes */LENGTH", field)
		}
		return ""
	case a.Status != http.StatusPartialContent || media == "multipart/byteranges":
		return ""
	case field == "":
		return "it is a part without a Content-Range"
	}
	m := contentRange.FindStringSubmatch(field)
	if m == nil || m[1] == "" {
		return fmt.Sprintf("its Content-Range %q is not that of a part, bytes FIRST-LAST/LENGTH", field)
	}
	first, _ := strconv.ParseInt(m[1], 10, 64) // they are digits
	last, _ := strconv.ParseInt(m[2], 10, 64)
	length, err := strconv.ParseInt(m[3], 10, 64)
	switch {
	case last < first || err == nil && last >= length:
		return fmt.Sprintf("its Content-Range %q is of no range", field)
	case a.Whole && !head && last-first+1 != int64(len(a.Body)):
		return fmt.Sprintf("its Content-Range is %q, and the body has %d bytes", field, len(a.Body))
	}
	return ""
}

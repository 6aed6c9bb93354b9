// Package conditional makes requests conditional (RFC 9110 section 13): it gives answers entity tags and replies 304 to who has them
// already, and lets handlers refuse a change of something that has changed meanwhile.
package conditional

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	tornado "github.com/tornadogen/tornadogen/runtime"
)

// New gives each complete answer 200 to GET and HEAD that has none an ETag of its bytes, and answers 304 where If-None-Match names the
// entity tag of the answer, or If-Modified-Since is not before its Last-Modified. The handler runs all the same: what is saved is the
// way to the client. 304 carries the entity tag of what the client has, coded by package compress or not. See Check for handlers that know
// earlier. Answers that are sent part by part are left alone.
func New() tornado.APIOption { return tornado.WithFilter(filter) }

func filter(t *tornado.Transit) {
	raw := tornado.Raw(t.Context())
	if method := raw.Method(); method != http.MethodGet && method != http.MethodHead {
		return
	}
	head := raw.Headers()
	r := conditions{none: list(head, "If-None-Match"), since: date(head, "If-Modified-Since"), read: true}
	t.OnAnswer(func(w *tornado.Reply) {
		if w.Status() != http.StatusOK || !w.HasBody() {
			return
		}
		tag, _ := w.Field("ETag")
		if tag == "" {
			tag = OfBytes(w.Body())
			w.Header("ETag", tag)
		}
		modified, _ := w.Field("Last-Modified")
		at, _ := http.ParseTime(modified) // zero if there is none
		var same NotModified
		if errors.As(r.check(Version{ETag: tag, Modified: at}), &same) {
			w.RemoveField("ETag")
			w.Header("ETag", same.ETag)
			w.RemoveField("Content-Encoding") // 304 repeats what a cache needs, and no more (RFC 9110 section 15.4.5)
			w.RemoveField("Content-Language")
			w.RemoveField("Last-Modified")
			w.NoBody(http.StatusNotModified)
		}
	})
}

// OfBytes is a strong entity tag of some content.
func OfBytes(content []byte) string {
	sum := sha256.Sum256(content)
	return Strong(base64.RawURLEncoding.EncodeToString(sum[:16]))
}

// Strong is the entity tag of a version: "7" in quotes. Characters that none can have are left out.
func Strong(version string) string {
	return `"` + strings.Map(func(r rune) rune {
		if r <= ' ' || r == '"' || r >= 0x7f {
			return -1
		}
		return r
	}, version) + `"`
}

// Weak is the entity tag of versions that are alike, but not byte for byte.
func Weak(version string) string { return "W/" + Strong(version) }

// OfInt is the entity tag of a version that is a number.
func OfInt(version int64) string { return Strong(strconv.FormatInt(version, 10)) }

// Version is what a handler knows of the thing that a request is about. The zero value says that it does not exist.
type Version struct {
	ETag     string    // as [Strong] and [Weak] make it; "" if there is none
	Modified time.Time // zero if nobody knows
}

func (v Version) exists() bool { return v.ETag != "" || !v.Modified.IsZero() }

// NotModified is the answer 304. A handler returns it as its error.
type NotModified struct{ Version } //nolint:errname // named as declared errors are: PetNotFound

// Error says what it is.
func (NotModified) Error() string { return "304 Not Modified" }

// StatusCode is 304.
func (NotModified) StatusCode() int { return http.StatusNotModified }

// Undeclared says that any operation may answer so.
func (NotModified) Undeclared() {}

// WriteResponse fills w.
func (n NotModified) WriteResponse(w *tornado.Reply) { w.NoBody(http.StatusNotModified) }

// Check holds the conditions of the request that ctx belongs to against a version of what it is about, in the order of RFC 9110 section
// 13.2.2, and sets ETag and Last-Modified of the answer. It returns nil if the handler is to go on, or an error that the handler
// returns: 304 for GET and HEAD of what the client has, 412 for a condition that does not hold. ctx is that of a running handler. A
// handler that then makes a new version sets the ETag of that by itself.
//
// Entity tags that package compress has marked count as those that they were made of.
func Check(ctx context.Context, v Version) error {
	raw := tornado.Raw(ctx)
	head := raw.Headers()
	read := raw.Method() == http.MethodGet || raw.Method() == http.MethodHead
	r := conditions{
		match: list(head, "If-Match"), none: list(head, "If-None-Match"), since: date(head, "If-Modified-Since"),
		unmodified: date(head, "If-Unmodified-Since"), read: read,
	}
	checked, sent := r.check(v), v
	var same NotModified
	if errors.As(checked, &same) {
		sent = same.Version
	}
	if read {
		if sent.ETag != "" {
			if err := raw.SetHeader("ETag", sent.ETag); err != nil {
				return err
			}
		}
		if !v.Modified.IsZero() {
			if err := raw.SetHeader("Last-Modified", v.Modified.UTC().Format(http.TimeFormat)); err != nil {
				return err
			}
		}
	}
	return checked
}

// Required is the error 428 for a request without If-Match, which would overwrite what somebody else has changed; nil otherwise. ctx is
// that of a running handler.
func Required(ctx context.Context) error {
	if tornado.Raw(ctx).Header("If-Match") != "" {
		return nil
	}
	return &tornado.StatusError{Status: http.StatusPreconditionRequired, Detail: "say by If-Match which version you change"}
}

// conditions are those of a request. A list that is nil is absent.
type conditions struct {
	match, none       []string
	since, unmodified time.Time
	read              bool // the method is GET or HEAD
}

// check holds the conditions against v.
func (c conditions) check(v Version) error {
	failed := &tornado.StatusError{Status: http.StatusPreconditionFailed, Detail: "it is another version"}
	switch {
	case c.match != nil && find(c.match, v, strong) == "":
		return failed
	case c.match == nil && !c.unmodified.IsZero() && (v.Modified.IsZero() || v.Modified.Truncate(time.Second).After(c.unmodified)):
		return failed
	case c.none != nil:
		found := find(c.none, v, weak)
		switch {
		case found == "":
			return nil
		case !c.read:
			return failed
		case found != "*":
			v.ETag = codedAs(v.ETag, found)
		}
		return NotModified{v}
	case c.read && !c.since.IsZero() && !v.Modified.IsZero() && !v.Modified.Truncate(time.Second).After(c.since):
		return NotModified{v}
	}
	return nil
}

// find returns the one of a list of entity tags that is v's, "" for none; "*" is any that exists.
func find(tags []string, v Version, same func(a, b string) bool) string {
	for _, tag := range tags {
		if tag == "*" && v.exists() || tag != "*" && v.ETag != "" && same(tag, v.ETag) {
			return tag
		}
	}
	return ""
}

// strong and weak are the two comparisons of RFC 9110 section 8.8.3.2.
func strong(a, b string) bool {
	return !strings.HasPrefix(a, "W/") && !strings.HasPrefix(b, "W/") && uncoded(a) == uncoded(b)
}

func weak(a, b string) bool {
	return uncoded(strings.TrimPrefix(a, "W/")) == uncoded(strings.TrimPrefix(b, "W/"))
}

// codings are what package compress adds to a tag.
var codings = []string{`-gzip"`, `-br"`, `-zstd"`}

// uncoded is a tag without that.
func uncoded(tag string) string {
	for _, coding := range codings {
		if bare, found := strings.CutSuffix(tag, coding); found {
			return bare + `"`
		}
	}
	return tag
}

// codedAs is a tag as it is of content that is coded like that of another tag.
func codedAs(tag, other string) string {
	tag = uncoded(tag)
	for _, coding := range codings {
		if strings.HasSuffix(other, coding) {
			return strings.TrimSuffix(tag, `"`) + coding
		}
	}
	return tag
}

// list reads a list of entity tags, nil where the field is absent. What is none is left out; commas inside of tags are none between them.
func list(head http.Header, name string) []string {
	values := head.Values(name)
	if len(values) == 0 {
		return nil
	}
	tags := []string{}
	for rest := strings.Join(values, ","); rest != ""; {
		rest = strings.TrimLeft(rest, " \t,")
		start := 0
		if strings.HasPrefix(rest, "W/") {
			start = 2
		}
		if strings.HasPrefix(rest[start:], `"`) {
			if end := strings.IndexByte(rest[start+1:], '"'); end >= 0 {
				tags = append(tags, rest[:start+end+2])
				rest = rest[start+end+2:]
				continue
			}
		}
		item, after, _ := strings.Cut(rest, ",")
		if strings.TrimSpace(item) == "*" {
			tags = append(tags, "*")
		}
		rest = after
	}
	return tags
}

// date reads a date, zero where the field is absent or none: then it does not count (RFC 9110 section 13.1.3).
func date(head http.Header, name string) time.Time {
	at, err := http.ParseTime(head.Get(name))
	if err != nil {
		return time.Time{}
	}
	return at
}

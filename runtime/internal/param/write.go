package param

import (
	"errors"
	"math"
	"net/netip"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/tornadogen/tornadogen/runtime/internal/value"
)

// Target takes the parameters that a Writer writes.
type Target interface {
	// BeginParam returns a buffer for the text of a parameter; what it holds already is kept.
	BeginParam(p Place) []byte
	// EndParam takes the buffer back with the text appended. It comes once for each BeginParam.
	EndParam(p Place, b []byte)
	// FailParam says that a parameter cannot be written, in place of EndParam or before it.
	FailParam(p Place, err error)
}

// What a Writer may fail with.
var (
	// ErrNotExpressible says that a text cannot be sent at the place of its parameter: see [Place.Expressible].
	ErrNotExpressible = errors.New("the value cannot be sent here, as it holds characters that have no encoding in this place")
	// ErrNotFinite says that a number is infinite or not a number.
	ErrNotFinite = errors.New("the number is not finite")
)

// Writer writes one parameter, the inverse of [Value]. Call one of its methods, once. It is used on one goroutine.
type Writer struct {
	target   Target
	place    Place
	role     Role
	required bool  // something has to be written
	list     *list // of an item: what it is appended to
}

// list is an array that is being written.
type list struct {
	b     []byte
	count int
	blank bool // the latest item is an empty text
}

// NewWriter returns a writer of the parameter at a place.
func NewWriter(t Target, p Place) Writer { return Writer{target: t, place: p} }

// Required returns w for a value that must be written: a list or an object with nothing in it fails where nothing would be
// written for it.
func (w Writer) Required() Writer {
	w.required = true
	return w
}

// emit appends the text of a single value or of an item.
func emit[S ~string | ~[]byte](w Writer, text S) {
	if !expressible(w.place, text, w.role) {
		w.target.FailParam(w.place, ErrNotExpressible)
		return
	}
	switch l := w.list; w.role {
	case Single:
		b := w.target.BeginParam(w.place)
		w.target.EndParam(w.place, AppendText(b, w.place, text))
	case Item:
		l.b = AppendItem(l.b, w.place, l.count, text)
		l.count++
		l.blank = len(text) == 0
	}
}

// String writes text, which must be UTF-8.
func (w Writer) String(s string) {
	if !utf8.ValidString(s) {
		w.target.FailParam(w.place, ErrNotExpressible)
		return
	}
	emit(w, s)
}

// Int64 writes an integer.
func (w Writer) Int64(n int64) {
	var a [20]byte
	emit(w, strconv.AppendInt(a[:0], n, 10))
}

// Uint64 writes an integer.
func (w Writer) Uint64(n uint64) {
	var a [20]byte
	emit(w, strconv.AppendUint(a[:0], n, 10))
}

// Float64 writes a number, in the fewest digits that read back as f. It must be finite.
func (w Writer) Float64(f float64) { w.float(f, 64) }

// Float32 writes a number, in the fewest digits that read back as f. It must be finite.
func (w Writer) Float32(f float32) { w.float(float64(f), 32) }

func (w Writer) float(f float64, bitSize int) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		w.target.FailParam(w.place, ErrNotFinite)
		return
	}
	var a [32]byte
	emit(w, strconv.AppendFloat(a[:0], f, 'g', -1, bitSize))
}

// Bool writes "true" or "false".
func (w Writer) Bool(b bool) { emit(w, strconv.FormatBool(b)) }

// Decimal writes a number exactly.
func (w Writer) Decimal(d value.Decimal) { emit(w, d.String()) }

// Time writes a date-time (RFC 3339 section 5.6), with as much of a fraction as it has.
func (w Writer) Time(t time.Time) {
	var a [40]byte
	emit(w, t.AppendFormat(a[:0], time.RFC3339Nano))
}

// Date writes a full-date (RFC 3339 section 5.6). It must be valid.
func (w Writer) Date(d value.Date) { writeText(w, d) }

// TimeOfDay writes a full-time (RFC 3339 section 5.6). It must be valid.
func (w Writer) TimeOfDay(t value.TimeOfDay) { writeText(w, t) }

// Duration writes a duration of ISO 8601. No part of it may be negative.
func (w Writer) Duration(d value.Duration) { writeText(w, d) }

// UUID writes a UUID, in lower case.
func (w Writer) UUID(u value.UUID) { writeText(w, u) }

// Addr writes an IP address; the zero Addr is an empty text.
func (w Writer) Addr(a netip.Addr) { writeText(w, a) }

// writeText writes a value that knows its own text.
func writeText[T interface {
	AppendText(b []byte) ([]byte, error)
}](w Writer, v T,
) {
	b, err := v.AppendText(make([]byte, 0, 48))
	if err != nil {
		w.target.FailParam(w.place, err)
		return
	}
	emit(w, b)
}

// Base64 writes data in the alphabet for URLs, with padding (RFC 4648 section 5).
func (w Writer) Base64(data []byte) { emit(w, appendBase64(nil, data)) }

// JSON writes a parameter whose content is JSON.
func (w Writer) JSON(j value.JSON) { emit(w, j.String()) }

// Items writes an array of n items: item is called for each of them, in order, with a writer for it.
func (w Writer) Items(n int, item func(i int, w Writer)) {
	l := &list{b: w.target.BeginParam(w.place)}
	for i := range n {
		item(i, Writer{target: w.target, place: w.place, role: Item, list: l})
	}
	w.end(l)
}

func (w Writer) end(l *list) {
	start := len(l.b)
	switch {
	case l.count == 0:
		if l.b = AppendNoItems(l.b, w.place); len(l.b) == start && w.required {
			w.target.FailParam(w.place, ErrNothing)
		}
	case l.count == 1 && l.blank && !w.place.Style.spread() && w.place.Style.base() != MatrixExplode:
		w.target.FailParam(w.place, ErrOtherValue) // a list without items
	}
	w.target.EndParam(w.place, l.b)
}

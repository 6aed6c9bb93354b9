package media

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/param"
	"github.com/tornadogen/tornadogen/runtime/internal/shape"
)

// Limits bound what a body may cost beyond its size. The zero value serves.
type Limits struct {
	Fields int // of a form, and parts of a multipart body; 0: 1,000
	// Elements, with attributes, of the XML in a body; 0: 50,000, or Fields if that is more.
	Elements int
	// GiveWay, if not nil, is called again and again: before each part, as to read a thousand small ones takes 5 ms, and within what is long.
	GiveWay func()
	// Hold, if not nil, is asked for n bytes of memory beside the body where it is long, and reports whether there are as many: else the error
	// is ErrUnheld.
	Hold func(n int) bool
}

// ErrUnheld says that Limits.Hold has had no memory.
var ErrUnheld = errors.New("there is no memory for it")

// unheld is how much memory, in bytes, is for nothing.
const unheld = 16 << 10

// hold asks for n bytes.
func (l Limits) hold(n int) error {
	if l.Hold != nil && n > unheld && !l.Hold(n) {
		return ErrUnheld
	}
	return nil
}

const (
	defaultFields = 1000
	// DefaultElements is what takes 50 ms and 15 to 40 MiB, however short the names are.
	DefaultElements = 50_000
)

func (l Limits) withDefaults() Limits {
	if l.Fields <= 0 {
		l.Fields = defaultFields
	}
	if l.Elements <= 0 {
		l.Elements = max(l.Fields, DefaultElements)
	}
	return l
}

// markup is nothing of the XML of a body.
func (l Limits) markup() *markup { return &markup{limit: l.Elements, giveWay: l.GiveWay, hold: l.hold} }

func giveWay(f func()) {
	if f != nil {
		f()
	}
}

// CountError says that a form has more fields, or a multipart body more parts, than Limits.Fields, or XML more than Limits.Elements.
type CountError struct {
	Limit int
	What  string // "fields", "parts" or "elements and attributes"
}

// Error implements error.
func (e *CountError) Error() string { return fmt.Sprintf("it has more than %d %s", e.Limit, e.What) }

// codec reads and writes one family of media types.
type codec uint8

const (
	codecJSON codec = iota
	codecForm
	codecMultipart
	codecXML
	codecText
)

var codecNames = [...]string{codecForm: "form", codecMultipart: "multipart body", codecXML: "XML document", codecText: "text"}

// codecOf returns what reads a media type, which is in lower case. Ranges and types without a codec of
// their own were taken for JSON by the generator.
func codecOf(mediaType string) codec {
	mediaType, _, _ = strings.Cut(mediaType, ";")
	switch {
	case mediaType == "application/x-www-form-urlencoded":
		return codecForm
	case IsJSON(mediaType):
		return codecJSON
	case strings.HasPrefix(mediaType, "multipart/"):
		return codecMultipart
	case mediaType == "application/xml", mediaType == "text/xml", strings.HasSuffix(mediaType, "+xml"):
		return codecXML
	case strings.HasPrefix(mediaType, "text/"):
		return codecText
	}
	return codecJSON
}

// IsJSON says whether a media type, in lower case and without parameters, is JSON by its name (RFC 6839 section 3.1).
func IsJSON(mediaType string) bool {
	return mediaType == "application/json" || mediaType == "text/json" || strings.HasSuffix(mediaType, "+json")
}

// MayBeEmpty says whether no bytes at all are a value of a media type: a form without fields.
func MayBeEmpty(mediaType string) bool { return codecOf(mediaType) == codecForm }

// CharsetError says that a text is in a character encoding that is not read.
type CharsetError struct{ Charset string }

// Error implements error.
func (e *CharsetError) Error() string { return fmt.Sprintf("charset %q is not read", e.Charset) }

var errNotUTF8 = errors.New("it is not UTF-8")

// Decode returns body as JSON, by the shape of that name, or with that notation. contentType is the field as it was sent, with its
// parameters; mediaType is what it says. An error is a *CharsetError, or says what is wrong with the syntax.
func Decode(shapes *shape.Shapes, name, mediaType string, contentType, body []byte, limits Limits) (shape.Document, error) {
	c := codecOf(mediaType)
	if c == codecJSON {
		return shape.Document{JSON: body}, nil
	}
	if err := limits.hold(2 * len(body)); err != nil { // what is made of it, and that as JSON
		return shape.Document{}, err
	}
	limits = limits.withDefaults()
	f := shapes.Get(name)
	var d document
	d.GiveWay = limits.GiveWay
	var err error
	switch charset := param.ContentTypeParameter(contentType, "charset"); c {
	case codecMultipart:
		err = d.readMultipart(body, param.ContentTypeParameter(contentType, "boundary"), f, limits)
	case codecXML:
		err = d.readXML(body, charset, f, limits.markup())
	case codecForm:
		if body, err = toUTF8(body, charset, limits.GiveWay); err == nil {
			err = d.readForm(body, f, limits)
		}
	default:
		if body, err = toUTF8(body, charset, limits.GiveWay); err == nil {
			d.readText(body, f)
		}
	}
	if err != nil {
		return shape.Document{}, fmt.Errorf("the body is not a valid %s: %w", codecNames[c], err)
	}
	return d.Document, nil
}

// document is the JSON that a body is made.
type document struct{ shape.Document }

func (d *document) readForm(body []byte, f *shape.Field, limits Limits) error {
	var pairs param.Query
	if pairs.Parse(body, limits.Fields) != nil {
		return &CountError{limits.Fields, "fields"}
	}
	var root shape.Node
	if err := param.ReadForm(&root, f, &pairs); err != nil {
		return err
	}
	d.Plus = true
	d.Node(&root, f)
	return nil
}

// readText reads a whole text: a value that has no form in text is JSON already.
func (d *document) readText(body []byte, f *shape.Field) {
	if (f.Array != nil || f.Object != nil) && (!f.Has(shape.KindString) || shape.IsJSON(body)) {
		d.JSON = body
		return
	}
	d.Text(shape.Text{Data: body}, f)
}

// Encode returns a JSON value in another media type, and the Content-Type to send it with. An error says why the type cannot carry
// the value.
func Encode(shapes *shape.Shapes, name, mediaType string, value []byte) (body []byte, contentType string, err error) {
	f := shapes.Get(name)
	switch codecOf(mediaType) {
	case codecForm:
		body, err = param.AppendForm(nil, f, value)
		return body, mediaType, err
	case codecMultipart:
		return writeMultipart(value, mediaType, f)
	case codecXML:
		body, err = appendXML(nil, value, f)
		return body, mediaType, err
	case codecText:
		if param.ContentTypeParameter([]byte(mediaType), "charset") == "" {
			mediaType += "; charset=utf-8"
		}
		return appendPlain(nil, value), mediaType, nil
	}
	return value, mediaType, nil
}

// appendPlain appends a JSON value as text: a string without its quotes.
func appendPlain(b, value []byte) []byte {
	if len(value) == 0 || value[0] != '"' {
		return append(b, value...)
	}
	var d jsonwire.Decoder
	d.Reset(value)
	return append(b, d.String(nil)...)
}

// textStretch is how many bytes of a text are looked at before others go first, for 50 to 100 µs.
const textStretch = 16 << 10

// toUTF8 returns a text in UTF-8, without a byte order mark. It gives way if others is not nil.
func toUTF8(body []byte, charset string, others func()) ([]byte, error) {
	if isLatin1(charset) {
		out := make([]byte, 0, len(body)+len(body)/8)
		for piece := range slices.Chunk(body, textStretch) {
			for _, c := range piece {
				out = utf8.AppendRune(out, rune(c))
			}
			giveWay(others)
		}
		return out, nil
	}
	switch strings.ToLower(charset) {
	case "", "utf-8", "utf8", "us-ascii", "ascii":
		if body = bytes.TrimPrefix(body, []byte("\ufeff")); !isUTF8(body, others) {
			return nil, errNotUTF8
		}
		return body, nil
	}
	return nil, &CharsetError{charset}
}

func isLatin1(charset string) bool {
	return strings.EqualFold(charset, "iso-8859-1") || strings.EqualFold(charset, "latin1")
}

// isUTF8 is utf8.Valid, and gives way.
func isUTF8(text []byte, others func()) bool {
	for len(text) > textStretch {
		end := textStretch
		for end > textStretch-utf8.UTFMax && !utf8.RuneStart(text[end]) {
			end--
		}
		if !utf8.Valid(text[:end]) {
			return false
		}
		giveWay(others)
		text = text[end:]
	}
	return utf8.Valid(text)
}

package media

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/param"
)

// Limits bound what a body may cost beyond its size. The zero value serves.
type Limits struct {
	Fields int // of a form, and parts of a multipart body; 0: 1,000
}

const defaultFields = 1000

// codec reads and writes one family of media types.
type codec uint8

const (
	codecJSON codec = iota
	codecForm
	codecText
)

// codecOf returns what reads a media type, which is in lower case and has no parameters. Ranges and types without a codec of
// their own were taken for JSON by the generator.
func codecOf(mediaType string) codec {
	switch {
	case mediaType == "application/x-www-form-urlencoded":
		return codecForm
	case mediaType == "text/json", strings.HasSuffix(mediaType, "+json"):
		return codecJSON
	case strings.HasPrefix(mediaType, "text/"):
		return codecText
	}
	return codecJSON
}

// MayBeEmpty says whether no bytes at all are a value of a media type: a form without fields.
func MayBeEmpty(mediaType string) bool { return codecOf(mediaType) == codecForm }

// CharsetError says that a text is in a character encoding that is not read.
type CharsetError struct{ Charset string }

// Error implements error.
func (e *CharsetError) Error() string { return fmt.Sprintf("charset %q is not read", e.Charset) }

// Document is a body as JSON.
type Document struct {
	JSON []byte // may be the body itself
}

// Decode returns body as JSON. contentType is the field as it was sent, with its parameters; mediaType is what it says. An error
// is a *CharsetError, or says what is wrong with the syntax.
func (s *Layouts) Decode(name, mediaType string, contentType, body []byte, limits Limits) (Document, error) {
	c := codecOf(mediaType)
	if c == codecJSON {
		return Document{JSON: body}, nil
	}
	body, err := toUTF8(body, param.ContentTypeParameter(contentType, "charset"))
	if err != nil {
		return Document{}, err
	}
	f := s.get(name)
	if limits.Fields <= 0 {
		limits.Fields = defaultFields
	}
	switch c {
	case codecForm:
		var root node
		if err := readForm(&root, f, body, limits.Fields); err != nil {
			return Document{}, fmt.Errorf("the body is not a valid form: %w", err)
		}
		return Document{JSON: appendNode(nil, &root, f)}, nil
	default:
		return Document{JSON: readText(body, f)}, nil
	}
}

// readText returns a whole text as JSON: a value that has no form in text is JSON already.
func readText(body []byte, f *field) []byte {
	if f.has(kindArray|kindObject) && (!f.has(kindString) || isJSON(body)) {
		return body
	}
	return appendText(nil, text{data: body}, f)
}

// Encode appends a JSON value in another media type, and returns the Content-Type to send it with.
func (s *Layouts) Encode(b []byte, name, mediaType string, value []byte) (body []byte, contentType string) {
	switch codecOf(mediaType) {
	case codecForm:
		return appendForm(b, value, s.get(name)), mediaType
	case codecText:
		return appendPlain(b, value), mediaType + "; charset=utf-8"
	}
	return append(b, value...), mediaType
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

// errText says that a text has bytes that its encoding does not know.
var errText = errors.New("the body is not a valid text: " + errNotUTF8.Error())

// toUTF8 returns a text in UTF-8, without a byte order mark.
func toUTF8(body []byte, charset string) ([]byte, error) {
	switch strings.ToLower(charset) {
	case "", "utf-8", "utf8", "us-ascii", "ascii":
		if body = bytes.TrimPrefix(body, []byte("\ufeff")); !utf8.Valid(body) {
			return nil, errText
		}
		return body, nil
	case "iso-8859-1", "latin1":
		out := make([]byte, 0, len(body)+len(body)/8)
		for _, c := range body {
			out = utf8.AppendRune(out, rune(c))
		}
		return out, nil
	}
	return nil, &CharsetError{charset}
}

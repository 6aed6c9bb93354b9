package media

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/param"
	"github.com/tornadogen/tornadogen/runtime/internal/value"
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
	codecMultipart
	codecXML
	codecText
)

var codecNames = [...]string{codecForm: "form", codecMultipart: "multipart body", codecXML: "XML document", codecText: "text"}

// codecOf returns what reads a media type, which is in lower case and has no parameters. Ranges and types without a codec of
// their own were taken for JSON by the generator.
func codecOf(mediaType string) codec {
	switch {
	case mediaType == "application/x-www-form-urlencoded":
		return codecForm
	case mediaType == "text/json", strings.HasSuffix(mediaType, "+json"):
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

// MayBeEmpty says whether no bytes at all are a value of a media type: a form without fields.
func MayBeEmpty(mediaType string) bool { return codecOf(mediaType) == codecForm }

// CharsetError says that a text is in a character encoding that is not read.
type CharsetError struct{ Charset string }

// Error implements error.
func (e *CharsetError) Error() string { return fmt.Sprintf("charset %q is not read", e.Charset) }

// Document is a body as JSON.
type Document struct {
	JSON   []byte       // may be the body itself
	Files  []value.File // that the JSON refers to: see jsonwire.Decoder.Attach
	Faults []Fault      // what is wrong beside the values
}

// Fault is a violation that JSON cannot show, of the value at an offset.
type Fault struct {
	Offset           int
	Keyword, Message string
}

// Decode returns body as JSON. contentType is the field as it was sent, with its parameters; mediaType is what it says. An error
// is a *CharsetError, or says what is wrong with the syntax.
func (s *Layouts) Decode(name, mediaType string, contentType, body []byte, limits Limits) (Document, error) {
	c := codecOf(mediaType)
	if c == codecJSON {
		return Document{JSON: body}, nil
	}
	if limits.Fields <= 0 {
		limits.Fields = defaultFields
	}
	f := s.get(name)
	var d Document
	var err error
	switch charset := param.ContentTypeParameter(contentType, "charset"); c {
	case codecMultipart:
		err = d.readMultipart(body, param.ContentTypeParameter(contentType, "boundary"), f, limits)
	case codecXML:
		err = d.readXML(body, charset, f)
	case codecForm:
		if body, err = toUTF8(body, charset); err == nil {
			err = d.readForm(body, f, limits)
		}
	default:
		if body, err = toUTF8(body, charset); err == nil {
			d.readText(body, f)
		}
	}
	if err != nil {
		return Document{}, fmt.Errorf("the body is not a valid %s: %w", codecNames[c], err)
	}
	return d, nil
}

// Read gives dec the document to read, with its files and faults.
func (d *Document) Read(dec *jsonwire.Decoder) *jsonwire.Decoder {
	dec.Reset(d.JSON)
	dec.Attach(d.Files)
	for _, f := range d.Faults {
		dec.Violate(f.Offset, f.Keyword, f.Message)
	}
	return dec
}

func (d *Document) readForm(body []byte, f *field, limits Limits) error {
	var root node
	if err := readForm(&root, f, body, limits.Fields); err != nil {
		return err
	}
	d.node(&root, f)
	return nil
}

// readText reads a whole text: a value that has no form in text is JSON already.
func (d *Document) readText(body []byte, f *field) {
	if f.has(kindArray|kindObject) && (!f.has(kindString) || isJSON(body)) {
		d.JSON = body
		return
	}
	d.plain(body, f)
}

// Encode returns a JSON value in another media type, and the Content-Type to send it with. An error says why the type cannot carry
// the value.
func (s *Layouts) Encode(name, mediaType string, value []byte) (body []byte, contentType string, err error) {
	f := s.get(name)
	switch codecOf(mediaType) {
	case codecForm:
		return appendForm(nil, value, f), mediaType, nil
	case codecMultipart:
		return writeMultipart(value, mediaType, f)
	case codecXML:
		body, err = appendXML(nil, value, f)
		return body, mediaType, err
	case codecText:
		return appendPlain(nil, value), mediaType + "; charset=utf-8", nil
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

// toUTF8 returns a text in UTF-8, without a byte order mark.
func toUTF8(body []byte, charset string) ([]byte, error) {
	switch strings.ToLower(charset) {
	case "", "utf-8", "utf8", "us-ascii", "ascii":
		if body = bytes.TrimPrefix(body, []byte("\ufeff")); !utf8.Valid(body) {
			return nil, errNotUTF8
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

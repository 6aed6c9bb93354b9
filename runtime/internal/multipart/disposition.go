package multipart

import (
	"bytes"
	"mime"
)

// Disposition is what a Content-Disposition field says of a part (RFC 7578 section 4.2).
type Disposition struct {
	Name, FileName       string
	HasName, HasFileName bool
}

// Read reads a field, and reports whether it is well-formed, else it says nothing. Its parameters are those that mime.ParseMediaType gives. A
// text that is the same as in the field before is kept, so that parts that are alike cost nothing.
func (d *Disposition) Read(field []byte) bool {
	name, file, ok := usual(field)
	if ok {
		d.HasName, d.HasFileName = name != nil, file != nil
		keep(&d.Name, name)
		keep(&d.FileName, file)
		return true
	}
	_, parameters, err := mime.ParseMediaType(string(field))
	d.Name, d.HasName = parameters["name"]
	d.FileName, d.HasFileName = parameters["filename"]
	return err == nil
}

func keep(s *string, text []byte) {
	if *s != string(text) {
		*s = string(text)
	}
}

// usual reads a field as browsers write it: form-data; name="a"; filename="b". A text that is not there is nil. It is not ok for any other
// field: one that has other parameters, escapes, or a fault.
func usual(field []byte) (name, file []byte, ok bool) {
	rest, ok := bytes.CutPrefix(field, []byte("form-data"))
	for ok && len(rest) > 0 {
		if rest[0] != ';' {
			return nil, nil, false
		}
		rest = bytes.TrimLeft(rest[1:], " ")
		text := &name
		var after []byte
		if after, ok = bytes.CutPrefix(rest, []byte(`name="`)); !ok {
			text = &file
			if after, ok = bytes.CutPrefix(rest, []byte(`filename="`)); !ok {
				return nil, nil, false
			}
		}
		end := plainEnd(after)
		if end < 0 || *text != nil {
			return nil, nil, false
		}
		*text, rest = after[:end:end], after[end+1:]
	}
	return name, file, ok
}

// plainEnd is where a quoted string ends in which nothing is escaped, -1 for another.
func plainEnd(text []byte) int {
	for i, c := range text {
		switch c {
		case '"':
			return i
		case '\\', '\r', '\n':
			return -1
		}
	}
	return -1
}

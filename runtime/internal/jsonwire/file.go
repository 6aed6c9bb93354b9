package jsonwire

import (
	"strconv"
	"strings"

	"github.com/tornadogen/tornadogen/runtime/internal/validate"
	"github.com/tornadogen/tornadogen/runtime/internal/value"
)

// FileMark begins the string that stands for a file in a text that was made of parts: its number among the attached ones follows.
const FileMark = "#"

// Attach gives d the files that its text refers to, until the next Reset.
func (d *Decoder) Attach(files []value.File) { d.files = files }

// File consumes a string that stands for a file: a number among those that are attached, a data URL, or the content itself. The
// lengths of the rule count bytes; nothing else of it is checked.
func (d *Decoder) File(r *validate.StringRule) value.File {
	offset := d.pos
	text, ok := d.str()
	if !ok {
		return value.File{}
	}
	f, err := d.file(text)
	if err != nil {
		d.Violate(offset, validate.KeywordFormat, validate.MessageBase64)
		return value.File{}
	}
	if r != nil {
		if faults := r.CheckBytes(len(f.Data)); faults != 0 {
			d.refuse(offset, faults, r)
		}
	}
	return f
}

func (d *Decoder) file(text string) (value.File, error) {
	if number, ok := strings.CutPrefix(text, FileMark); ok && len(d.files) > 0 {
		if i, err := strconv.Atoi(number); err == nil && i >= 0 && i < len(d.files) {
			return d.files[i], nil
		}
	}
	return value.ParseFile(text)
}

// AppendFile appends a file as a data URL in quotes.
func AppendFile(b []byte, v value.File) []byte { return appendText(b, v) }

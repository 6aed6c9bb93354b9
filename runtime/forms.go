package tornado

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/media"
	"github.com/tornadogen/tornadogen/runtime/internal/shape"
	"github.com/tornadogen/tornadogen/runtime/internal/validate"
	"github.com/tornadogen/tornadogen/runtime/internal/value"
)

// FormPart is a step through a multipart body that is read as it comes: the fields that have come, and the next file. Fields: Fields,
// File, which is nil where no file follows.
type FormPart[T any] = value.FormPart[T]

// FilePart is a file of such a body. Fields: Field, which is the name of the member that it is, Name, ContentType, Header, Reader. It
// is an io.Reader itself, which is read until the next step; what is left of it then is dropped.
type FilePart = value.FilePart

// Parts gives the body for a client to send: the fields, then the files in their order. Each is read while it is sent, and none is
// closed.
func Parts[T any](fields T, files ...*FilePart) Items[FormPart[T]] {
	return func(yield func(FormPart[T], error) bool) {
		if len(files) == 0 {
			yield(FormPart[T]{Fields: fields}, nil)
		}
		for _, file := range files {
			if !yield(FormPart[T]{Fields: fields, File: file}, nil) {
				return
			}
		}
	}
}

// FileRule is what a schema demands of the files of one member. Generated code holds them.
type FileRule struct {
	Field    string
	Required bool
	Several  bool        // the member is an array, of which each file is an item
	Items    *ArrayRule  // of that array; nil: nothing
	Length   *StringRule // of the files, in bytes; nil: nothing
}

// FormBody gives the steps through a body that is multipart, nil where there is no body. Generated code calls it: decode reads the
// fields, by the shape of that name; it is nil where there are none.
func FormBody[T any](in *Input, shapes *Shapes, name string, decode func(*T, *Decoder), files ...FileRule) Items[FormPart[T]] {
	if in.stream == nil {
		return nil
	}
	f := newFormReader(in, shapes, name, files)
	f.bare = decode == nil
	var fields T // the latest; valid, or nobody gets them
	return func(yield func(FormPart[T], error) bool) {
		for {
			file, err := f.next()
			if err == nil && f.fresh() {
				fields = *new(T) // before what they took is given back
				decode(&fields, f.document())
				f.spent.end(&f.decoder)
				err = f.end()
			}
			switch {
			case err != nil:
				if !errors.Is(err, io.EOF) {
					f.ended = err
					yield(FormPart[T]{}, err)
				}
				return
			case !yield(FormPart[T]{Fields: fields, File: file}, nil):
				return
			}
		}
	}
}

// formReader goes through a multipart body.
type formReader struct {
	body    *streamBody
	parts   *media.FormReader
	rules   []FileRule
	seen    map[string]int // files by their members
	decoder jsonwire.Decoder
	spent   spent
	giveWay func() // lets others go first
	bounds  *bounds
	status  int   // of violations
	steps   int   // that were taken
	bare    bool  // nobody asks for fields
	told    int   // fields that document has told of: all parts but the files
	files   int   // that have come
	ended   error // final
}

func newFormReader(in *Input, shapes *Shapes, name string, rules []FileRule) *formReader {
	api := in.x.match.api
	f := &formReader{body: in.stream, rules: rules, seen: make(map[string]int), bounds: &api.bounds, status: api.statusOfViolations(), told: -1}
	f.decoder.Request, f.decoder.Options, f.decoder.Lend = true, api.decoding, in.stream.lend
	limits := in.formLimits()
	f.giveWay = limits.GiveWay
	parts, err := media.NewFormReader(in.stream, shapes, name, bytes.Clone(in.x.head.ContentType), limits)
	if err != nil {
		f.ended = &BodyError{Status: http.StatusBadRequest, Detail: err.Error()}
		return f
	}
	f.parts = parts
	f.parts.Limit = int(api.maxBody)
	return f
}

// shortBody is a body, in bytes, that is read soon whatever it is.
const shortBody = 4 << 10

// formLimits are those of the API, and who reads parts, or what is long, within them gives way.
func (in *Input) formLimits() media.Limits {
	limits := in.x.match.api.formLimits
	if limits.Hold = in.decoder.Lend; in.stream != nil {
		limits.Hold = in.stream.hold
	}
	if len(in.body) > shortBody || strings.HasPrefix(in.media, "multipart/") { // else nobody needs it
		limits.GiveWay = in.x.peer.way().Give
	}
	return limits
}

// next goes on to the next file; it is nil for fields that no file follows. Its errors are final, io.EOF behind the last step.
func (f *formReader) next() (*FilePart, error) {
	if f.ended != nil {
		return nil, f.ended
	}
	file, at, err := f.parts.Next()
	if errors.Is(err, io.EOF) {
		if err := f.missing(); err != nil {
			return nil, err
		}
		f.ended = io.EOF
		if f.steps++; f.steps == 1 || f.fresh() {
			return nil, nil
		}
		return nil, io.EOF
	}
	if err != nil {
		return nil, f.explain(err)
	}
	f.files++
	f.steps++
	return f.file(file, at)
}

// file checks a file, and sees to it that its length is checked.
func (f *formReader) file(file *FilePart, at *shape.Field) (*FilePart, error) {
	f.seen[file.Field]++
	n, rule, pointer := f.seen[file.Field], f.rule(file.Field), fieldPointer(file.Field)
	place := pointer
	if rule.Several {
		place += "/" + strconv.Itoa(n-1)
	}
	switch fault := media.TypeFault(file, at); {
	case !rule.Several && n > 1:
		return nil, f.violation(pointer, validate.KeywordType, "must not be given more than once")
	case rule.Items != nil && rule.Items.Check(max(n, rule.Items.MinItems), always) != 0:
		return nil, f.refuse(violations(nil, pointer, rule.Items.Check(max(n, rule.Items.MinItems), always), rule.Items))
	case fault.Keyword != "":
		return nil, f.violation(place, fault.Keyword, fault.Message)
	}
	file.Reader = &fileReader{form: f, source: file.Reader, rule: rule.Length, place: place}
	return file, nil
}

// always stands for files that are not compared.
func always() bool { return true }

func (f *formReader) rule(field string) FileRule {
	for _, r := range f.rules {
		if r.Field == field {
			return r
		}
	}
	return FileRule{Several: true} // one of those that the schema does not name
}

// fieldPointer is the JSON pointer of a member (RFC 6901 section 3).
func fieldPointer(field string) string { return "/" + pointerEscaper.Replace(field) }

var pointerEscaper = strings.NewReplacer("~", "~0", "/", "~1")

// missing reports the files that have not come.
func (f *formReader) missing() error {
	var list []Violation
	for _, r := range f.rules {
		n := f.seen[r.Field]
		switch {
		case n == 0 && r.Required:
			list = append(list, Violation{In: "body", Pointer: fieldPointer(r.Field), Keyword: validate.KeywordRequired, Message: validate.MessageRequired})
		case n > 0 && r.Items != nil:
			list = violations(list, fieldPointer(r.Field), r.Items.Check(n, always), r.Items)
		}
	}
	if list == nil {
		return nil
	}
	return f.refuse(list)
}

// violations adds what a rule has found to a list.
func violations(list []Violation, pointer string, faults validate.Faults, rule validate.Rule) []Violation {
	for keyword, message := range faults.Explain(rule) {
		list = append(list, Violation{In: "body", Pointer: pointer, Keyword: keyword, Message: message})
	}
	return list
}

func (f *formReader) violation(pointer, keyword, message string) error {
	return f.refuse([]Violation{{In: "body", Pointer: pointer, Keyword: keyword, Message: message}})
}

func (f *formReader) refuse(list []Violation) error {
	return &BodyError{Status: f.status, Detail: "the request breaks the rules of the API", Violations: list}
}

// explain makes a *BodyError of what ends the body.
func (f *formReader) explain(err error) error {
	var known *BodyError
	switch {
	case errors.As(err, &known), errors.Is(err, http.ErrBodyReadAfterClose):
		return err
	case errors.Is(err, media.ErrUnheld):
		return f.body.unheld()
	case errors.Is(err, media.ErrFieldsTooLong):
		f.bounds.meet(BoundBody)
		return &BodyError{Status: http.StatusRequestEntityTooLarge, Detail: "the fields of the form may have " + strconv.Itoa(f.parts.Limit) + " bytes at most"}
	}
	if many := new(media.CountError); errors.As(err, &many) {
		f.bounds.meet(BoundFields)
	}
	status := http.StatusBadRequest
	if charset := new(media.CharsetError); errors.As(err, &charset) {
		status = http.StatusUnsupportedMediaType
	}
	return &BodyError{Status: status, Detail: err.Error()}
}

// fresh reports whether a field, or a file with header fields, has come that document has not told of.
func (f *formReader) fresh() bool {
	return !f.bare && (f.parts.Headed() || f.parts.Count()-f.files != f.told)
}

// document gives a decoder on the fields that have come: all of them again, so that what was lent for them before is taken back.
func (f *formReader) document() *Decoder {
	f.decoder.Reset(nil)
	f.body.takeBack()
	f.told = f.parts.Count() - f.files
	doc := f.parts.Fields()
	d := doc.Read(&f.decoder)
	if d.Long() && f.giveWay != nil {
		d.GiveWay(f.giveWay)
	}
	f.spent.begin(d)
	return d
}

// end says what is wrong with the fields that were decoded.
func (f *formReader) end() error {
	d := &f.decoder
	d.End()
	if !d.Failed() {
		return nil
	}
	if err := d.SyntaxError(); err != nil {
		if err.Unlent() {
			return f.body.unheld()
		}
		f.bounds.meetJSON(err)
		return &BodyError{Status: http.StatusBadRequest, Detail: "the fields of the form are not valid: " + err.Error()}
	}
	list := append([]Violation(nil), d.Violations()...)
	for i, v := range list {
		list[i] = v.OfText()
		if v.Keyword == validate.KeywordRequired && f.ended == nil && strings.Count(list[i].Pointer, "/") == 1 { // of a field itself
			list[i].Message += ", before the files"
		}
	}
	return f.refuse(list)
}

// fileReader reads a file and checks its length.
type fileReader struct {
	form   *formReader
	source io.Reader
	rule   *StringRule
	place  string
	n      int
	err    error
}

// Read gives the next bytes. An error is io.EOF or a *BodyError.
func (r *fileReader) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	n, err := r.source.Read(p)
	r.n += n
	least := r.n
	if err != io.EOF && r.rule != nil { // more may follow, or should have
		least = max(r.n, r.rule.MinLength)
	}
	switch {
	case r.rule != nil && r.rule.CheckBytes(least) != 0:
		r.err = r.form.refuse(violations(nil, r.place, r.rule.CheckBytes(least), r.rule))
		n = 0
	case err == io.EOF:
		r.err = io.EOF
	case err != nil:
		r.err = r.form.explain(r.form.parts.Explain(err))
	}
	return n, r.err
}

package client

import (
	"cmp"
	"iter"
	"math"
	"net/http"
	"slices"
	"strings"

	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/media"
	"github.com/tornadogen/tornadogen/runtime/internal/operation"
	"github.com/tornadogen/tornadogen/runtime/internal/param"
	"github.com/tornadogen/tornadogen/runtime/internal/shape"
	"github.com/tornadogen/tornadogen/runtime/internal/validate"
	"github.com/tornadogen/tornadogen/runtime/internal/value"
)

// Response is an answer that has been read as a whole. It belongs to one goroutine.
type Response struct {
	StatusCode int
	Header     http.Header
	Body       []byte // at most what WithMaxBody says

	op       *operation.Operation
	checked  bool
	decoder  jsonwire.Decoder
	field    jsonwire.Decoder      // of a header field that holds JSON
	report   param.Report          // what is wrong with header fields
	syntax   string                // why the body cannot be made JSON of
	rest     *http.Response        // whose body was not read yet; nil once it was, or is somebody's
	limits   *limits               // of the call
	failure  func(err error) error // makes an *Error of what went wrong while the body was read
	maxBody  int64
	attempts int      // how often the call was sent
	broken   error    // why the body could not be read
	awaited  []string // the media types that the document declares, once the body was found to be of none of them
}

// ContentType returns the media type of the body, in lower case and without parameters; "" if there is none.
func (r *Response) ContentType() string {
	return param.ContentType([]byte(r.Header.Get("Content-Type")))
}

// MediaType is ContentType where some of the media types that the document declares have parameters: the one of the body is as it is
// declared.
func (r *Response) MediaType(declared ...string) string {
	i := param.PickContentType([]byte(r.Header.Get("Content-Type")), declared)
	if i >= 0 && strings.Contains(declared[i], ";") {
		return declared[i]
	}
	return r.ContentType()
}

// Param returns a header field. Several of one name are one list, separated by commas (RFC 9110 section 5.3). What it
// refuses, End and EndJSON return.
func (r *Response) Param(name string, style param.Style) param.Value {
	r.report.Lenient = !r.checked
	values := r.Header.Values(name)
	return r.report.Value(param.Place{Name: name, In: param.InHeader, Style: style}, []byte(strings.Join(values, ", ")), len(values) > 0)
}

// Params returns the header fields of a name one by one, for those that cannot be joined to a list: Set-Cookie (RFC 9110 section 5.3).
func (r *Response) Params(name string, style param.Style) iter.Seq[param.Value] {
	return func(yield func(param.Value) bool) {
		for _, value := range r.Header.Values(name) {
			if !yield(r.report.Value(param.Place{Name: name, In: param.InHeader, Style: style}, []byte(value), true)) {
				return
			}
		}
	}
}

// JSONParam returns a decoder on a header field whose content is JSON. Call EndJSONParam when the value was read.
func (r *Response) JSONParam(p param.Value) *jsonwire.Decoder {
	text, _ := p.Bytes()
	r.field.Lenient = !r.checked
	r.field.Reset(text)
	return &r.field
}

// EndJSONParam checks that nothing follows the value of JSONParam. What is wrong with it, End and EndJSON return.
func (r *Response) EndJSONParam(p param.Value) {
	r.field.End()
	if err := r.field.SyntaxError(); err != nil {
		r.report.Malform(p.Place(), "not valid "+err.Error())
		return
	}
	p.Record(r.field.Violations())
}

// declares reports whether the body is of one of these media types, which are exact ones or ranges. One without Content-Type is
// taken to be; if it is not, nothing may be read, and the methods that end what was read return it as an *[UnexpectedResponse].
func (r *Response) declares(types []string) bool {
	name := r.ContentType()
	if name != "" && param.PickContentType([]byte(r.Header.Get("Content-Type")), types) < 0 {
		r.awaited = types
	}
	return r.awaited == nil
}

// declaresTyped is declares for a body that is read into a type: a problem is one of a type that names it, not of a wide range, as
// servers answer with problems that their documents do not have in mind.
func (r *Response) declaresTyped(types []string) bool {
	if r.declares(types) && r.ContentType() == tornado.ProblemType && !slices.ContainsFunc(types, namesProblem) {
		r.awaited = types
	}
	return r.awaited == nil
}

// namesProblem says whether a media type, or a range, is that of problems more than of others.
func namesProblem(name string) bool {
	return !strings.HasSuffix(name, "/*") && param.MatchesAny(tornado.ProblemType, []string{name})
}

// onlyJSON are the media types of JSON and MediaBody where none are named.
var onlyJSON = []string{"application/json"}

// JSON returns a decoder on the body, which has one of these media types, application/json where none is named. It keeps values of
// an enum that are unknown and ignores members that are not declared, unless answers are checked. Call EndJSON when the value was
// read.
func (r *Response) JSON(types ...string) *jsonwire.Decoder {
	if len(types) == 0 {
		types = onlyJSON
	}
	r.setDecoder()
	r.decoder.Reset(nil)
	if r.declaresTyped(types) && r.loaded() {
		r.decoder.Reset(r.Body)
	}
	return &r.decoder
}

// setDecoder says what the decoder accepts: lists, maps and unions may take 16 times as much as a body may have, or 64 MiB.
func (r *Response) setDecoder() {
	const factor, least = 16, 64 << 20
	r.decoder.Lenient = !r.checked
	r.decoder.Options.MaxMemory = int(max(least, factor*min(r.maxBody, math.MaxInt/factor)))
}

// MediaBody is JSON for a body of types that the shape of that name, or with that notation, makes JSON of.
func (r *Response) MediaBody(shapes *shape.Shapes, name string, types ...string) *jsonwire.Decoder {
	if !r.declaresTyped(types) || !r.loaded() {
		r.decoder.Reset(nil)
		return &r.decoder
	}
	doc, err := media.Decode(shapes, name, r.ContentType(), []byte(r.Header.Get("Content-Type")), r.Body, r.mediaLimits())
	if err != nil {
		r.syntax = err.Error()
	}
	r.setDecoder()
	return doc.Read(&r.decoder)
}

// mediaLimits are those of a body, or of a part that is an item.
func (r *Response) mediaLimits() media.Limits {
	const bytes = 84 // of an answer for each element of XML, as a server has them: 4 MiB are 50,000
	return media.Limits{Elements: max(media.DefaultElements, int(r.maxBody/bytes))}
}

// EndJSON checks that nothing follows the value and returns an *[InvalidResponse] for what is wrong with it or with the
// header fields that were read, or the *[UnexpectedResponse] that the answer is by its media type.
func (r *Response) EndJSON() error {
	switch {
	case r.awaited != nil:
		return r.Unexpected()
	case r.broken != nil:
		return r.broken
	}
	r.decoder.End()
	if r.syntax != "" {
		return r.invalid(nil, nil)
	}
	if !r.decoder.Failed() {
		return r.End()
	}
	return r.invalid(r.decoder.SyntaxError(), r.decoder.Violations())
}

// Bytes returns the body, which has one of these media types; nil if it has not.
func (r *Response) Bytes(types ...string) []byte {
	if !r.declares(types) || !r.loaded() {
		return nil
	}
	return r.Body
}

// Blob returns the body, which has one of these media types, with the media type as it was sent.
func (r *Response) Blob(types ...string) value.Blob {
	if !r.declares(types) || !r.loaded() {
		return value.Blob{}
	}
	return value.Blob{ContentType: r.Header.Get("Content-Type"), Data: r.Body}
}

// End returns an *[InvalidResponse] for what is wrong with the header fields that were read, or the *[UnexpectedResponse] that the
// answer is by its media type.
func (r *Response) End() error {
	switch {
	case r.awaited != nil:
		return r.Unexpected()
	case r.broken != nil:
		return r.broken
	case !r.report.Failed():
		return nil
	}
	return r.invalid(nil, nil)
}

// Fail returns declared, an answer that is an error, unless End has one.
func (r *Response) Fail(declared error) error {
	if err := r.End(); err != nil {
		return err
	}
	return declared
}

// FailJSON returns declared, an answer that is an error, unless EndJSON has one.
func (r *Response) FailJSON(declared error) error {
	if err := r.EndJSON(); err != nil {
		return err
	}
	return declared
}

// invalid returns an error for what counts of these and of the header fields.
func (r *Response) invalid(syntax *jsonwire.SyntaxError, violations []validate.Violation) error {
	violations = slices.Concat(violations, r.report.Violations())
	if !r.checked {
		violations = slices.DeleteFunc(violations, func(v validate.Violation) bool { return !losesValue(v) })
	}
	malformed := cmp.Or(r.syntax, r.report.Malformed())
	if syntax == nil && len(violations) == 0 && malformed == "" {
		return nil
	}
	return &InvalidResponse{
		Operation: r.op, StatusCode: r.StatusCode, Syntax: syntax, Malformed: malformed, Violations: violations,
	}
}

// losesValue says whether a violation means that a value could not be read, rather than that it was not as it should be.
func losesValue(v validate.Violation) bool {
	switch v.Keyword {
	case validate.KeywordType, "discriminator", "oneOf", "anyOf":
		return true
	case validate.KeywordFormat:
		return slices.Contains(typedFormats, v.Message)
	}
	return false
}

// typedFormats are what is said of values that have a Go type of their own; other formats are checked on strings, which are
// read all the same.
var typedFormats = []string{
	validate.FormatDateTime.Message(), validate.FormatDate.Message(), validate.FormatTime.Message(),
	validate.FormatDuration.Message(), validate.FormatUUID.Message(), validate.FormatIPv4.Message(),
	validate.FormatIPv6.Message(), validate.MessageInt32, validate.MessageInt64, validate.MessageUint,
	validate.MessageFloat32, validate.MessageFloat64, validate.MessageBase64, validate.MessageDecimal,
}

// Unexpected returns the answer as an *[UnexpectedResponse].
func (r *Response) Unexpected() error {
	if !r.loaded() {
		return r.broken
	}
	e := &UnexpectedResponse{Operation: r.op, StatusCode: r.StatusCode, Header: r.Header, Body: r.Body, Declared: r.awaited, Attempts: r.attempts}
	if r.ContentType() == tornado.ProblemType {
		e.Problem = readProblem(r.StatusCode, r.Body)
	}
	return e
}

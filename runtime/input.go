package tornado

import (
	"errors"
	"strings"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/media"
	"github.com/tornadogen/tornadogen/runtime/internal/param"
	"github.com/tornadogen/tornadogen/runtime/internal/route"
	"github.com/tornadogen/tornadogen/runtime/internal/shape"
)

// Input is what generated code decodes a request from. It is valid inside of a decode function alone, on its goroutine. What
// it gives is copied, but for Param and Decoder, which must not be kept.
type Input struct {
	x        *exchange
	path     route.Params
	query    param.Query
	cookies  param.Cookies
	report   param.Report // what is wrong with parameters
	decoder  jsonwire.Decoder
	body     []byte      // aliases the transport's buffer
	stream   *streamBody // a body that is not held in memory, nil for none
	streams  bool        // the body that comes is such a one
	media    string      // type and subtype of the body, in lower case
	declared string      // where the operation declares media types with parameters: what ContentType gives
	joined   []byte      // memory for header fields that stand several times

	queryRead, cookiesRead, decoded bool
	crowded                         bool           // there is no memory for the body, or what becomes of it
	syntax                          string         // why the body cannot be read, "" if it can
	charset                         string         // of a body that is not read because of it
	violations                      []Violation    // of the body
	doc                             shape.Document // of a body that is not JSON
}

// forget drops what aliases the head, and keeps the memory: it is read again when it is asked for.
func (in *Input) forget() {
	if in.queryRead {
		in.query.Reset()
	}
	if in.cookiesRead {
		in.cookies.Reset()
	}
	in.queryRead, in.cookiesRead = false, false
	if cap(in.joined) > maxKeptBuffer {
		in.joined = nil
	}
	in.joined = in.joined[:0]
}

// longQuery is how long a query is, in bytes, that may have so many parts that others should go first meanwhile.
const longQuery = 1 << 10

// Query returns a parameter of the query. It is scanned once, at the first call. In style Simple the parameter is the query as
// a whole.
func (in *Input) Query(name string, style Style) Param {
	place := param.Place{Name: name, In: param.InQuery, Style: style}
	if style == Simple {
		return in.report.Value(place, in.x.head.RawQuery, len(in.x.head.RawQuery) > 0)
	}
	if len(in.x.head.RawQuery) > longQuery && in.report.GiveWay == nil {
		in.report.GiveWay = in.x.peer.way().Give
	}
	if !in.queryRead {
		in.queryRead = true
		if err := in.query.Parse(in.x.head.RawQuery, 0); err != nil {
			in.met(BoundFields)
			in.report.Malform(place, err.Error())
		}
	}
	return in.report.Lookup(place, &in.query.Pairs)
}

// Cookie returns a cookie.
func (in *Input) Cookie(name string, style Style) Param {
	place := param.Place{Name: name, In: param.InCookie, Style: style}
	if !in.cookiesRead {
		in.cookiesRead = true
		for value := range in.x.head.Values("Cookie") {
			if err := in.cookies.Add(value, 0); err != nil {
				in.met(BoundFields)
				in.report.Malform(place, err.Error())
				break
			}
		}
	}
	return in.report.Lookup(place, &in.cookies.Pairs)
}

// Header returns a header field. Several of one name are one list, separated by commas (RFC 9110 section 5.3).
func (in *Input) Header(name string, style Style) Param {
	place := param.Place{Name: name, In: param.InHeader, Style: style}
	var first []byte
	n, start := 0, len(in.joined)
	for value := range in.x.head.Values(name) {
		switch n++; n {
		case 1:
			first = value
		case 2:
			in.joined = append(append(append(in.joined, first...), ", "...), value...)
		default:
			in.joined = append(append(in.joined, ", "...), value...)
		}
	}
	if n > 1 {
		first = in.joined[start:]
	}
	return in.report.Value(place, first, n > 0)
}

// HasBody reports whether the request has a body of at least one byte, or one that is not held in memory.
func (in *Input) HasBody() bool { return len(in.body) > 0 || in.stream != nil }

// ContentType is the media type of the body in lower case, without its parameters; where the operation declares one with parameters, and that is
// the one of the body, as it declares it.
func (in *Input) ContentType() string {
	if in.x.match.parameters {
		return in.declared
	}
	return in.media
}

// IsJSON reports whether the body is JSON: application/json, text/json or a type that ends in +json (RFC 6839).
func (in *Input) IsJSON() bool { return media.IsJSON(in.media) }

// JSONBody returns a decoder on the body. Call EndJSON when the value was read.
func (in *Input) JSONBody() *Decoder {
	return in.decode(in.body)
}

// MediaBody returns a decoder on the body whatever its media type is: JSON, or another one that the shape of that name, or with
// that notation, makes JSON of. Call EndJSON when the value was read.
func (in *Input) MediaBody(shapes *Shapes, name string) *Decoder {
	doc, err := media.Decode(shapes, name, in.media, in.x.head.ContentType, in.body, in.formLimits())
	if errors.Is(err, media.ErrUnheld) {
		in.crowd()
	} else if err != nil {
		in.syntax = err.Error()
		if other := new(media.CharsetError); errors.As(err, &other) {
			in.charset = other.Charset
		}
		if many := new(media.CountError); errors.As(err, &many) {
			in.met(BoundFields)
		}
	}
	spent := in.decode(nil).Spent()
	in.doc = doc
	in.doc.Read(&in.decoder).Spend(spent)
	return in.polite()
}

// EndJSON checks that nothing follows the value and records what the decoder found.
func (in *Input) EndJSON() {
	in.decoder.End()
	if !in.decoder.Failed() || in.syntax != "" {
		return
	}
	if err := in.decoder.SyntaxError(); err != nil {
		if err.Unlent() {
			in.crowd()
			return
		}
		in.x.match.api.bounds.meetJSON(err)
		in.syntax = "the body is not valid " + err.Error()
		return
	}
	for _, v := range in.decoder.Violations() {
		if !in.IsJSON() {
			v = v.OfText()
		}
		in.violations = append(in.violations, v)
	}
}

// JSONParam returns a decoder on a parameter whose content is JSON. Call EndJSONParam when the value was read.
func (in *Input) JSONParam(p Param) *Decoder {
	text, _ := p.Bytes()
	return in.decode(text)
}

func (in *Input) decode(text []byte) *Decoder {
	in.decoded = true
	in.decoder.Request = true
	in.decoder.Options = in.x.match.api.decoding
	in.decoder.Continue(text)
	return in.polite()
}

// polite has the decoder let others go first, where its text is long.
func (in *Input) polite() *Decoder {
	if in.decoder.Long() {
		in.decoder.GiveWay(in.x.peer.way().Give)
	}
	return &in.decoder
}

// EndJSONParam is EndJSON for a parameter.
func (in *Input) EndJSONParam(p Param) {
	in.decoder.End()
	if err := in.decoder.SyntaxError(); err != nil {
		if err.Unlent() {
			in.crowd()
			return
		}
		in.x.match.api.bounds.meetJSON(err)
		in.report.Malform(p.Place(), "is not valid "+err.Error())
		return
	}
	p.Record(in.decoder.Violations())
}

// crowd notes that there is no memory for what was sent: see refuseCrowded.
func (in *Input) crowd() { in.crowded, in.syntax = true, tooManyBodies }

// met counts a bound that the request has met.
func (in *Input) met(b Bound) { in.x.match.api.bounds.meet(b) }

// BytesBody returns a copy of the body.
func (in *Input) BytesBody() []byte {
	if n := len(in.body); n > slabSize && !in.x.share.Take(n) {
		in.crowd()
		return nil
	}
	return append([]byte{}, in.body...)
}

// BlobBody returns a copy of the body with the media type as it was sent.
func (in *Input) BlobBody() Blob {
	return Blob{ContentType: string(in.x.head.ContentType), Data: in.BytesBody()}
}

// failed reports whether anything is wrong with the request.
func (in *Input) failed() bool {
	return in.syntax != "" || len(in.violations) > 0 || in.report.Failed()
}

// unreadable says why the request is malformed (400), "" if it is not.
func (in *Input) unreadable() string {
	if in.syntax != "" {
		return in.syntax
	}
	return in.report.Malformed()
}

// allViolations are those of parameters, then those of the body, at most 100.
func (in *Input) allViolations() []Violation {
	all := append(in.report.Violations(), in.violations...)
	return all[:min(len(all), maxViolations)]
}

// maxViolations is how many violations an answer lists at most.
const maxViolations = 100

// readMedia notes the media type of the body and reports whether the operation reads it. A body without Content-Type counts as
// the first type that the operation declares.
func (in *Input) readMedia(contentType []byte, r *registered) bool {
	if r.parameters {
		return in.readParameters(contentType, r.op.Consumes)
	}
	if contentType == nil {
		in.media = r.op.Consumes[0]
		return true
	}
	in.media = param.ContentType(contentType)
	return param.MatchesAny(in.media, r.op.Consumes)
}

// readParameters is readMedia where a media type is declared with parameters.
func (in *Input) readParameters(contentType []byte, consumes []string) bool {
	i := 0
	if contentType != nil {
		i = param.PickContentType(contentType, consumes)
	}
	in.media = param.ContentType(contentType)
	in.declared = in.media
	if i < 0 {
		return false
	}
	bare, _, parameters := strings.Cut(consumes[i], ";")
	if parameters {
		in.declared = consumes[i]
	}
	if contentType == nil {
		in.media, in.declared = bare, consumes[i]
	}
	return true
}

package tornado

import (
	"math"
	"strings"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/check"
	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/operation"
	"github.com/tornadogen/tornadogen/runtime/internal/param"
	"github.com/tornadogen/tornadogen/runtime/internal/queue"
	"github.com/tornadogen/tornadogen/runtime/internal/shape"
	"github.com/tornadogen/tornadogen/runtime/internal/validate"
	"github.com/tornadogen/tornadogen/runtime/internal/value"
)

// The values that generated types are made of. They are aliases, so that go doc shows their methods with -all of the package
// runtime/internal/value alone; here they are named.
type (
	// Opt is absent, or a value. Its zero value is absent. Make one with Some. Methods: Get() (T, bool), Value() T (zero when
	// absent), Or(otherwise T) T, IsSet, Set, String ("absent").
	Opt[T any] = value.Opt[T]
	// Null is null, or a value. Its zero value is null. Make one with NonNull. Methods: Get, Value, Or, IsNull, Set, SetNull, String.
	Null[T any] = value.Null[T]
	// OptNull is absent, null, or a value. Its zero value is absent. Make one with Present or Nil. Methods: Get, Value, Or, IsSet
	// (null or a value), IsNull, Set, SetNull.
	OptNull[T any] = value.OptNull[T]
	// JSON is one JSON value as text ([]byte), valid when the runtime decoded it. Methods: Decode(v any), String, IsNull.
	JSON = value.JSON
	// Date is a day without a time zone: format date. Fields: Year, Month, Day. Methods: String, Compare, In(location), At(timeOfDay).
	Date = value.Date
	// TimeOfDay is a time of day with its offset: format time.
	TimeOfDay = value.TimeOfDay
	// Duration is an ISO 8601 duration: format duration.
	Duration = value.Duration
	// UUID is a universally unique identifier (RFC 9562) in 16 bytes: format uuid. Make one with NewUUID or ParseUUID.
	UUID = value.UUID
	// Decimal is an exact decimal number: format decimal. Make one with ParseDecimal. Methods: String, Cmp, Sign, Float64, Int64.
	Decimal = value.Decimal
	// Blob is a body of bytes with its media type. Fields: ContentType, Data.
	Blob = value.Blob
	// File is a part of a multipart body that holds a file. Fields: Name, ContentType, Header, Data. In JSON it is a data URL.
	File = value.File
)

// ParseDate reads YYYY-MM-DD.
func ParseDate(s string) (Date, error) { return value.ParseDate(s) }

// DateOf returns the day of t in t's own location.
func DateOf(t time.Time) Date { return value.DateOf(t) }

// ParseTimeOfDay reads a full-time (RFC 3339 section 5.6), "15:04:05Z".
func ParseTimeOfDay(s string) (TimeOfDay, error) { return value.ParseTimeOfDay(s) }

// ParseDuration reads a duration of RFC 3339 appendix A, "P1DT12H".
func ParseDuration(s string) (Duration, error) { return value.ParseDuration(s) }

// NewUUID returns a random UUID (RFC 9562 section 5.4).
func NewUUID() UUID { return value.NewUUID() }

// ParseUUID reads a UUID in its usual form.
func ParseUUID(s string) (UUID, error) { return value.ParseUUID(s) }

// ParseDecimal reads a number exactly.
func ParseDecimal(s string) (Decimal, error) { return value.ParseDecimal(s) }

// JSONOf returns the JSON of v by the rules of encoding/json.
func JSONOf(v any) (JSON, error) { return value.JSONOf(v) }

// Some returns an Opt that holds v.
func Some[T any](v T) Opt[T] { return value.Some(v) }

// NonNull returns a Null that holds v.
func NonNull[T any](v T) Null[T] { return value.NonNull(v) }

// Present returns an OptNull that holds v.
func Present[T any](v T) OptNull[T] { return value.Present(v) }

// Nil returns an OptNull that is null.
func Nil[T any]() OptNull[T] { return value.Nil[T]() }

// Operation describes one operation of the document.
type Operation = operation.Operation

// OperationKind says how an operation is answered.
type OperationKind = operation.Kind

// The kinds of operations.
const (
	KindPlain    = operation.Plain     // by what the handler returns
	KindDeferred = operation.Deferred  // by a reply, while the handler runs or later
	KindStream   = operation.Stream    // by a body that is sent part by part
	KindSocket   = operation.WebSocket // by a WebSocket, which the handler is given
)

// Requirement is one way to be allowed to call an operation: all of its schemes must be met.
type Requirement = operation.Requirement

// SchemeUse is a security scheme with the scopes that it must grant.
type SchemeUse = operation.SchemeUse

// RouteChoice says which requests an operation gets where others have its method and its path.
type RouteChoice = operation.Choice

// RouteDemand is something that the requests for an operation have and those for others of its path may not have.
type RouteDemand = operation.Demand

// StreamOptions bound what waits for a client that is slow, and say how an event stream shows that it lives.
type StreamOptions = operation.StreamOptions

// SlowPolicy says what becomes of a message for which there is no room, since the client does not take those before it.
type SlowPolicy = queue.Policy

// The policies for slow clients.
const (
	SlowBlock      = queue.Block      // who sends waits
	SlowDropOldest = queue.DropOldest // messages that have waited longest make room
	SlowDropNewest = queue.DropNewest // the message is dropped
	SlowClose      = queue.Close      // the connection is cut
)

// Violation is one rule of the document that a request breaks.
type Violation = validate.Violation

// What a schema demands of values; generated code holds them as variables. See the fields of each.
type (
	StringRule = validate.StringRule
	IntRule    = validate.IntRule
	UintRule   = validate.UintRule
	FloatRule  = validate.FloatRule
	ArrayRule  = validate.ArrayRule
	ObjectRule = validate.ObjectRule
	Pattern    = validate.Pattern
	Format     = validate.Format
	Enum       = validate.Enum
)

// The formats that strings are checked for where they stay strings.
const (
	FormatNone                = validate.FormatNone
	FormatEmail               = validate.FormatEmail
	FormatIDNEmail            = validate.FormatIDNEmail
	FormatHostname            = validate.FormatHostname
	FormatIDNHostname         = validate.FormatIDNHostname
	FormatIPv4                = validate.FormatIPv4
	FormatIPv6                = validate.FormatIPv6
	FormatURI                 = validate.FormatURI
	FormatURIReference        = validate.FormatURIReference
	FormatURITemplate         = validate.FormatURITemplate
	FormatIRI                 = validate.FormatIRI
	FormatIRIReference        = validate.FormatIRIReference
	FormatDateTime            = validate.FormatDateTime
	FormatDate                = validate.FormatDate
	FormatTime                = validate.FormatTime
	FormatDuration            = validate.FormatDuration
	FormatUUID                = validate.FormatUUID
	FormatJSONPointer         = validate.FormatJSONPointer
	FormatRelativeJSONPointer = validate.FormatRelativeJSONPointer
	FormatRegex               = validate.FormatRegex
)

// CustomFormat returns the format of a name that the document uses and RegisterFormat has given a check; without one every
// string passes.
func CustomFormat(name string) Format { return validate.CustomFormat(name) }

// RegisterFormat gives a format of your own its check. Call it before the first request, from an init function say.
func RegisterFormat(name string, check func(string) bool) { validate.RegisterFormat(name, check) }

// LimitZero is a limit of zero, as a plain 0 means no limit.
const LimitZero = validate.LimitZero

// NewPattern compiles an ECMA-262 pattern. One that no engine takes matches everything.
func NewPattern(ecma string) *Pattern { return validate.NewPattern(ecma) }

// NewEnum returns the list of the values that are allowed.
func NewEnum(values ...string) *Enum { return validate.NewEnum(values...) }

// Param is one parameter of a request, inside of a decode function.
type Param = param.Value

// ParamWriter writes one parameter, or one header field of an answer.
type ParamWriter = param.Writer

// MatchMediaType reports whether a media type, as Input.ContentType gives it, is one of patterns: exact ones, with their parameters,
// "application/*+json", "image/*", "*/*".
func MatchMediaType(media string, patterns ...string) bool {
	bare, _, parameters := strings.Cut(media, ";")
	for _, p := range patterns {
		if p == media || !parameters && !strings.Contains(p, ";") && param.MatchesAny(bare, []string{p}) {
			return true
		}
	}
	return false
}

// Shapes say how values stand in texts that are not JSON: parameters that have parts, forms, multipart, XML, text. Generated code
// holds one set a package.
type Shapes = shape.Shapes

// NewShapes returns a set of shapes: names and notations in turn, as the package shape explains them.
func NewShapes(namesAndNotations ...string) *Shapes { return shape.NewShapes(namesAndNotations...) }

// Style says how a parameter is written (OpenAPI 3.1 section 4.8.12.3).
type Style = param.Style

// The styles of parameters.
const (
	Simple         = param.Simple
	SimpleExplode  = param.SimpleExplode
	Label          = param.Label
	LabelExplode   = param.LabelExplode
	Matrix         = param.Matrix
	MatrixExplode  = param.MatrixExplode
	Form           = param.Form
	FormExplode    = param.FormExplode
	SpaceDelimited = param.SpaceDelimited
	PipeDelimited  = param.PipeDelimited
	DeepObject     = param.DeepObject
	TabDelimited   = param.TabDelimited
	Cookie         = param.Cookie
	CookieExplode  = param.CookieExplode
	AllowReserved  = param.AllowReserved
	AllowEmpty     = param.AllowEmpty
)

// Decoder reads JSON and checks it. Generated DecodeJSON methods drive it.
type Decoder = jsonwire.Decoder

// SyntaxError tells why and where a text is not JSON.
type SyntaxError = jsonwire.SyntaxError

// Keys are the members of an object that generated code knows.
type Keys = jsonwire.Keys

// Seen marks the members that an object had; SeenWide is for more than 64.
type (
	Seen     = jsonwire.Seen
	SeenWide = jsonwire.SeenWide
)

// What Object and Next return beside positions.
const (
	EndObject  = jsonwire.EndObject
	UnknownKey = jsonwire.UnknownKey
)

// Kind is what a JSON value is. A number without a fraction, 1.0 say, is a KindInteger, any other a KindNumber.
type Kind = jsonwire.Kind

// The kinds of JSON values that Decoder.Kind tells of what comes next; KindNone where nothing does.
const (
	KindNone    = jsonwire.KindNone
	KindNull    = jsonwire.KindNull
	KindBoolean = jsonwire.KindBoolean
	KindInteger = jsonwire.KindInteger
	KindNumber  = jsonwire.KindNumber
	KindString  = jsonwire.KindString
	KindArray   = jsonwire.KindArray
	KindObject  = jsonwire.KindObject
)

// Schema checks what types cannot say, for Decoder.Check and Decoder.Valid.
type Schema = check.Schema

// Schemas is a set of schemas that refer to one another.
type Schemas = check.Set

// NewSchemas returns the set of these schemas, pairs of a name and its JSON. They are compiled when one is first used.
func NewSchemas(namesAndTexts ...string) *Schemas { return check.NewSchemas(namesAndTexts...) }

// NewKeys returns the members of an object in the order of the document.
func NewKeys(names ...string) *Keys { return jsonwire.NewKeys(names...) }

// DefaultJSON returns a decoder of a default that the document states.
func DefaultJSON(text string) *Decoder {
	var d Decoder
	d.Reset([]byte(text))
	return &d
}

// UnmarshalJSON reads one JSON value into v and checks it. The error is a *SyntaxError, or a *ValidationError that lists
// what the document does not allow.
func UnmarshalJSON(data []byte, v interface{ DecodeJSON(d *Decoder) }) error {
	var d Decoder
	d.Options.MaxMemory = math.MaxInt // the caller has the text already, and asks for all of it
	d.Reset(data)
	v.DecodeJSON(&d)
	d.End()
	if err := d.SyntaxError(); err != nil {
		return err
	}
	if violations := d.Violations(); len(violations) > 0 {
		return &ValidationError{Violations: violations}
	}
	return nil
}

package tornado

import (
	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/operation"
	"github.com/tornadogen/tornadogen/runtime/internal/param"
	"github.com/tornadogen/tornadogen/runtime/internal/validate"
	"github.com/tornadogen/tornadogen/runtime/internal/value"
)

// The values that generated types are made of. See the methods of each.
type (
	// Opt is absent, or a value. Its zero value is absent.
	Opt[T any] = value.Opt[T]
	// Null is null, or a value. Its zero value is null.
	Null[T any] = value.Null[T]
	// OptNull is absent, null, or a value. Its zero value is absent.
	OptNull[T any] = value.OptNull[T]
	// JSON is one JSON value as text, valid when the runtime decoded it.
	JSON = value.JSON
	// Date is a day without a time zone: format date.
	Date = value.Date
	// TimeOfDay is a time of day with its offset: format time.
	TimeOfDay = value.TimeOfDay
	// Duration is an ISO 8601 duration: format duration.
	Duration = value.Duration
	// UUID is a universally unique identifier (RFC 9562): format uuid.
	UUID = value.UUID
	// Decimal is an exact decimal number: format decimal.
	Decimal = value.Decimal
	// Blob is a body of bytes with its media type.
	Blob = value.Blob
)

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

// Requirement is one way to be allowed to call an operation: all of its schemes must be met.
type Requirement = operation.Requirement

// SchemeUse is a security scheme with the scopes that it must grant.
type SchemeUse = operation.SchemeUse

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

// LimitZero is a limit of zero, as a plain 0 means no limit.
const LimitZero = validate.LimitZero

// NewPattern compiles an ECMA-262 pattern. One that no engine takes matches everything.
func NewPattern(ecma string) *Pattern { return validate.NewPattern(ecma) }

// NewEnum returns the list of the values that are allowed.
func NewEnum(values ...string) *Enum { return validate.NewEnum(values...) }

// Param is one parameter of a request, inside of a decode function.
type Param = param.Value

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
	AllowReserved  = param.AllowReserved
)

// Decoder reads JSON and checks it. Generated DecodeJSON methods drive it.
type Decoder = jsonwire.Decoder

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

// NewKeys returns the members of an object in the order of the document.
func NewKeys(names ...string) *Keys { return jsonwire.NewKeys(names...) }

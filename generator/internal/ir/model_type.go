package ir

import (
	"slices"

	"github.com/tornadogen/tornadogen/spec"
)

// Kind says what a type is on the wire and in Go.
type Kind int

// The kinds of types. The comment names the Go type and, for scalars, the method of tornado.Decoder and tornado.Param that
// reads it; the encoder's function has the same name behind Append.
const (
	KindJSON      Kind = iota // tornado.JSON: any value; JSON(), or Const(text) and OneOf(texts...) where Type.Values is set
	KindString                // string: String(rule)
	KindBool                  // bool: Bool()
	KindInt32                 // int32: Int32(rule)
	KindInt64                 // int64: Int64(rule)
	KindUint32                // uint32: Uint32(rule)
	KindUint64                // uint64: Uint64(rule)
	KindFloat32               // float32: Float32(rule)
	KindFloat64               // float64: Float64(rule)
	KindDecimal               // tornado.Decimal: Decimal(rule)
	KindTime                  // time.Time: Time()
	KindDate                  // tornado.Date: Date()
	KindTimeOfDay             // tornado.TimeOfDay: TimeOfDay()
	KindDuration              // tornado.Duration: Duration()
	KindUUID                  // tornado.UUID: UUID()
	KindAddr                  // netip.Addr: Addr(Type.AddrVersion)
	KindBytes                 // []byte in base64: Base64(rule)
	KindFile                  // tornado.File, a part of a multipart body: File(rule)
	KindForeign               // a type that is written elsewhere, by encoding/json or its own DecodeJSON: tornado.DecodeAs, AppendAs
	KindEnum                  // a named string or integer: Enum(Enum.Var), or the method of Enum.Base with Rule
	KindStruct                // a named struct
	KindTuple                 // a named struct with a field for each of the first items of an array
	KindUnion                 // a named struct around a sealed interface
	KindArray                 // []Elem, named or not
	KindMap                   // map[string]Elem, named or not
)

// Type is what one schema becomes. Types that are the same in Go may be several nodes, as their rules differ.
type Type struct {
	Schema *spec.Schema // the source, with allOf merged into it
	Loc    spec.Location
	Kind   Kind
	// Name is the declared name, "Pet"; "" for a type that is written in full where it is used.
	Name string
	// Go is how the type is written where it is used: Pet, string, []Pet.
	Go *GoType
	// AliasOf is set for a declaration `type Email = string`. KindString to KindForeign and KindJSON are declared this way, and
	// so is a schema that only refers to another one.
	AliasOf *GoType
	// Doc is the comment of the declaration.
	Doc string
	// Rule is what the schema demands beyond its type, nil for nothing: a string, number, array or object rule by Kind. For
	// KindStruct and KindMap it counts members (tornado.ObjectRule), for KindArray and KindTuple it is a tornado.ArrayRule.
	Rule *Rule

	// Own tells of a KindForeign that it checks what it reads itself.
	Own bool

	// Check is what the schema demands that neither type nor rule says, nil for nothing.
	Check *Check

	// Values are the compact JSON texts one of which the value must equal: of KindJSON, and of KindBool the only one; nil for no
	// demand.
	Values      []string
	AddrVersion int     // of KindAddr: 4, 6, or 0 for both
	Elem        *Use    // of KindArray and KindMap
	Codec       *Codec  // of KindArray and KindMap without a Name; the named ones have methods
	Enum        *Enum   // of KindEnum
	Struct      *Struct // of KindStruct and KindTuple
	Union       *Union  // of KindUnion

	// Partial tells by Way that a member, here or below, is left out on that way, on which the type goes: it is then written by
	// the method appendRequestJSON or appendResponseJSON, or Codec.Append of that way, in place of AppendJSON.
	Partial [3]bool
}

// Way says who will read what is written.
type Way int

// The ways.
const (
	ToAnyone Way = iota // every member is written
	ToServer            // a request, without the members that are readOnly
	ToClient            // an answer, without those that are writeOnly
)

// Ways are all ways.
var Ways = []Way{ToAnyone, ToServer, ToClient}

// Forms are the ways on which a type is written in a form of its own.
func (t *Type) Forms() []Way {
	return slices.DeleteFunc(slices.Clone(Ways), func(w Way) bool { return w != ToAnyone && !t.Partial[w] })
}

// Presence says how absence and null are told from a value.
type Presence int

// The presences.
const (
	Plain     Presence = iota // T: there always (a nil slice or map is written as [] or {}, nil JSON as null)
	NilAbsent                 // T is a slice, a map or tornado.JSON: nil is absent. An empty one that was sent is not nil
	Optional                  // tornado.Opt[T]
	Null                      // tornado.Null[T]
	OptNull                   // tornado.OptNull[T]
)

// Use is one place where a value of a type stands: a field, an item, a parameter, a body.
type Use struct {
	Type     *Type
	Presence Presence
	// Pointer tells that the value is a *T (inside the wrapper of Presence), as a recursive type would be infinite
	// otherwise. A nil pointer that is Plain is written as null.
	Pointer bool
	Go      *GoType // the complete type: tornado.Opt[*Node]
}

// Codec is the pair of functions that reads and writes one array or map type without a name.
type Codec struct {
	Type   *Type  // one of the types that share it: KindArray or KindMap; its Elem and Rule say what to print
	Decode string // "decodeNewPetTags": func(d *tornado.Decoder) []string, never nil without a violation
	// Append is by Way "appendNewPetTags", func(b []byte, v []string) []byte, and where Type.Partial "appendRequestNewPetTags" and
	// "appendResponseNewPetTags".
	Append [3]string
}

// Unknown says what a struct does with members that the document does not name.
type Unknown int

// What may be done with unknown members.
const (
	UnknownIgnored Unknown = iota // additionalProperties is absent
	UnknownRefused                // additionalProperties: false
	UnknownKept                   // in Struct.Extra
)

// Struct is an object with named members, or the items of a tuple: Fields are those at the beginning, Extra those behind.
type Struct struct {
	Fields []*Field // in document order
	// Keys is the variable of the members' names, in the order of Fields: "petKeys".
	Keys string
	// Required, ReadOnly and WriteOnly are JSON names for Keys, in document order.
	Required, ReadOnly, WriteOnly []string
	// Wide tells that there are more than 64 fields: tornado.SeenWide and RequireWide.
	Wide    bool
	Unknown Unknown
	Extra   *Extra // of UnknownKept
	// Defaults tells that some field has a default to fill in behind the loop.
	Defaults bool
	// OwnJSON tells that encoding/json cannot do the struct by its tags, so that it needs MarshalJSON and UnmarshalJSON: it has
	// Extra, or a name that no tag can hold.
	OwnJSON bool
	// Append is what is written on each Way, in order; nil where the type has no form of its own for it.
	Append [3][]*Member
}

// Open tells that members without a declaration reach the loop of a struct's decoder, to be kept or counted; otherwise the
// decoder passes them over.
func (t *Type) Open() bool { return t.Struct.Unknown == UnknownKept || t.Rule != nil }

// Extra is the field that keeps members without a declaration.
type Extra struct {
	Name string // "Extra"; its tag is json:"-"
	Doc  string
	Elem *Use    // map[string]Elem
	Go   *GoType // map[string]T
}

// Member is one step of encoding a struct.
type Member struct {
	Field *Field
	// Always tells that the member is written whatever its value; otherwise only when it is set.
	Always bool
	// Joined tells that Key starts with '{' or ',' and is appended as it stands; otherwise it is handed to tornado.AppendKey, and
	// the opening brace has been appended before the first member.
	Joined bool
	Key    string // `{"id":`, `,"name":` or `"tag":`
	// Way is that on which it is written.
	Way Way
}

// Field is one member of an object.
type Field struct {
	Use
	Source   *spec.Property
	Name     string // "PetID"
	JSON     string // "petId"
	Tag      string // of the key json: "petId", "tags,omitzero", or "-" where encoding/json cannot take the name
	Doc      string
	Required bool // in the list of required members
	Default  *Default
	ReadOnly, WriteOnly,
	Deprecated bool
	// Selects tells that a union finds its member by the field: it is sent to a server although it is readOnly.
	Selects bool
}

// Default is a value that stands in for an absent one.
type Default struct {
	Literal *spec.Literal
	Value   *Expr // of type T, what is inside the wrapper; nil where it is read from JSON
	JSON    string
}

// Enum is a named string or integer with a closed set of values.
type Enum struct {
	Base Kind // KindString, or an integer kind
	Go   *GoType
	// OwnAppend tells that the enum is a member of a union, which asks for a method AppendJSON.
	OwnAppend bool
	Var       string // of KindString: "petStatusValues", made by tornado.NewEnum; "" for integers, which have Type.Rule
	Values    []*EnumValue
}

// EnumValue is one constant.
type EnumValue struct {
	Name string // "PetStatusAvailable"
	Text string // "available"; of an integer its digits
	Expr *Expr  // the literal
	Doc  string
}

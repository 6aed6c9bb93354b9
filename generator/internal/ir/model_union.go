package ir

// Union is a value of one of several types.
type Union struct {
	Interface string // "AnimalValue"
	Marker    string // "isAnimal"
	Doc       string // of the interface
	// Wrappers is the comment of the types that the members without a name of their own are wrapped in; "" where there are none.
	Wrappers string
	Members  []*UnionMember
	// Keys is the variable of the member names by which objects are told apart, "" for none; KeyNames are those names, at most 64.
	Keys     string
	KeyNames []string
	Pick     *Pick
	// Keyword and Fault are what a value is refused with that is none of the members: "oneOf", "must be a Cat or a Dog".
	Keyword, Fault string
}

// UnionMember is one type that a union may hold.
type UnionMember struct {
	Type *Type
	// Name is the type that implements the interface: Type.Name, or a wrapper's.
	Name string
	// Wrapped tells that Name is declared for this union alone: type PriceString string.
	Wrapped bool
	// Pointer tells that it is held by pointer: *Cat.
	Pointer bool
	// Field is the member that tells an object of this type from the others; nil where it declares none.
	Field *Field
	// Fill is what Field is set to on encoding while it is empty, a string or a constant of a string enum; nil where Field
	// is nil or of another type.
	Fill *Expr
	// Prefix is `{"kind":"cat"`, written in front of the members where Field is nil.
	Prefix string

	values []string // of the member that tells objects apart; the first is written
}

// PickKind says how the member that a value belongs to is found.
type PickKind int

// The ways to find a member.
const (
	PickMember PickKind = iota // it is Pick.Member
	PickType                   // by the JSON type of the value: Labels of Cases are "object", "string", ...
	PickValue                  // by the string that is the value of the member Key
	PickTry                    // by reading it as each of Tries
)

// Pick is one decision on the way to a member of a union.
type Pick struct {
	Kind   PickKind
	Member *UnionMember
	Key    string
	Cases  []*PickCase
	// Otherwise is the member of PickValue for all other values, and for none; nil: such a value is refused.
	Otherwise *UnionMember
	// Exactly tells that a value must be of one of Tries and no other.
	Exactly bool
	Tries   []*PickTrial
	// UsesKeys tells that some of Tries has Needs.
	UsesKeys bool
	// Keyword and Fault are what a value is refused with that no case takes.
	Keyword, Fault string
}

// PickCase is the next decision for some types or values.
type PickCase struct {
	Labels []string
	Pick   *Pick
}

// PickTrial is one member that is tried.
type PickTrial struct {
	Member *UnionMember
	// Needs has the bits of Union.KeyNames that an object of the member cannot lack.
	Needs uint64
}

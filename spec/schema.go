package spec

// Schema is one JSON Schema as OpenAPI 3.0 or 3.1 gives it, lifted to the words of JSON Schema 2020-12:
// nullable becomes a type list with "null", boolean exclusiveMinimum becomes a number, a boolean schema sets Always or Never.
//
// A schema that is reached by reference is the same *Schema as the one it names: pointers are identity, and a recursive
// schema is a ring of pointers.
type Schema struct {
	Loc Location
	// Name is the name of a schema that components (or a file) names; "" for one in place.
	Name string
	// Ref is the identity of a named schema: "#/components/schemas/Pet" in the root document, "schemas/pet.yaml#/Pet" in
	// another file, relative to the folder of the root document. "" for one in place.
	Ref string

	Always bool // the schema true, or {} : everything is valid
	Broken bool // a reference that names nothing, so that Always holds for want of anything better
	Never  bool // the schema false

	Types       []string // "object", "array", "string", "integer", "number", "boolean"; without "null"; empty: any
	Nullable    bool     // null is valid: "null" was among the types, or nullable: true
	Format      string
	Title       string
	Description string
	Deprecated  bool
	ReadOnly    bool
	WriteOnly   bool

	Enum     []Literal // empty: absent; exact JSON texts, each once; has null where nullable: true of 3.0 stands beside it
	Const    *Literal  // nil: absent; a pointer to "null" for const: null, and for a schema whose only type is null
	Default  *Literal  // nil: absent; fits the schema as far as types, enum and bounds go
	Examples []Literal // those that fit in the same sense

	// Numbers, as exact decimal texts; nil: absent.
	Minimum, Maximum, ExclusiveMinimum, ExclusiveMaximum, MultipleOf *Literal

	// Strings. Lengths count characters; nil: absent.
	MinLength, MaxLength *int64
	Pattern              string // ECMA-262; "" absent
	ContentEncoding      string
	ContentMediaType     string
	ContentSchema        *Schema // of what the text holds; nil: absent

	// Arrays.
	Items       *Schema // nil: any
	PrefixItems []*Schema
	Contains    *Schema // nil: absent
	// MinContains and MaxContains count the items that Contains is true of; nil: at least one, no limit.
	MinContains, MaxContains *int64
	UnevaluatedItems         *Schema // nil: absent
	MinItems, MaxItems       *int64
	UniqueItems              bool

	// Objects.
	Properties                   []*Property // in document order
	Required                     []string
	AdditionalProperties         *Schema // nil: absent; Never: refused
	PatternProperties            []*Property
	PropertyNames                *Schema // of the names, which are strings; nil: any
	MinProperties, MaxProperties *int64
	DependentRequired            []*Dependency // in document order
	DependentSchemas             []*Property   // for the object as a whole, where it has a member of that name
	UnevaluatedProperties        *Schema       // nil: absent

	// Composition.
	AllOf, OneOf, AnyOf []*Schema
	Not                 *Schema
	If, Then, Else      *Schema // Then and Else only with If
	Discriminator       *Discriminator

	XML *XML // nil: absent

	// Further are schemas that a value must meet besides: what a merge of allOf cannot say in one schema. Load leaves it empty.
	Further []*Schema

	// Unenforced names the keywords that the schema has and this model does not carry, each with its place, so that nobody drops
	// one in silence.
	Unenforced []Keyword

	// Untold tells that the schema states types, and none that exists: a warning has told that they are left out.
	Untold bool
	// Places are those of the keywords that findings point at, where the schema has them: format, pattern, required,
	// contentEncoding and multipleOf.
	Places []Keyword

	Extensions Extensions
}

// Property is one named member of an object schema; for PatternProperties Name is the pattern.
type Property struct {
	Loc    Location
	Name   string
	Schema *Schema

	// What stands beside the reference of a property that is one: the schema itself belongs to all who refer to it.
	Description string     // "" where there is none: that of the schema counts
	Deprecated  bool       // of this property alone
	Extensions  Extensions // of this property alone: x-go-name
}

// Dependency names the members that an object must have where it has another one: a member of dependentRequired.
type Dependency struct {
	Loc      Location
	Name     string
	Required []string
}

// Keyword is a keyword of a schema and where it stands.
type Keyword struct {
	Loc  Location
	Name string
}

// Literal is a value of the document: its exact JSON text (numbers keep every digit) and where it stands.
type Literal struct {
	Loc  Location
	JSON string
	Name string // of an entry of examples, "" for all else
	// Serialized is the text of an example of a body as it is sent (OpenAPI 3.2 section 4.19, serializedValue), "" where none is given. An
	// example that has nothing else has this text as its JSON, as a string.
	Serialized string
}

// XML says how a value stands in XML (OpenAPI 3.2, XML Object).
type XML struct {
	Loc                     Location
	Name, Namespace, Prefix string // "": absent
	// NodeType is "element", "attribute", "text", "cdata" or "none"; "" where none is given. attribute: true of earlier versions is
	// "attribute", wrapped: true is "element" of an array.
	NodeType string
}

// Discriminator tells which member of a union a value is.
type Discriminator struct {
	Loc          Location
	PropertyName string
	// Mapping goes from values of the property to members, in document order, the implicit names of members included
	// where the mapping leaves them out.
	Mapping []DiscriminatorValue
	// Default is the member for a value that has no property of that name, or one that selects nothing; nil for none (OpenAPI
	// 3.2: defaultMapping).
	Default *Schema
}

// DiscriminatorValue is one value of a discriminator and the schema it selects.
type DiscriminatorValue struct {
	Value  string
	Schema *Schema
}

// Package param turns the text of request parameters into values and back, in the styles of OpenAPI. It performs no I/O.
//
// Reading: a query or a cookie field is scanned once into a list of [Pair], which alias it; there is no map. A
// parameter is then looked up by its [Place] (name, where it stands, style) and gives a [Value], which is one text, or,
// lazily, its items or members. Text is split while it is raw and percent-decoded afterwards, so that an encoded
// delimiter is data. A Value converts itself strictly, checks what the schema demands and records in a [Report] what it
// does not like.
//
// Writing is the inverse, for clients and for the header fields of answers: a [Writer] gives its [Target] the text of one
// parameter, in which [AppendText], [AppendItem] and [AppendMember] have escaped what has to be. [ExpandPath] puts the
// texts of path parameters into their template.
//
// A value that has parts goes through JSON, by its shape (see the package shape): [Value.As] and [Writer.As]; so do forms, whether
// they are a query or a body: [ReadForm] and [AppendForm].
//
// The package also reads the two fields that say what a body is: [Accepts] picks among media types by the Accept field,
// and [ContentType] reads Content-Type.
package param

// In says where a parameter stands in a request.
type In uint8

// The four places of a parameter.
const (
	InPath In = iota
	InQuery
	InHeader
	InCookie
)

// String returns the name that OpenAPI has for the place: "path", "query", "header" or "cookie".
func (in In) String() string {
	switch in {
	case InQuery:
		return "query"
	case InHeader:
		return "header"
	case InCookie:
		return "cookie"
	default:
		return "path"
	}
}

// Style says how a value that is not a single text is written (OpenAPI 3.1 section 4.8.12.3), together with explode.
type Style uint8

// The styles. The comment shows the array [3, 4] of the parameter id, then the object {"R": 100, "G": 200} of the
// parameter c. A single value is written like an array of one.
const (
	Simple         Style = iota // 3,4          R,100,G,200       path, header; in a query all of it
	SimpleExplode               // 3,4          R=100,G=200       path, header
	Label                       // .3,4         .R,100,G,200      path
	LabelExplode                // .3.4         .R=100.G=200      path
	Matrix                      // ;id=3,4      ;c=R,100,G,200    path
	MatrixExplode               // ;id=3;id=4   ;R=100;G=200      path
	Form                        // id=3,4       c=R,100,G,200     query, cookie
	FormExplode                 // id=3&id=4    R=100&G=200       query, cookie (there with "; ")
	SpaceDelimited              // id=3%204     c=R%20100%20G%20200   query
	PipeDelimited               // id=3%7C4     c=R%7C100%7CG%7C200   query
	DeepObject                  // id%5B%5D=3&id%5B%5D=4   c%5BR%5D=100&c%5BG%5D=200   query
	TabDelimited                // id=3%094     c=R%09100%09G%09200   of OpenAPI 2.0 alone

	// In a path or a header field SpaceDelimited, PipeDelimited and TabDelimited, which OpenAPI 2.0 has there too, write no name.

	// Cookie and CookieExplode are the style cookie of OpenAPI 3.2: Form and FormExplode without percent-encoding.
	Cookie        = Form | raw        // id=3,4       c=R,100,G,200     cookie
	CookieExplode = FormExplode | raw // id=3; id=4   R=100; G=200      cookie

	// AllowReserved is added to a style (FormExplode | AllowReserved): the reserved characters of a URL are written as
	// they are, as far as they do not end the value. It changes nothing for reading.
	AllowReserved Style = 0x80
	// AllowEmpty is added to a style: an empty text is no value of the parameter where that is no string (allowEmptyValue).
	AllowEmpty Style = 0x40

	raw Style = 0x20 // no percent-encoding
)

// base returns the style without its flags.
func (s Style) base() Style { return s &^ (AllowReserved | AllowEmpty | raw) }

// delimiter returns what stands between items in the styles that are named for it, 0 in the others.
func (s Style) delimiter() byte {
	switch s.base() {
	case SpaceDelimited:
		return ' '
	case PipeDelimited:
		return '|'
	case TabDelimited:
		return '\t'
	}
	return 0
}

// spread says whether items and members are pairs of their own.
func (s Style) spread() bool { return s.base() == FormExplode || s.base() == DeepObject }

// Place is a parameter: its name, where it stands, and its style.
type Place struct {
	Name  string
	In    In
	Style Style
}

// coding returns the place whose percent-encoding the parameter has.
func (p *Place) coding() In {
	switch {
	case p.Style&raw != 0:
		return InHeader
	case p.In == InQuery && p.Style.base() == Simple: // no form, in which a plus sign would be a space
		return InPath
	}
	return p.In
}

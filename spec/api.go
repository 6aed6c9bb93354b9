package spec

// API is one OpenAPI document, lifted to a model that is the same for every version of the standard.
// Slices are in the order of the document. An API is immutable after Load.
type API struct {
	// Version is the version that the document states, "3.0.3" or "3.1.0".
	Version string
	// Title, APIVersion and Description come from the info object.
	Title, APIVersion, Description string
	// BasePath is the path of the first server, without a trailing slash; "" for the root.
	BasePath string
	// Servers are those of the document, in its order, or those that all operations have in common.
	Servers []*Server
	// Operations are all operations, in the order of paths and, inside a path, of the document.
	Operations []*Operation
	// Webhooks are the operations that the API calls at whoever has subscribed, in document order (OpenAPI 3.1).
	Webhooks []*Operation
	// Schemas are the named schemas of components, in document order, and the ones that other files name.
	Schemas []*Schema
	// SecuritySchemes are those of components, in document order.
	SecuritySchemes []*SecurityScheme
	// Tags are the declared tags, then those that only operations name, in document order.
	Tags []*Tag
	// Source is the document itself: the bytes of the root file where it stands alone and as it is, else a bundled JSON document.
	Source []byte
	// SourceName is the base name to serve Source under: "openapi.yaml" or "openapi.json".
	SourceName string
	// Extensions are those of the document itself. Own are those of them that the generator may read, x-tornado- ones, with their places.
	Extensions Extensions
	Own        OwnExtensions

	files map[string]*file // by name; for snippets
}

// Diagnose makes a finding of another step, with the snippet of its place.
func (a *API) Diagnose(sev Severity, class string, loc Location, what, remedy string) Diagnostic {
	d := Diagnostic{Severity: sev, Class: class, Loc: loc, What: what, Remedy: remedy}
	if f := a.files[loc.File]; f != nil {
		d.Snippet = f.snippet(loc.Line, loc.Column)
	}
	return d
}

// Server is one place where the API is served.
type Server struct {
	Loc               Location
	Name, Description string // Name is of OpenAPI 3.2
	// URL is the address, taken apart at its variables. Where it has no scheme it is relative to the document.
	URL []ServerPart
	// Address is URL with the defaults of the variables: "https://eu.example.com/v1", "/v1".
	Address    string
	Variables  []*ServerVariable // those that URL has, each once
	Extensions Extensions
}

// ServerPart is a text, or the value of a variable.
type ServerPart struct {
	Text     string
	Variable *ServerVariable // nil for a text
}

// ServerVariable is a part of an address that whoever calls chooses.
type ServerVariable struct {
	Loc               Location
	Name, Description string
	Enum              []string // nil: any; Default is among them
	Default           string
	Extensions        Extensions
}

// Tag is a group of operations.
type Tag struct {
	Name, Summary, Description string
	// Parent is the tag that this one stands below, nil for none; parents form no ring (OpenAPI 3.2).
	Parent *Tag
	// Kind says what the group is for: "nav", "badge", "audience" or another word, "" where nothing is said (OpenAPI 3.2).
	Kind string
}

// Location is a place in a file: line and column start at 1, columns count bytes.
type Location struct {
	File    string // as the user named it; other files as reached from there: "api/openapi.yaml", "api/schemas/pet.yaml"
	Line    int
	Column  int
	Pointer string // JSON pointer inside the file as a fragment: "#/components/schemas/Pet"
}

// Operation is one method of one path.
type Operation struct {
	Loc         Location
	Method      string // "GET"; in the capitals of the document where it is none of the standard methods
	Path        string // template as in the document, made to start with a slash; query and fragment are cut off
	Suffix      string // what was cut off, with its mark: "?comp=list", "#X-Amz-Target=Pricing.GetProducts"; "" for most
	ID          string // operationId, "" where absent; unique among the operations of an API, as a duplicate is dropped with a warning
	Summary     string
	Description string
	Tags        []string
	Deprecated  bool
	Parameters  []*Parameter // those of the path and of the operation, merged; path parameters in template order first
	Body        *RequestBody // nil where none is declared
	Responses   []*Response  // by document order
	Security    []SecurityRequirement
	// Servers are those of the operation, or of its path; nil where those of the document count.
	Servers []*Server
	// Key is the name of a webhook, or of a callback; "" for operations of the API itself.
	Key string
	// Callbacks are the calls that this operation makes its caller expect, in document order. Those of a callback may lead back to it.
	Callbacks []*Callback
	// Query and Fragment are the pairs of Suffix that have no variable, in its order: nil for most.
	Query, Fragment []Pair
	// Twin is the first operation that has the same method and a path of the same shape (names of parameters and what was cut off
	// aside), which the path alone does not tell apart; nil in all but such documents.
	Twin *Operation
	// Extensions are those of the operation. Own are the x-tornado- ones of them, and OfPath those of its path item.
	Extensions  Extensions
	Own, OfPath OwnExtensions
	// Socket are the messages of the WebSocket that it opens; nil for an operation that opens none.
	Socket *Socket
}

// Pair is a name and its value behind a path, percent-decoded. Bare tells that there is no equals sign.
type Pair struct {
	Name, Value string
	Bare        bool
}

// OwnExtensions are the extensions of an object that the generator may read, x-tornado- ones, in document order.
type OwnExtensions []Extension

// Extension is one extension of an object: its name, the JSON text of its value, and where it and the members of its value stand.
type Extension struct {
	Loc     Location
	Name    string
	Text    []byte
	Members []Keyword // nil where the value is no object
}

// Get is the extension of a name, nil for none.
func (list OwnExtensions) Get(name string) *Extension {
	for i := range list {
		if list[i].Name == name {
			return &list[i]
		}
	}
	return nil
}

// At is where a member stands; the extension itself where there is no such member.
func (e *Extension) At(member string) Location {
	for _, k := range e.Members {
		if k.Name == member {
			return k.Loc
		}
	}
	return e.Loc
}

// ExtensionSocket makes an operation open a WebSocket.
const ExtensionSocket = "x-tornado-websocket"

// ExtensionStream says of an operation, or of a media type, whether its bodies are streams.
const ExtensionStream = "x-tornado-stream"

// ownPrefix is what the names of the extensions begin with that the generator reads.
const ownPrefix = "x-tornado-"

// Socket are the messages of a WebSocket. What else is said of it stands in the extensions of its operation.
type Socket struct {
	Loc Location
	// Receive is the schema of what the server receives, Send of what it sends; nil where there is nothing.
	Receive, Send *Schema
}

// Callback is a group of operations that the API calls at an address that a request named.
type Callback struct {
	Loc  Location
	Name string
	// URL is where to, with runtime expressions: "{$request.body#/callbackUrl}/data". Path of the operations is the same.
	URL string
	// Operations are shared by the callbacks that refer to the same component.
	Operations []*Operation
}

// In says where a parameter stands.
type In string

// The places of a parameter.
const (
	InPath   In = "path"
	InQuery  In = "query"
	InHeader In = "header"
	InCookie In = "cookie"
	// InQueryString is the query as a whole (OpenAPI 3.2). The parameter has content, and it is the only one of its operation that
	// stands in the query.
	InQueryString In = "querystring"
)

// Parameter is one parameter of an operation, or one header of a response.
type Parameter struct {
	Loc         Location
	Name        string
	In          In
	Description string
	Required    bool // always true for path parameters
	Deprecated  bool
	// Style is one of the standard, or "tabDelimited" of OpenAPI 2.0, which has the delimiters in paths and headers too.
	Style   string // "simple", "label", "matrix", "form", "spaceDelimited", "pipeDelimited", "deepObject", "cookie"; the default is filled in
	Explode bool   // the default of the style is filled in
	// AllowReserved lets reserved characters of the query pass without percent-encoding.
	AllowReserved bool
	// AllowEmptyValue lets a parameter of the query come without a value.
	AllowEmptyValue bool
	// Schema is never nil. Where the parameter has content, it is the schema of its only media type.
	Schema *Schema
	// ContentType is the media type of a parameter with content, else "". Encoding is what it says of the members of a form.
	ContentType string
	Encoding    []*Encoding
	Examples    []Literal
	Extensions  Extensions
}

// RequestBody is the declared body of a request.
type RequestBody struct {
	Loc         Location
	Description string
	Required    bool
	Content     []*MediaType
}

// MediaType is one entry of a content map.
type MediaType struct {
	Loc    Location
	Name   string  // type, subtype and names of parameters in lower case, values as in the document: "application/json", "image/*", "text/x; v=A"
	Schema *Schema // nil where none is given
	// ItemSchema is that of each item of a stream (OpenAPI 3.2: text/event-stream, application/jsonl); nil where none is given.
	ItemSchema *Schema
	Encoding   []*Encoding // of the parts of a form, in document order
	// PrefixEncoding is that of the first parts, by position, and ItemEncoding that of all others, nil for none (OpenAPI 3.2:
	// multipart types whose parts have no names).
	PrefixEncoding []*Encoding
	ItemEncoding   *Encoding
	Examples       []Literal
	Extensions     Extensions
}

// Encoding says how one property of a form, or one part by its position, is sent.
type Encoding struct {
	Loc         Location
	Name        string // of the property; "" for a part by position
	ContentType string // "" where none is given; may be a list: "image/png, image/jpeg"
	Style       string // "form" where none is given
	Explode     bool   // the default of the style is filled in
	Styled      bool   // style, explode or allowReserved is given
	// AllowReserved lets reserved characters pass without percent-encoding.
	AllowReserved bool
	Headers       []*Parameter // of the part; In is InHeader
	// Encoding, PrefixEncoding and ItemEncoding are those inside of a part that is multipart itself (OpenAPI 3.2).
	Encoding       []*Encoding
	PrefixEncoding []*Encoding
	ItemEncoding   *Encoding
}

// Response is one declared answer.
type Response struct {
	Loc         Location
	Status      int    // 100 to 599; 1 to 5 for the ranges 1XX to 5XX; 0 for default
	Summary     string // OpenAPI 3.2
	Description string
	Headers     []*Parameter // In is InHeader; Content-Type is left out, as the standard says
	Content     []*MediaType // empty: no body
	Links       []*Link      // to operations that exist, in document order
	// Ref is what the operation refers to, "" for a response in place: "#/components/responses/NotFound" in the root document,
	// "errors.yaml#/NotFound" in another file.
	Ref string
}

// Link says which operation may follow an answer, and with which values.
type Link struct {
	Loc         Location
	Name        string // its key: "UserRepositories"
	Description string
	Operation   *Operation
	Parameters  []*LinkValue
	Body        *LinkValue // nil for none
}

// LinkValue is one value of the call that a link leads to.
type LinkValue struct {
	Loc  Location
	Name string // of the parameter, as the link has it: "id", or "path.id" where it says the place too; "" for a body
	// Value is a constant, or text that holds runtime expressions: "$response.body#/id", "{$request.path.id}-copy" (OpenAPI 3.1
	// section 4.8.20.4).
	Value Literal
}

// SecurityKind says how a scheme proves who is asking.
type SecurityKind string

// The kinds of security schemes.
const (
	SecurityAPIKey    SecurityKind = "apiKey"
	SecurityBasic     SecurityKind = "basic"
	SecurityBearer    SecurityKind = "bearer" // HTTP bearer, OAuth 2 and OpenID Connect: all send a bearer token
	SecurityMutualTLS SecurityKind = "mutualTLS"
	SecurityOtherHTTP SecurityKind = "http" // another HTTP authentication scheme, see HTTPScheme
)

// SecurityScheme is one entry of components/securitySchemes.
type SecurityScheme struct {
	Loc         Location
	Name        string // its key in components
	Kind        SecurityKind
	Description string
	In          In     // of an API key
	ParamName   string // of an API key
	HTTPScheme  string // of an HTTP scheme, lower case
	Deprecated  bool   // OpenAPI 3.2
	// Flows are the ways to a token that OAuth 2 declares, in document order.
	Flows []*OAuthFlow
	// MetadataURL is where the endpoints of OpenID Connect or OAuth 2 are described, "" for nowhere.
	MetadataURL string
	Extensions  Extensions
}

// OAuthFlow is one way to a token (RFC 6749, RFC 8628).
type OAuthFlow struct {
	Loc Location
	// Kind is "implicit", "password", "clientCredentials", "authorizationCode" or "deviceAuthorization".
	Kind string
	// AuthorizationURL and the other addresses are "" where the flow has none. They may be relative to the document.
	AuthorizationURL, DeviceAuthorizationURL, TokenURL, RefreshURL string
	Scopes                                                         []Scope // in document order
}

// Scope is what a token may be for.
type Scope struct {
	Name, Description string
}

// SecurityRequirement is met when all of its uses are met. An empty one is met by everybody.
type SecurityRequirement struct {
	Uses []SecurityUse
}

// SecurityUse is one scheme with the scopes that it must grant.
type SecurityUse struct {
	Scheme *SecurityScheme
	Scopes []string
}

// Extensions holds the x- members of an object, each as the JSON text of its value (numbers exact).
type Extensions map[string][]byte

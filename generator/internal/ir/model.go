// Package ir plans the Go package that an API becomes. Build reads a spec.API and decides every type, name, route, check
// and comment; package emit prints the plan and decides nothing.
//
// Build walks the API twice. The first walk names every schema and creates its node; the second fills the nodes in, once
// every reference has something to point to. Each node of the plan holds the place in the document that it comes from,
// its Go name, and its comment as plain text.
package ir

import (
	"slices"

	"github.com/tornadogen/tornadogen/spec"
)

// Import paths of the packages that a plan names.
const (
	// Runtime is imported as tornado.
	Runtime = "github.com/tornadogen/tornadogen/runtime"
	// RuntimeECMA is imported for its effect: it matches patterns that are beyond RE2.
	RuntimeECMA = Runtime + "/ecmaregex"
	// RuntimeClient is imported as client.
	RuntimeClient = Runtime + "/client"
	// RuntimeCORS is imported as cors, by packages with a CORS.
	RuntimeCORS = Runtime + "/cors"
)

// ShapesVar is the variable of Package.Shapes.
const ShapesVar = "shapes"

// Package is the plan of one generated package. It is immutable after Build.
type Package struct {
	API  *spec.API
	Name string // "petapi"
	// Mark is the first line of each file, in the words that Go tools look for (go help generate).
	Mark string
	Doc  string // of the package: `Package petapi is the API "Petstore", version 1.0.0.`

	Server bool // handler, params, router, server and security are wanted
	Client bool // the client is wanted

	// CORS is nil where the document lets no pages of other origins call.
	CORS *CORS
	// Imports are packages that types come from, beside those of the runtime and of the standard library that every plan may use.
	Imports []*Import

	Names Names
	// Types are the declared types: those of components in document order, each followed by the ones that stand inside it,
	// then those of the operations. An alias is among them (see Type.AliasOf).
	Types []*Type
	// Codecs are the arrays and maps without a name of their own, one for each set of identical ones.
	Codecs []*Codec
	// Rules are the package-level variables of checks, in order of first use; rules of the same content are one.
	Rules []*Rule
	// Checks are the variables of what schemas demand beyond types and rules, in order of first use.
	Checks []*Check
	// Schemas are the texts that Checks name, and those that these refer to.
	Schemas []*SchemaText
	// Handlers are the interfaces, one for each tag that an operation has first, in the order of the document's tags.
	Handlers   []*Handler
	Operations []*Operation // in document order
	// Hooks are the operations that the API itself calls: webhooks, then callbacks. Each group is there where it has some.
	Hooks []*Hooks
	// Servers are those of the document that a client can call, in its order.
	Servers []*Server
	// Links are the functions that lead from answers to other operations.
	Links []*Helper
	// Fallbacks are those of the operations, each once.
	Fallbacks []*Fallback
	// SharedErrors are the types of errors that several operations answer, in order of first use.
	SharedErrors []*SharedError
	// Every is all operations, those of the hooks behind those of the API.
	Every []*Operation
	// Security is nil when no operation asks who is calling.
	Security *Security
	// Shapes are those of parameters that have parts, and of bodies in media types other than JSON. NeedsShapes tells whether there
	// are such: what is short needs the table and no entry.
	Shapes      []Shape
	NeedsShapes bool
	// HasUnions tells whether there is a union, so that Names.Unknown is declared.
	HasUnions bool
	// NeedsECMA tells whether some pattern is beyond RE2, so that RuntimeECMA has to be linked.
	NeedsECMA bool
}

// Served are the operations that have handlers.
func (p *Package) Served() []*Operation {
	return slices.DeleteFunc(slices.Clone(p.Operations), func(op *Operation) bool { return op.ClientOnly })
}

// Names are the package-level identifiers that do not belong to one node.
type Names struct {
	Handler       string // "Handler": the union of all handler interfaces
	New           string // "New"
	Client        string // "Client"
	NewClient     string // "NewClient"
	Operations    string // "Operations": the function that lists them
	Document      string // "Document": the function that returns the document
	DocumentBytes string // "document": the embedded bytes
	Schemas       string // "schemas": the variable of Package.Schemas
	Unknown       string // "UnknownValue": a value that is none of the members of a union
}

// GoShape says how a GoType is put together.
type GoShape int

// The shapes of Go types.
const (
	GoNamed   GoShape = iota // Name, or Import.Name
	GoPointer                // *Elem
	GoSlice                  // []Elem
	GoMap                    // map[string]Elem
	GoGeneric                // Name[Elem], or Import.Name[Elem]
)

// GoType is a Go type as it is written where it is used: []Pet, tornado.Opt[*Node].
type GoType struct {
	Shape  GoShape
	Import string  // import path; "" for this package and predeclared types
	Name   string  // of GoNamed and GoGeneric
	Elem   *GoType // of all but GoNamed
}

// Handler is the interface of one tag.
type Handler struct {
	Tag           *spec.Tag // nil for the operations without a tag
	Name          string    // "PetsHandler"
	Unimplemented string    // "UnimplementedPetsHandler"
	Doc           string    // `PetsHandler answers the operations tagged "pets": The animals that are for sale.`
	Operations    []*Operation
}

// Server is a function that gives the address of one server.
type Server struct {
	Func string // "ServerProduction"
	Doc  string
	// Relative tells that the address is that of a server that the function is given, with a path behind.
	Relative bool
	// Variables is the struct with a field for each variable, "" where there are none.
	Variables, VariablesDoc string
	Fields                  []*ServerField
	URL                     []ServerPart
}

// ServerPart is a text of an address, or the value of a field.
type ServerPart struct {
	Text  string
	Field *ServerField // nil for a text
}

// ServerField is one variable of a server. Its zero value stands for the default.
type ServerField struct {
	Name, Doc string
	Default   string
	Enum      string // the named string type, "" where any value will do
	EnumDoc   string
	Values    []*EnumValue
}

// Hooks are operations that go the other way: the API calls them, and whoever has subscribed answers.
type Hooks struct {
	File string // "webhooks_gen.go"
	// Sender is the client of the API, with a method for each operation that takes the address, and NewSender makes it:
	// "Webhooks", "NewWebhooks".
	Sender, NewSender, SenderDoc string
	// Handler is the interface of whoever has subscribed, and New gives its API: "WebhookHandler", "NewWebhookAPI".
	Handler, HandlerDoc, New, NewDoc string
	Unimplemented                    string    // "UnimplementedWebhookHandler"
	Security                         *Security // nil when no operation asks who is calling
	Operations                       []*Operation
	URLs                             []*Helper // the addresses of callbacks
}

// Security is what the package knows of its security schemes.
type Security struct {
	Authenticator string    // "Authenticator"
	Unimplemented string    // "UnimplementedAuthenticator"
	Add           string    // "addSecurity": the function that enters an authenticator
	Schemes       []*Scheme // the ones in use, in document order
}

// Scheme is one security scheme in use.
type Scheme struct {
	Source *spec.SecurityScheme
	Name   string // in the document: "apiKey"
	Method string // of Authenticator: "APIKey"
	Option string // of the clients: "WithAPIKey"
	// OwnOption tells that the option is not that of another authenticator's scheme.
	OwnOption bool
	Doc       string // of the method
	// OptionDoc is the comment of the client's option.
	OptionDoc string
	Kind      spec.SecurityKind
	In        spec.In // of an API key
	ParamName string  // of an API key
	HTTP      string  // the scheme of SecurityOtherHTTP: "digest"
	// Credential is what the method receives: tornado.APIKey, tornado.Bearer, tornado.Basic, tornado.Authorization or
	// tornado.MutualTLS.
	Credential *GoType
	// Param is the name of the method's second parameter: "key", "token", "credentials".
	Param string
}

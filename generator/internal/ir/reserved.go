package ir

import "github.com/tornadogen/tornadogen/generator/internal/naming"

// Locals are the names that printed code may give to variables inside functions, parameters and receivers. No package-level
// identifier of a plan is among them.
var Locals = []string{
	"api", "append", "auth", "base", "baseURL", "body", "buf", "call", "cancel", "cause", "certificate", "client", "code", "contentType",
	"count", "credential", "credentials", "ctx", "data", "dec", "decode", "dst", "elem", "enc", "encode", "end", "entry", "err",
	"errs", "field", "filled", "handle", "handler", "header", "headers", "id", "index", "input", "item", "items", "key", "keys", "kind",
	"label", "last", "len", "media", "list", "local", "member", "message", "method", "more", "msg", "name", "names", "next", "node",
	"null", "num", "obj", "offset", "opt", "option", "options", "opts", "origin", "out", "param", "params", "part", "password", "pos",
	"present", "ptr", "query", "raw", "reply", "req", "request", "res", "response", "result", "rest", "row", "rule", "seen",
	"set", "size", "src", "start", "status", "str", "sub", "tag", "tail", "text", "title", "tmp", "token", "typ", "union",
	"unset", "user", "username", "val", "valid", "value", "values", "variant", "want", "wide", "wire", "write", "zero",
}

// imports are the names of packages that generated files may import: a package-level identifier of the same name would not
// compile.
var imports = []string{
	"tornado", "client", "bytes", "cmp", "context", "embed", "errors", "fmt", "http", "io", "iter", "json", "maps", "math", "net",
	"netip", "os", "slices", "sort", "strconv", "strings", "sync", "time", "tls", "url", "utf8", "testing", "unsafe",
}

// reserveNames takes the identifiers that every package has, whatever its document says.
func (b *builder) reserveNames() {
	b.scope = naming.NewScope(append(append([]string{}, Locals...), imports...)...)
	for c := 'a'; c <= 'z'; c++ {
		b.scope.Take(string(c))
		for _, second := range "abcdefghijklmnopqrstuvwxyz0123456789" {
			b.scope.Take(string(c) + string(second))
		}
	}
	if b.asksForCORS() {
		b.scope.Take("cors")
	}
	b.pkg.Names = Names{
		Handler:       b.scope.Take("Handler"),
		New:           b.scope.Take("New"),
		Client:        b.scope.Take("Client"),
		NewClient:     b.scope.Take("NewClient"),
		Operations:    b.scope.Take("Operations"),
		Document:      b.scope.Take("Document"),
		DocumentBytes: b.scope.Take("document"),
		Unknown:       b.scope.Take("UnknownValue"),
	}
	b.scope.Take(ShapesVar)
	b.scope.Take("addSecurity")
	b.scope.Take(authenticator)
	b.scope.Take(unimplemented + authenticator)
	b.reserved = map[string]bool{authenticator: true, unimplemented + authenticator: true}
	for _, name := range []string{"Handler", "New", "Client", "NewClient", "Operations", "Document", "UnknownValue"} {
		b.reserved[name] = true
	}
}

const (
	authenticator = "Authenticator"
	unimplemented = "Unimplemented"
)

// structMethods are the methods that every generated struct has, or may get.
var structMethods = []string{"DecodeJSON", "AppendJSON", "MarshalJSON", "UnmarshalJSON"}

// answerMethods are those of answers that are types of their own; Error and StatusCode are methods of errors alone.
var (
	answerMethods = []string{"WriteResponse", "Operation"}
	errorMethods  = []string{"Error", "StatusCode", "WriteResponse", "Operation", "Is", "As", "Unwrap"}
)

// Package templates holds the text that `tornadogen init` writes once and that belongs to the user from then on.
//
// Data goes one way: the command fills in a [Service], Render executes one template a file (files/*.tmpl) and formats what is
// Go. Nothing here reads a document: names, signatures and comments arrive ready to print.
package templates

import (
	"bytes"
	"embed"
	"fmt"
	"go/format"
	"sort"
	"strconv"
	"strings"
	"text/template"
)

// Service is what the files of a new service say. Every text is printed as it is: whoever fills a Service in sees to it that
// names are identifiers and that comments are comments.
type Service struct {
	Name      string // of the command: "shop"
	Module    string // module path: "example.com/shop"
	GoVersion string // of the go directive: "1.26.0"
	Runtime   Module

	Document string // file name of the document: "openapi.yaml"
	Package  string // name and folder of the generated package: "petapi"
	Alias    string // under which it is imported; equal to Package unless that name is taken
	New      string // function of the package that makes the API: "New"

	DocsPath, DocumentPath, LivePath, ReadyPath string

	Client, NewClient string // of the package: the client, and the function that makes it
	// Calls are the operations that need no input, as the client's tests call them.
	Calls []Call
	// First is an operation that is called without its input where there are no Calls, nil where there is no operation.
	First *Call
	// Strict makes warnings errors.
	Strict bool

	Handlers []Handler
	// Hooks are the files of the package with what sends and receives webhooks and callbacks: "webhooks_gen.go".
	Hooks []string
	// Auth are the methods of the authenticator; none where no operation asks who is calling.
	Auth []Method
	// AuthType is what a service embeds until its authenticator is written: "petapi.UnimplementedAuthenticator".
	AuthType string
	// AuthContract is the interface that it implements then: "petapi.Authenticator".
	AuthContract string
	// AuthImports are the imports of auth.go.
	AuthImports []Import
}

// Module says where the generated code's runtime comes from.
type Module struct {
	Path, Version string
	// Replace is the folder that stands in for the module, "" for a version that can be fetched.
	Replace string
}

// Import is one import of a file; Name is "" where the package's own name is used.
type Import struct{ Name, Path string }

// Handler is the file with the methods of one tag.
type Handler struct {
	File     string // "pets.go"
	Package  string // of that file, "" for main
	Type     string // "petsHandler"
	Doc      string // comment of the type, with its slashes
	Contract string // the interface that it implements: "petapi.PetsHandler"
	Imports  []Import
	Methods  []Method
}

// Method is one method that answers 501.
type Method struct {
	Doc     string // comment, with its slashes
	Name    string // "GetPet"
	Params  string // "(ctx context.Context, req petapi.GetPetRequest)"
	Results string // "(*petapi.Pet, error)"
	// Value is the type of the first result, "" where the error is the only one.
	Value string
	// Nilable tells that nil is a value of that type.
	Nilable bool
	// Reply is the parameter by which it answers, "" where it returns the answer.
	Reply string
	// Error is the expression of the 501: "tornado.Unimplemented(ctx)".
	Error string
}

// Mock is what a mock has beside its service.
type Mock struct {
	Samples []byte   // JSON
	Auth    []string // methods of mockAuth
	New     string   // the function NewMock
}

// Mock gives the files of a program that serves samples, but for those of the generated package; the Package of s is the folder
// of that.
func (s Service) Mock(m Mock) ([]File, error) {
	var files []File
	for _, one := range []struct {
		name, template string
		data           any
	}{
		{"go.mod", "go.mod.tmpl", s},
		{"main.go", "mockmain.go.tmpl", s},
		{s.Package + "/mock.go", "mock.go.tmpl", struct {
			Package string
			Mock
		}{s.Package, m}},
	} {
		text, err := render(one.template, one.data)
		if err == nil && strings.HasSuffix(one.name, ".go") {
			text, err = format.Source(text)
		}
		if err != nil {
			return nil, fmt.Errorf("write %s: %w", one.name, err)
		}
		files = append(files, File{one.name, text})
	}
	return append(files, File{s.Package + "/mock.json", m.Samples}), nil
}

// Source is the method as Go source, with a receiver such as "h *petsHandler", without a line end.
func (m Method) Source(receiver string) (string, error) {
	text, err := render("method.go.tmpl", struct {
		Receiver string
		Method   Method
	}{receiver, m})
	if err != nil {
		return "", err
	}
	const file = "package p\n\n" // what is no file is formatted otherwise
	text, err = format.Source(append([]byte(file), text...))
	return strings.TrimSuffix(strings.TrimPrefix(string(text), file), "\n"), err
}

// Source is the file. The error is for a Handler that does not give Go source.
func (h Handler) Source() ([]byte, error) {
	text, err := render("handler.go.tmpl", h)
	if err != nil {
		return nil, err
	}
	return format.Source(text)
}

// Call is a call of a method of the client.
type Call struct {
	Name    string // "ListPets"
	Request string // type of the request: "petapi.ListPetsRequest"
	Value   bool   // there is a result before the error
}

// File is one file of a service.
type File struct {
	Name string // relative to the folder of the service
	Data []byte
}

//go:embed files
var files embed.FS

var parsed = template.Must(template.New("").Funcs(template.FuncMap{
	"imports": importBlock,
	"gomod":   modString,
}).ParseFS(files, "files/*.tmpl"))

// source is a file that is to be made of a template.
type source struct {
	name, template string
	data           any
}

// Render gives the files of s, sorted by name. The error is for a Service that does not give Go source.
func (s Service) Render() ([]File, error) {
	list := []source{
		{"go.mod", "go.mod.tmpl", s},
		{".gitignore", "gitignore.tmpl", s},
		{"tornadogen.yaml", "tornadogen.yaml.tmpl", s},
		{"main.go", "main.go.tmpl", s},
		{"main_test.go", "main_test.go.tmpl", s},
	}
	if len(s.Auth) > 0 {
		list = append(list, source{"auth.go", "auth.go.tmpl", s})
	}
	for _, h := range s.Handlers {
		list = append(list, source{h.File, "handler.go.tmpl", h})
	}
	list = append(list, s.deployment()...)
	files := make([]File, len(list))
	for i, one := range list {
		text, err := render(one.template, one.data)
		if err == nil && strings.HasSuffix(one.name, ".go") {
			text, err = format.Source(text)
		}
		if err != nil {
			return nil, fmt.Errorf("write %s: %w", one.name, err)
		}
		files[i] = File{one.name, text}
	}
	sort.Slice(files, func(i, j int) bool { return files[i].Name < files[j].Name })
	return files, nil
}

func render(name string, data any) ([]byte, error) {
	var b bytes.Buffer
	err := parsed.ExecuteTemplate(&b, name, data)
	return b.Bytes(), err
}

// MainImports are the imports of main.go.
func (s Service) MainImports() []Import {
	runtime := s.Runtime.Path + "/runtime"
	list := []Import{
		{"tornado", runtime},
		{"", runtime + "/docs"},
		s.own(),
	}
	for _, path := range []string{"context", "flag", "fmt", "log", "log/slog", "net", "os", "os/signal", "syscall", "time"} {
		list = append(list, Import{"", path})
	}
	return list
}

// TestImports are the imports of main_test.go.
func (s Service) TestImports() []Import {
	runtime := s.Runtime.Path + "/runtime"
	list := []Import{{"", runtime + "/tornadotest"}, {"", runtime + "/tornadotest/contract"}, s.own(), {"", "testing"}}
	if len(s.Calls) > 0 {
		list = append(list, Import{"tornado", runtime}, Import{"", runtime + "/client"}, Import{"", "context"}, Import{"", "errors"}, Import{"", "net/http"}, Import{"", "time"})
	}
	return list
}

// own is the import of the generated package.
func (s Service) own() Import {
	path := s.Module + "/" + s.Package
	if s.Alias == s.Package {
		return Import{"", path}
	}
	return Import{s.Alias, path}
}

// importBlock prints imports, those of the standard library apart. What belongs to the module of the service stands with the
// others even where its path has no dot.
func importBlock(list []Import) string {
	var std, other []string
	for _, i := range list {
		line := "\t" + strconv.Quote(i.Path)
		if i.Name != "" {
			line = "\t" + i.Name + " " + strconv.Quote(i.Path)
		}
		if standard[i.Path] {
			std = append(std, line)
		} else {
			other = append(other, line)
		}
	}
	byPath := func(lines []string) {
		sort.Slice(lines, func(i, j int) bool {
			return lines[i][strings.IndexByte(lines[i], '"'):] < lines[j][strings.IndexByte(lines[j], '"'):]
		})
	}
	byPath(std)
	byPath(other)
	text := "import (\n" + strings.Join(std, "\n")
	if len(std) > 0 && len(other) > 0 {
		text += "\n\n"
	}
	return text + strings.Join(other, "\n") + "\n)"
}

// standard are the packages of the standard library that a scaffold may import.
var standard = map[string]bool{
	"context": true, "errors": true, "flag": true, "fmt": true, "log": true, "log/slog": true, "net": true, "net/http": true,
	"net/http/httptest": true, "net/netip": true, "os": true, "os/signal": true, "syscall": true, "testing": true, "time": true,
}

// modString quotes a path for go.mod where it must be (https://go.dev/ref/mod#go-mod-file-lexical).
func modString(path string) string {
	if strings.ContainsAny(path, " \t\"`'()[]{},;|&<>") || strings.Contains(path, "//") {
		return strconv.Quote(path)
	}
	return path
}

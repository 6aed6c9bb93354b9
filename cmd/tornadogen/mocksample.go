package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/printer"
	"go/token"
	"maps"
	"slices"
	"strings"

	"github.com/tornadogen/tornadogen/generator"
	"github.com/tornadogen/tornadogen/spec"
	"github.com/tornadogen/tornadogen/templates"
)

// mockSample, mockAnswer and mockBody are what mock.json has for an operation; the mock reads them as types of the same names.
type mockSample struct {
	Answers  []*mockAnswer
	Messages []json.RawMessage
}

type mockAnswer struct {
	Declared, Status int
	Headers          []mockHeader
	Bodies           []*mockBody
}

type mockHeader struct{ Name, Value string }

type mockBody struct {
	Type, Example, Text string
	Status              bool // the member status of Text is to be that of the answer (RFC 9457 section 3.1.2)
}

// mockOf makes what the templates of a mock need.
func mockOf(c compiled, o *outline) (templates.Mock, error) {
	samples := map[string]*mockSample{}
	for _, op := range o.operations {
		if op.source != nil {
			samples[op.Name] = sampleOfOperation(op.source)
		}
	}
	text, err := json.MarshalIndent(samples, "", " ")
	if err != nil {
		return templates.Mock{}, err
	}
	mock := templates.Mock{Samples: text}
	if o.auth != nil {
		for _, m := range o.auth.methods {
			mock.Auth = append(mock.Auth, fmt.Sprintf("func (mockAuth) %s(ctx context.Context, _ %s) (context.Context, error) { return ctx, nil }",
				m.name, m.params[len(m.params)-1].typ))
		}
	}
	at := slices.IndexFunc(c.files, func(f generator.File) bool { return f.Name == "server_gen.go" })
	if at < 0 {
		return mock, errors.New("the generated package has no server")
	}
	mock.New, err = mockedNew(c.files[at].Data, o.new)
	return mock, err
}

// mockedNew is the function that makes the API, with samples in the place of handlers.
func mockedNew(source []byte, name string) (string, error) {
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, "server_gen.go", source, parser.SkipObjectResolution)
	if err != nil {
		return "", err
	}
	at := slices.IndexFunc(tree.Decls, func(d ast.Decl) bool {
		fn, ok := d.(*ast.FuncDecl)
		return ok && fn.Recv == nil && fn.Name.Name == name
	})
	if at < 0 {
		return "", errors.New("the generated package has no function that makes the API")
	}
	fn := tree.Decls[at].(*ast.FuncDecl)
	fn.Doc, fn.Name = nil, ast.NewIdent("NewMock")
	fn.Type.Params.List = fn.Type.Params.List[len(fn.Type.Params.List)-1:] // the options
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		if id, ok := call.Fun.(*ast.Ident); ok && id.Name == "addSecurity" {
			call.Args[len(call.Args)-1] = ast.NewIdent("mockAuth{}")
		}
		register, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || !strings.HasPrefix(register.Sel.Name, "Register") || len(call.Args) < 4 {
			return true
		}
		if register.Sel.Name == "RegisterSocket" {
			call.Args[3] = ast.NewIdent("mockedSocket")
			return false
		}
		register.Sel = ast.NewIdent("RegisterAny")
		call.Args = append(call.Args[:3:3], ast.NewIdent("mocked"))
		return false
	})
	var b strings.Builder
	b.WriteString("// NewMock gives the API, which answers with samples.\n")
	if err := printer.Fprint(&b, fset, fn); err != nil {
		return "", err
	}
	text, err := format.Source([]byte("package p\n\n" + b.String()))
	return strings.TrimPrefix(string(text), "package p\n\n"), err
}

// streamParts is how many parts a sample of a stream has.
const streamParts = 3

// sampleOfOperation makes the samples of an operation, the answer of success first.
func sampleOfOperation(op *spec.Operation) *mockSample {
	sample := &mockSample{Answers: []*mockAnswer{}}
	if op.Socket != nil && op.Socket.Send != nil {
		sample.Messages = append(sample.Messages, json.RawMessage(answerSample(op.Socket.Send)))
	}
	for _, r := range op.Responses {
		if r.Status < 200 && r.Status >= 100 || r.Status == 1 {
			continue // what comes before an answer
		}
		sample.Answers = append(sample.Answers, answerOf(r))
	}
	rank := func(a *mockAnswer) int {
		switch {
		case a.Status >= 200 && a.Status < 300 && a.Declared != 0:
			return 0
		case a.Status >= 300 && a.Status < 400:
			return 1
		case a.Declared == 0:
			return 2
		}
		return 3
	}
	slices.SortStableFunc(sample.Answers, func(a, b *mockAnswer) int { return rank(a) - rank(b) })
	if len(sample.Answers) == 0 || rank(sample.Answers[0]) == 3 {
		sample.Answers = slices.Insert(sample.Answers, 0, &mockAnswer{Declared: 204, Status: 204})
	}
	return sample
}

func answerOf(r *spec.Response) *mockAnswer {
	a := &mockAnswer{Declared: r.Status, Status: r.Status}
	switch {
	case r.Status == 0:
		a.Status = 200
	case r.Status < 10:
		a.Status *= 100
	}
	for _, h := range r.Headers {
		for _, text := range fieldTexts(h.Name, paramSample(h)) {
			a.Headers = append(a.Headers, mockHeader{h.Name, text})
		}
	}
	for _, m := range r.Content {
		a.Bodies = append(a.Bodies, bodiesOf(m)...)
	}
	return a
}

// paramSample is a sample of a header, its own examples first.
func paramSample(p *spec.Parameter) string {
	if len(p.Examples) > 0 {
		return p.Examples[0].JSON
	}
	return answerSample(p.Schema)
}

// fieldTexts is a sample as the texts of header fields. A list is one field with its items behind commas (style simple), but of cookies, which
// cannot be joined (RFC 9110 section 5.3), a field for each.
func fieldTexts(name, sample string) []string {
	var items []json.RawMessage
	if json.Unmarshal([]byte(sample), &items) != nil {
		return []string{plainText(sample)}
	}
	texts := make([]string, len(items))
	for i, item := range items {
		texts[i] = plainText(string(item))
	}
	if strings.EqualFold(name, "Set-Cookie") {
		return texts
	}
	return []string{strings.Join(texts, ",")}
}

// mediaOf is a media type without its parameters.
func mediaOf(name string) string {
	media, _, _ := strings.Cut(name, ";")
	return strings.TrimSpace(media)
}

// bodiesOf are the samples of one media type: its examples, or one that is made of its schema.
func bodiesOf(m *spec.MediaType) []*mockBody {
	media, kind := mediaOf(m.Name), m.Name
	if strings.Contains(media, "*") {
		kind = inRange(media)
		media = kind
	}
	var bodies []*mockBody
	for _, e := range examplesOf(m) {
		bodies = append(bodies, &mockBody{Type: kind, Example: e.Name, Text: exampleText(media, m.Schema, e)})
	}
	if len(bodies) > 0 {
		return bodies
	}
	item := m.ItemSchema
	if item == nil && (spec.IsSequence(media) || media == "text/event-stream") && m.Schema != nil { // a document of before 3.2
		if item = m.Schema; slices.Equal(item.Types, []string{"array"}) {
			item = item.Items // it says what the list of all is
		}
	}
	if item != nil {
		sample := answerSample(item)
		if strings.HasPrefix(media, "multipart/") {
			return []*mockBody{partsBody(m, item, sample)}
		}
		return []*mockBody{{Type: kind, Text: streamText(media, sample)}}
	}
	return []*mockBody{{Type: kind, Text: bodyText(media, m.Schema, answerSample(m.Schema)), Status: leavesStatus(media, m.Schema)}}
}

// leavesStatus tells whether s describes a problem that has a status, and the document says of none of its values what it is.
func leavesStatus(media string, s *spec.Schema) bool {
	if media != "application/problem+json" {
		return false
	}
	problem := placeOf(s)
	status := problem.member("status").leaves
	made := func(s *spec.Schema) bool { return newSampler(true).statedIn(s, 0) == "" }
	return len(status) > 0 && !slices.ContainsFunc(slices.Concat(problem.leaves, status), func(s *spec.Schema) bool { return !made(s) }) &&
		slices.ContainsFunc(status, func(s *spec.Schema) bool {
			return slices.Contains(s.Types, "integer") || slices.Contains(s.Types, "number")
		})
}

// inRange is a media type of a range.
func inRange(media string) string {
	switch major, _, _ := strings.Cut(media, "/"); major {
	case "*", "application":
		return "application/json"
	case "text":
		return "text/plain"
	case "image":
		return "image/png"
	default:
		return major + "/octet-stream"
	}
}

// answerSample is a sample of what a server sends.
func answerSample(s *spec.Schema) string { return newSampler(true).at(s, 0) }

// examplesOf are the examples of a media type but those that are a reference: the value of an example is what it is (OpenAPI 3.1, Example Object), and no
// schema but one with a member of that name means it.
func examplesOf(m *spec.MediaType) []spec.Literal {
	if len(placeOf(m.Schema).member("$ref").leaves) > 0 {
		return m.Examples
	}
	return slices.DeleteFunc(slices.Clone(m.Examples), func(e spec.Literal) bool {
		var members map[string]json.RawMessage
		return json.Unmarshal([]byte(e.JSON), &members) == nil && len(members) == 1 && len(members["$ref"]) > 1 && members["$ref"][0] == '"'
	})
}

// exampleText is the text of an example of a body: what the document writes out itself, or its value.
func exampleText(media string, s *spec.Schema, e spec.Literal) string {
	return cmp.Or(e.Serialized, bodyText(media, s, e.JSON))
}

// bodyText is the text of a body: JSON as it is, XML as the schema says, a string in other media types by itself.
func bodyText(media string, s *spec.Schema, sample string) string {
	switch {
	case spec.IsJSON(media):
		return sample
	case spec.IsXML(media):
		return xmlText(s, sample)
	}
	return plainText(sample)
}

// plainText is a JSON value as a text that stands alone.
func plainText(sample string) string {
	var text string
	if json.Unmarshal([]byte(sample), &text) == nil {
		return text
	}
	return sample
}

// streamText is a stream of a few equal items.
func streamText(media, item string) string {
	switch {
	case media == "text/event-stream":
		return strings.Repeat(eventText(item)+"\n", streamParts)
	case strings.HasSuffix(media, "json-seq"):
		return strings.Repeat("\x1e"+item+"\n", streamParts)
	}
	return strings.Repeat(item+"\n", streamParts)
}

// eventText is an event: of an item that describes the event itself (OpenAPI 3.2, section Server-Sent Events) its fields, else its data alone.
func eventText(item string) string {
	var fields map[string]json.RawMessage
	isField := func(name string) bool { return slices.Contains([]string{"event", "id", "retry", "data"}, name) }
	if json.Unmarshal([]byte(item), &fields) != nil || fields["data"] == nil && fields["event"] == nil ||
		slices.ContainsFunc(slices.Collect(maps.Keys(fields)), func(name string) bool { return !isField(name) }) {
		return "data: " + eventLines(item)
	}
	var b strings.Builder
	for _, name := range []string{"event", "id", "retry"} {
		if text := fields[name]; text != nil {
			b.WriteString(name + ": " + oneLine.Replace(plainText(string(text))) + "\n")
		}
	}
	return b.String() + "data: " + eventLines(string(fields["data"]))
}

// lineEnds are those of an event stream, and oneLine takes them out of the fields that have one line, with NUL, which an id has not (HTML Living
// Standard section 9.2.6).
var (
	lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")
	oneLine  = strings.NewReplacer("\r\n", " ", "\r", " ", "\n", " ", "\x00", " ")
)

// eventLines is a text in the lines of its data.
func eventLines(sample string) string {
	return strings.ReplaceAll(lineEnds.Replace(plainText(sample)), "\n", "\ndata: ") + "\n"
}

// mockBoundary stands between the parts of a sample.
const mockBoundary = "tornadogen-mock"

// partsBody is a multipart body of a few equal parts.
func partsBody(m *spec.MediaType, item *spec.Schema, sample string) *mockBody {
	part := "--" + mockBoundary + "\r\n"
	var text string
	switch e := m.ItemEncoding; {
	case e != nil && e.ContentType != "" && !strings.ContainsAny(e.ContentType, "*,"):
		part += "Content-Type: " + e.ContentType + "\r\n"
		text = bodyText(mediaOf(strings.ToLower(e.ContentType)), item, sample)
	default:
		text = plainText(sample)
	}
	part += "\r\n" + text + "\r\n"
	return &mockBody{Type: m.Name + "; boundary=" + mockBoundary, Text: strings.Repeat(part, streamParts) + "--" + mockBoundary + "--\r\n"}
}

package ir

import (
	"strconv"
	"strings"

	"github.com/tornadogen/tornadogen/generator/internal/naming"
	"github.com/tornadogen/tornadogen/spec"
)

// nameComponents names the schemas of components, in document order, and then what stands inside them.
func (b *builder) nameComponents() {
	for _, s := range b.api.Schemas {
		b.nameComponent(s)
	}
	for _, s := range b.api.Schemas {
		b.hint(s, b.declared[s])
	}
}

func (b *builder) nameComponent(s *spec.Schema) {
	if b.declared[s] != "" {
		return
	}
	b.declared[s] = b.scope.Take(naming.Exported(nameOr(s.Extensions, s.Name)))
}

// nameOr returns what x-go-name asks for, else name.
func nameOr(e spec.Extensions, name string) string {
	if own := extension(e, "x-go-name"); own != "" {
		return own
	}
	return name
}

// hint notes what s and the schemas in place below it would be called, by their path, and their order in the document. It
// stops at a schema that components name, which is walked under its own name.
func (b *builder) hint(s *spec.Schema, name string) {
	if s == nil || b.hints[s] != "" {
		return
	}
	own := b.declared[s]
	switch {
	case own == "" && s.Name != "": // named, and not in the list of components
		b.nameComponent(s)
		name = b.declared[s]
	case own != "" && own != name:
		return
	case own == "":
		if given := extension(s.Extensions, "x-go-name"); given != "" {
			name = naming.Exported(given)
		}
	}
	name = naming.Clip(name)
	b.hints[s] = name
	b.order[s] = b.phase<<phaseShift + len(b.order)
	for _, p := range s.Properties {
		b.hint(p.Schema, naming.Clip(memberHint(name, nameOr(p.Extensions, p.Name), p.Name)))
	}
	for i, item := range s.PrefixItems {
		b.hint(item, name+"V"+strconv.Itoa(i))
	}
	b.hint(s.Items, name+"Item")
	b.hint(s.AdditionalProperties, name+"Value")
	for _, p := range s.PatternProperties {
		b.hint(p.Schema, name+"Value")
	}
	for _, m := range s.AllOf {
		b.hint(m, name)
	}
	b.hintMembers(s.OneOf, name)
	b.hintMembers(s.AnyOf, name)
}

func (b *builder) hintMembers(members []*spec.Schema, name string) {
	rest := 0
	for _, m := range members {
		if !isNull(m) {
			rest++
		}
	}
	for i, m := range members {
		switch {
		case rest == 1:
			b.hint(m, name)
		case m.Title != "":
			b.hint(m, name+naming.Part(m.Title))
		default:
			b.hint(m, name+option(i))
		}
	}
}

// hintOperations names the operations, and the schemas in place inside them.
func (b *builder) hintOperations() {
	b.nameOperations()
	for _, op := range b.named {
		b.phase = b.hookPhase(op)
		b.hintOperation(op)
	}
}

// nameOperations names the operations in an order in which those that are added behind the others of the document come last: the ones that the
// API itself calls whatever is asked of it, then each of the others with those that it brings.
func (b *builder) nameOperations() {
	scope := naming.NewScope()
	name := func(op *spec.Operation, text string) {
		b.operations[op] = scope.Take(naming.Exported(nameOr(op.Extensions, text)))
		b.named = append(b.named, op)
	}
	webhooks, calls := b.webhooks(), newHookGroup(callbackWord, "callbacks")
	b.hooks = []*hookGroup{webhooks, calls}
	var follow func(source *spec.Operation, base string)
	follow = func(source *spec.Operation, base string) {
		for _, op := range calls.addCallbacks(source, base) {
			name(op, calls.nameOf(op))
			follow(op, calls.baseOf(op))
		}
	}
	for _, op := range webhooks.operations {
		name(op, webhooks.nameOf(op))
		follow(op, webhooks.baseOf(op))
	}
	for _, op := range b.api.Operations {
		text := op.ID
		if text == "" {
			text = naming.Operation(op.Method, op.Path)
		}
		name(op, text)
		if mayHavePages(op) { // in its place, so that operations behind it rename nothing
			b.iterators[op] = scope.Take(b.operations[op] + "All")
		}
		follow(op, b.operations[op])
	}
}

func (b *builder) hintOperation(op *spec.Operation) {
	name := b.operations[op]
	for _, p := range op.Parameters {
		b.hint(p.Schema, componentOr(p.Loc, "parameters", "Param", name+naming.Part(p.Name)))
	}
	if op.Body != nil {
		b.hintContent(op.Body.Content, componentOr(op.Body.Loc, "requestBodies", "Body", name+"Body"))
	}
	if op.Socket != nil {
		b.hint(op.Socket.Receive, name+"ClientMessage")
		b.hint(op.Socket.Send, name+"ServerMessage")
	}
	for _, r := range op.Responses {
		b.hintResponse(op, r, name)
	}
}

// hintResponse names what stands inside a response. A body that is the whole result has the name of the answer; otherwise
// the answer is a struct with that name around it.
func (b *builder) hintResponse(op *spec.Operation, r *spec.Response, operation string) {
	name := operation + statusName(r.Status)
	if r.Ref != "" {
		name = naming.Exported(unescape(r.Ref[strings.LastIndexByte(r.Ref, '/')+1:]))
	}
	for _, h := range r.Headers {
		b.hint(h.Schema, name+naming.Part(h.Name))
	}
	if r.Ref != "" || !isPlain(op, r) {
		name += "Body"
	}
	b.hintContent(r.Content, name)
}

func (b *builder) hintContent(content []*spec.MediaType, name string) {
	for i, m := range content {
		b.hintItems(m, name)
		if i > 0 && m.Schema != nil && b.hints[m.Schema] == "" {
			b.hint(m.Schema, name+mediaLabel(m.Name))
			continue
		}
		b.hint(m.Schema, name)
	}
}

// componentOr returns the name of the component that loc stands in, "#/components/parameters/Limit", with a suffix that tells it
// from a schema; else name.
func componentOr(loc spec.Location, kind, suffix, name string) string {
	rest, ok := strings.CutPrefix(loc.Pointer, "#/components/"+kind+"/")
	if !ok || rest == "" || strings.Contains(rest, "/") {
		return name
	}
	return strings.TrimSuffix(naming.Exported(unescape(rest)), suffix) + suffix
}

// unescape undoes the escapes of one token of a JSON pointer (RFC 6901 section 3).
func unescape(token string) string { return strings.NewReplacer("~1", "/", "~0", "~").Replace(token) }

package ir

import (
	"slices"
	"strings"

	"github.com/tornadogen/tornadogen/generator/internal/naming"
	"github.com/tornadogen/tornadogen/spec"
)

// buildOperations plans the operations in the order of their names, and groups those that the API answers by their first tag.
func (b *builder) buildOperations() {
	for _, source := range b.named {
		if g := b.hookOf(source); g != nil {
			b.planned[source] = b.operation(source)
			b.planned[source].Path = g.paths[source]
			continue
		}
		b.nameHandler(source)
		op := b.operation(source)
		op.Server = b.ownServer(source)
		b.planned[source] = op
		b.pkg.Operations = append(b.pkg.Operations, op)
	}
	b.tellApart()
	b.sortHandlers()
	b.groupOperations()
}

func (b *builder) operation(source *spec.Operation) *Operation {
	op := &Operation{
		Source: source, ID: source.ID, Name: b.operations[source], Method: source.Method, Path: source.Path,
		Summary: line(source.Summary), Deprecated: source.Deprecated,
	}
	op.Var = b.scope.Take(naming.Unexported(op.Name))
	if op.ID == "" {
		op.ID = naming.Unexported(op.Name)
	}
	if len(source.Tags) > 0 {
		op.Tag = source.Tags[0]
	}
	op.Doc = operationDoc(op)
	op.CallDoc = op.Doc
	if b.pkg.Server {
		op.CallDoc = callDoc(op)
	}
	if op.Socket = b.socket(source); op.Socket != nil {
		op.Kind = OperationSocket
	}
	op.Request = b.request(source, op.Name)
	b.address(op)
	if op.Kind == OperationSocket && op.Request.Body != nil {
		b.badExtension(source.Body.Loc, "requestBody", "a WebSocket is asked for without a body")
		op.Request.Body = nil
	}
	if op.Request.Body != nil {
		op.Consumes = mediaTypes(op.Request.Body.Variants)
		op.Streams = mediaTypes(streamed(op.Request.Body.Variants))
	}
	b.planFeeds(op)
	b.planAnswers(op)
	b.planKind(op)
	b.limits(op)
	op.Security = requirements(source.Security)
	return op
}

func operationDoc(op *Operation) string {
	text := clean(op.Source.Description)
	switch {
	case op.Summary != "" && line(op.Source.Description) != op.Summary && text != "":
		text = op.Summary + "\n\n" + text
	case op.Summary != "":
		text = op.Summary
	}
	route := op.Method + " " + line(op.Path+op.Source.Suffix)
	doc := op.Name + " answers " + route + "."
	if text != "" {
		doc = op.Name + ": " + text + "\n\n" + route
	}
	return deprecate(doc, op.Deprecated, op.Source.Extensions)
}

// callDoc is the comment of the client's method beside a handler that says more.
func callDoc(op *Operation) string {
	text := op.Summary
	if text == "" {
		text, _, _ = strings.Cut(clean(op.Source.Description), "\n")
	}
	doc := op.Name + " is " + op.Method + " " + line(op.Path+op.Source.Suffix)
	if text != "" {
		doc += ": " + text
	}
	return deprecate(doc, op.Deprecated, op.Source.Extensions)
}

// nameHandler names the interface that an operation belongs to, at the first operation of its tag: operations that are added
// behind others, or left out, rename none.
func (b *builder) nameHandler(op *spec.Operation) {
	tag, name := (*spec.Tag)(nil), "default"
	if len(op.Tags) > 0 {
		name = op.Tags[0]
		i := slices.IndexFunc(b.api.Tags, func(t *spec.Tag) bool { return t.Name == name })
		if i >= 0 {
			tag = b.api.Tags[i]
		} else {
			tag = &spec.Tag{Name: name}
		}
	}
	if key := tagKey(tag); !b.tagged[key] {
		b.tagged[key] = true
		b.addHandler(tag, name)
	}
}

// tagKey tells tags apart, and the lack of one from all of them.
func tagKey(tag *spec.Tag) string {
	if tag == nil {
		return ""
	}
	return "#" + tag.Name
}

// sortHandlers puts the handlers into the order of the document's tags, the one without a tag last.
func (b *builder) sortHandlers() {
	place := func(h *Handler) int {
		switch i := slices.Index(b.api.Tags, h.Tag); {
		case i >= 0:
			return i
		case h.Tag != nil:
			return len(b.api.Tags)
		}
		return len(b.api.Tags) + 1
	}
	slices.SortStableFunc(b.pkg.Handlers, func(x, y *Handler) int { return place(x) - place(y) })
}

func (b *builder) addHandler(tag *spec.Tag, name string) {
	h := &Handler{Tag: tag, Name: b.scope.Take(naming.Exported(name) + "Handler")}
	h.Unimplemented = b.scope.Take(unimplemented + h.Name)
	h.Doc = h.Name + " answers the operations without a tag."
	if tag != nil {
		h.Doc = h.Name + " answers the operations tagged " + quote(tag.Name) + "."
		text := clean(tag.Description)
		if text == "" {
			text = line(tag.Summary)
		}
		if text != "" {
			h.Doc = strings.TrimSuffix(h.Doc, ".") + ": " + text
			if last := text[len(text)-1]; last != '.' && last != '!' && last != '?' {
				h.Doc += "."
			}
		}
	}
	if tag != nil && tag.Parent != nil {
		h.Doc += "\n" + quote(tag.Name) + " is a part of " + quote(tag.Parent.Name) + "."
	}
	h.Doc += "\nIts methods are called concurrently, each on the goroutine of its request."
	if base := line(b.api.BasePath); base != "" {
		h.Doc += "\nTheir paths are below " + base + ", unless tornado.WithBasePath says otherwise."
	}
	b.pkg.Handlers = append(b.pkg.Handlers, h)
}

// groupOperations hands each operation to its handler; a handler without one is dropped.
func (b *builder) groupOperations() {
	for _, op := range b.pkg.Served() {
		for _, h := range b.pkg.Handlers {
			untagged := h.Tag == nil && len(op.Source.Tags) == 0
			if untagged || h.Tag != nil && len(op.Source.Tags) > 0 && h.Tag.Name == op.Tag {
				h.Operations = append(h.Operations, op)
				break
			}
		}
	}
	b.pkg.Handlers = slices.DeleteFunc(b.pkg.Handlers, func(h *Handler) bool { return len(h.Operations) == 0 })
}

// operation notes what the bodies of an operation need.
func (c *collector) operation(op *Operation) {
	if op.Request.Body != nil {
		for _, v := range op.Request.Body.Variants {
			c.content(v)
		}
	}
	for _, p := range op.Request.Params {
		c.param(p)
	}
	for _, m := range op.Socket.messages() {
		if m.Kind == MessageJSON {
			c.value(m.Type)
		}
	}
	for _, list := range [][]*Answer{op.Result.Answers, op.Errors} {
		for _, a := range list {
			if a.Content != nil {
				c.content(a.Content)
			}
			for _, h := range a.Headers {
				c.param(h)
			}
		}
	}
}

func (c *collector) content(v *Content) {
	switch v.Shape {
	case BodyTyped, BodyEvents, BodyLines:
		c.value(v.Type)
	case BodyItems, BodyFeed:
		c.value(v.Item.Type)
	case BodyForm:
		if v.Item != nil {
			c.value(v.Item.Type)
		}
		for _, f := range v.Files {
			c.rule(f.Items)
			c.rule(f.Length)
		}
	default:
	}
}

// param notes the rules that a parameter is checked with, and the codecs of what is read as JSON.
func (c *collector) param(p *Param) {
	if p.Kind == ParamJSON || p.Kind == ParamShaped {
		c.value(p.Type)
		return
	}
	if p.Default != nil && p.Default.Value == nil {
		c.value(p.Type)
	}
	c.demands(p.Type)
	if p.Type.Elem != nil {
		c.rule(p.Type.Elem.Type.Rule)
	}
}

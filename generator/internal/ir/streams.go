package ir

import (
	"slices"

	"github.com/tornadogen/tornadogen/spec"
)

const eventMedia = "text/event-stream"

// streamShape says what a success answer of a media type is, without parameters, that goes on; BodyTyped where it does not.
func streamShape(name string, m *spec.MediaType) BodyShape {
	switch {
	case name == eventMedia:
		return BodyEvents
	case spec.IsSequence(name), isParts(name, m), name == "application/stream+json" && m.ItemSchema != nil:
		return BodyLines
	}
	return BodyTyped
}

// addStream adds a media type that goes on to the variants of an answer.
func (b *builder) addStream(variants []*Content, name string, m *spec.MediaType, cores map[*Content]*spec.Schema) []*Content {
	var item streamItem
	var parts *spec.MediaType
	if isParts(name, m) {
		item.schema, parts = b.partItem(name, m)
	} else {
		item = b.itemOf(name, m)
	}
	core := anything
	if item.schema != nil {
		core, _ = b.settle(item.schema)
	}
	shape := streamShape(name, m)
	i := slices.IndexFunc(variants, func(c *Content) bool { return c.Shape == shape && cores[c] == core && c.Text == item.text })
	if i < 0 {
		i = len(variants)
		c := &Content{Shape: shape, Field: "Body", Use: b.itemUse(item), Text: item.text, Events: item.events}
		if i > 0 {
			c.Field += mediaLabel(m.Name)
		}
		cores[c] = core
		variants = append(variants, c)
	}
	variants[i].MediaTypes = append(variants[i].MediaTypes, declaredMedia(m))
	if parts != nil {
		b.addShape(variants[i], name, parts)
	}
	return variants
}

// streamItem is what stands in a stream, or is the data of its events.
type streamItem struct {
	schema *spec.Schema // nil where the document says nothing of it
	text   bool         // an event carries it as text
	events *EventFields // of items that are objects with the fields of the events, else nil
}

func (b *builder) itemUse(item streamItem) Use {
	if item.schema == nil && item.text {
		return newUse(&Type{Kind: KindString, Go: scalars[KindString]}, false, false)
	}
	return b.use(item.schema, false)
}

// itemOf is what the items of a stream are. Where there is no itemSchema, the schema is taken for that of an item, or of a list of them.
func (b *builder) itemOf(name string, m *spec.MediaType) streamItem {
	item := m.ItemSchema
	if item == nil && m.Schema != nil {
		item = m.Schema
		if core, _ := b.settle(item); slices.Equal(typesOf(core), []string{"array"}) && core.Items != nil {
			item = core.Items
			b.reportList(core)
		}
	} else if m.Schema != nil {
		b.reportWhole(m)
	}
	if name != eventMedia {
		return streamItem{schema: item}
	}
	if item == nil {
		return streamItem{text: true}
	}
	core, _ := b.settle(item)
	switch {
	case binds(core) && b.describesFields(core):
		schema, events := b.fieldItems(item)
		return streamItem{schema: schema, events: events}
	case isEnvelope(core):
		data, text := b.dataOf(core)
		return streamItem{schema: data, text: text}
	}
	return streamItem{schema: item, text: isText(core)}
}

// reportList warns of what a list demands of all its items together, which are read one by one.
func (b *builder) reportList(core *spec.Schema) {
	for _, k := range []struct {
		name  string
		there bool
	}{
		{"minItems", core.MinItems != nil},
		{"maxItems", core.MaxItems != nil},
		{"uniqueItems", core.UniqueItems},
		{"contains", core.Contains != nil},
		{"prefixItems", len(core.PrefixItems) > 0},
		{"not", core.Not != nil},
		{"if", core.If != nil},
	} {
		if k.there {
			b.unenforced(core, k.name, "the items of a stream are read one by one")
		}
	}
}

// reportWhole warns where a schema says more of a stream than itemSchema does of its items.
func (b *builder) reportWhole(m *spec.MediaType) {
	core, _ := b.settle(m.Schema)
	if core.Items != nil && !core.Items.Always || constrains(core) && !slices.Equal(typesOf(core), []string{"array"}) {
		b.warn(m.Schema.Loc, classUnenforced, "schema is not enforced beside itemSchema, by which the items of a stream are read one by one", "say it in itemSchema")
	}
	b.reportList(core)
}

// isText says whether values of a settled schema are strings.
func isText(core *spec.Schema) bool { return slices.Equal(typesOf(core), []string{"string"}) }

// eventFields are the members of an event as OpenAPI 3.2 sees it (section 4.14.4), once its text was read.
var eventFields = []string{"data", "event", "id", "retry"}

// isEnvelope says whether a settled schema describes the fields of an event, and not its data alone.
func isEnvelope(core *spec.Schema) bool {
	has := false
	for _, p := range core.Properties {
		if !slices.Contains(eventFields, p.Name) {
			return false
		}
		has = has || p.Name == "data"
	}
	return has || len(core.Properties) > 0 && core.Properties[0].Name == "event"
}

// dataOf is the schema of the data of events, of which core describes all fields, and whether it is text.
func (b *builder) dataOf(core *spec.Schema) (data *spec.Schema, text bool) {
	for _, p := range core.Properties {
		if p.Name == "data" {
			data = p.Schema
			continue
		}
		field, _ := b.settle(p.Schema)
		for keyword, there := range map[string]bool{"enum": len(field.Enum) > 0, "const": field.Const != nil, "pattern": field.Pattern != ""} {
			if there {
				b.unenforced(p.Schema, keyword, "of an event, the data alone is checked")
			}
		}
	}
	for _, name := range core.Required {
		if name != "data" && slices.Contains(eventFields, name) {
			b.unenforced(b.origin(core), "required", "an event without "+quote(name)+" is sent as well")
		}
	}
	if data == nil {
		return nil, true
	}
	field, _ := b.settle(data)
	return dataSchema(data, field)
}

// hintItems names what stands in place in the items of a stream.
func (b *builder) hintItems(m *spec.MediaType, name string) {
	if m.ItemSchema == nil {
		return
	}
	suffix := "Item"
	switch name := mediaType(m.Name); {
	case name == eventMedia:
		suffix = "Event"
	case isMultipart(name):
		suffix = "Part"
	}
	for _, p := range m.ItemSchema.Properties {
		b.hint(p.Schema.ContentSchema, name+suffix)
	}
	b.hint(m.ItemSchema, name+suffix)
}

// streamBytes makes a reader of the bytes of an answer that may be large: application/octet-stream, unless the document says
// otherwise, and whatever it says so of.
func (b *builder) streamBytes(op *spec.Operation, r *spec.Response, variants []*Content) {
	for _, c := range variants {
		if c.Shape != BodyBytes && c.Shape != BodyBlob {
			continue
		}
		streams := len(variants) == 1 && slices.Equal(c.MediaTypes, []string{"application/octet-stream"})
		for _, e := range streamExtensions(op, r) {
			if wish := b.readStream(e); wish.said {
				streams = wish.streams
			}
		}
		if streams {
			c.Shape = BodyDownload
			c.ContentType = sent(c)
			c.Go = c.goType()
		}
	}
}

// streamExtensions are x-tornado-stream of an operation, and of the media types of some of its answers.
func streamExtensions(op *spec.Operation, answers ...*spec.Response) (found []*spec.Extension) {
	if e := op.Own.Get(spec.ExtensionStream); e != nil {
		found = append(found, e)
	}
	for _, r := range answers {
		for _, m := range r.Content {
			if text, said := m.Extensions[spec.ExtensionStream]; said {
				found = append(found, &spec.Extension{Loc: m.Loc, Name: spec.ExtensionStream, Text: text})
			}
		}
	}
	return found
}

// GoesOn tells that a success answer is sent part by part.
func (op *Operation) GoesOn() bool {
	return slices.ContainsFunc(op.Result.Answers, func(a *Answer) bool { return a.Content != nil && a.Content.Shape.GoesOn() })
}

// planStream decides what is known of the streams of an operation, and its kind if it has some.
func (b *builder) planStream(op *Operation) {
	var streaming []*spec.Response
	for _, a := range op.Result.Answers {
		c := a.Content
		if c == nil || !c.Shape.GoesOn() {
			continue
		}
		op.Kind = OperationStream
		if c.Shape != BodyDownload {
			c.Codec = b.scope.Take(op.Var + map[BodyShape]string{BodyEvents: "Events", BodyLines: "Items"}[c.Shape])
		}
		streaming = append(streaming, a.Source)
	}
	for _, e := range streamExtensions(op.Source, streaming...) {
		wish := b.readStream(e)
		if wish.said && wish.streams && op.Kind != OperationStream {
			b.badExtension(e.Loc, spec.ExtensionStream, "no answer of the operation is a stream")
		}
		if wish.options != nil {
			op.Stream = b.fittingStream(op, e.Loc, wish.options)
		}
	}
}

// fittingStream leaves out of what a document says of streams what those of op cannot do.
func (b *builder) fittingStream(op *Operation, at spec.Location, s *Stream) *Stream {
	has := func(shapes ...BodyShape) bool {
		return slices.ContainsFunc(op.Result.Answers, func(a *Answer) bool { return a.Content != nil && slices.Contains(shapes, a.Content.Shape) })
	}
	if !has(BodyEvents) && (s.Heartbeat != 0 || s.Retry != 0) {
		b.badExtension(at, "heartbeat, or retry, of "+spec.ExtensionStream, "no answer of the operation is an event stream")
		s.Heartbeat, s.Retry = 0, 0
	}
	if !has(BodyEvents, BodyLines) && (s.Slow == slowNames["drop-oldest"] || s.Slow == slowNames["drop-newest"]) {
		b.badExtension(at, "slow of "+spec.ExtensionStream, "bytes cannot be dropped from the middle of an answer")
		s.Slow = ""
	}
	if *s == (Stream{}) {
		return nil
	}
	return s
}

// goType is the type of a body in Go.
func (c *Content) goType() *GoType {
	switch c.Shape {
	case BodyEvents:
		return wrap("Events", c.complete())
	case BodyLines:
		return wrap("Items", c.complete())
	case BodyDownload:
		return imported("io", "ReadCloser")
	}
	return c.complete()
}

// outType is what a handler sends a body that goes on to.
func (c *Content) outType() *GoType {
	switch c.Shape {
	case BodyEvents:
		return pointerTo(wrap("EventStream", c.complete()))
	case BodyLines:
		return pointerTo(wrap("ItemStream", c.complete()))
	}
	return pointerTo(runtimeType("ByteStream"))
}

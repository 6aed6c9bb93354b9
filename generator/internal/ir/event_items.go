package ir

import (
	"slices"
	"strings"

	"github.com/tornadogen/tornadogen/generator/internal/naming"
	"github.com/tornadogen/tornadogen/spec"
)

// EventFields tells how the items of an event stream, which are objects with the fields of the events, have the data of each.
type EventFields struct {
	// Data is the name of a constant of package tornado: of EventText and EventJSON where all data is that, of EventEither where it depends on
	// the event, and nothing is known of the events that neither Text nor JSON names.
	Data       string
	Text, JSON []string
}

// The kinds of data.
const (
	eventText   = "EventText"
	eventJSON   = "EventJSON"
	eventEither = "EventEither"
)

// binds says whether a settled schema of events demands something of several of their fields together, which the data alone does not tell.
func binds(s *spec.Schema) bool {
	return isUnion(s) || s.Not != nil || s.If != nil || len(s.DependentRequired) > 0 || len(s.DependentSchemas) > 0 || len(s.Further) > 0 ||
		s.UnevaluatedProperties != nil || s.PropertyNames != nil || s.MinProperties != nil || s.MaxProperties != nil
}

// describesFields says whether a settled schema, or each member of it that is a union, describes the fields of an event, as those of OpenAPI 3.2
// do in its section on Server-Sent Events.
func (b *builder) describesFields(core *spec.Schema) bool {
	all, data := b.onlyFields(core, false, make(map[*spec.Schema]bool))
	return all && data
}

// onlyFields says whether each value of core is an object of fields, one of which is the event or the data, and whether some have data. named
// tells that one of these stands beside the union whose member core is.
func (b *builder) onlyFields(core *spec.Schema, named bool, seen map[*spec.Schema]bool) (all, data bool) {
	if seen[core] {
		return true, false
	}
	seen[core] = true
	if len(core.Types) > 0 && !slices.Equal(core.Types, []string{"object"}) || core.Const != nil || len(core.Enum) > 0 {
		return false, false
	}
	for _, p := range core.Properties {
		if !slices.Contains(eventFields, p.Name) {
			return false, false
		}
		data = data || p.Name == "data"
		named = named || p.Name == "data" || p.Name == "event"
	}
	if !isUnion(core) {
		return named, data
	}
	for _, u := range b.unionsOf(core) {
		for _, m := range u.members {
			member, _ := b.settle(m)
			ok, has := b.onlyFields(member, named, seen)
			if !ok {
				return false, false
			}
			data = data || has
		}
	}
	return true, data
}

// fieldItems plans the items of an event stream that are objects with the fields of the events: the schema of the document, in which data that is
// JSON by its contentMediaType has the type of its contentSchema, and how each has its data.
func (b *builder) fieldItems(item *spec.Schema) (*spec.Schema, *EventFields) {
	core, _ := b.settle(item)
	known := b.events[core]
	if known == nil {
		w := &eventWalk{b: b, kinds: make(map[string]string), names: naming.NewScope(), done: make(map[eventPlace]*spec.Schema)}
		known = &eventItem{schema: item}
		typed := w.typed(core, b.nameOf(core), nil)
		if w.changed {
			known.schema = typed
		}
		known.fields = w.fields()
		b.events[core] = known
	}
	return known.schema, known.fields
}

// eventItem is what fieldItems has planned.
type eventItem struct {
	schema *spec.Schema
	fields *EventFields
}

// eventWalk goes through the events that a schema describes.
type eventWalk struct {
	b       *builder
	changed bool              // some data has another type than the document's string
	kinds   map[string]string // of data, by the name of the event; "" for one that has none, or different ones
	order   []string          // the names
	all     []string          // the kinds there are
	names   *naming.Scope     // of the types of the events
	done    map[eventPlace]*spec.Schema
}

// eventPlace is a settled schema that a discriminator selects by some names, which stand one behind the other.
type eventPlace struct {
	core     *spec.Schema
	selected string
}

// typed is a settled schema of events with the types of their data. A discriminator selects it by one of those names. What several unions
// have is the same for all of them.
func (w *eventWalk) typed(core *spec.Schema, name string, selected []string) *spec.Schema {
	at := eventPlace{core, strings.Join(selected, "\x00")}
	if w.done[at] == nil {
		if isUnion(core) {
			w.done[at] = w.union(core, name, selected)
		} else {
			w.done[at] = w.event(core, name, selected)
		}
	}
	return w.done[at]
}

// union is typed for a union.
func (w *eventWalk) union(core *spec.Schema, name string, selected []string) *spec.Schema {
	which, own := w.b.varying(core)
	u := &spec.Schema{Loc: core.Loc, Title: core.Title, Description: core.Description}
	members := make(map[*spec.Schema]*spec.Schema)
	var list []*spec.Schema
	for i, m := range which.members {
		part := memberPart(m, i)
		if m.Name == "" && m.Title == "" {
			part = w.partOf(m, part)
		}
		variant, _ := w.b.settle(w.b.variant(core, m, own, name+part))
		source, _ := w.b.settle(m)
		at := name + part
		if source.Name != "" {
			if at = naming.Part(nameOr(source.Extensions, source.Name)); !isUnion(source) {
				at += "Fields"
			}
		}
		if d := which.discriminator; d != nil && d.PropertyName == "event" {
			selected = w.b.discriminatorValues(d, m)
		}
		members[source] = w.typed(variant, at, selected)
		list = append(list, members[source])
	}
	if u.OneOf = list; which.keyword == "anyOf" {
		u.OneOf, u.AnyOf = nil, list
	}
	u.Discriminator = w.discriminator(which.discriminator, members)
	if core.Name != "" { // which is its type in JSON
		name += "Fields"
	}
	w.b.hints[u], w.b.order[u] = name, w.b.order[w.b.origin(core)]
	return u
}

// partOf is what an event without a name of its own adds to the name of its type: that of the event.
func (w *eventWalk) partOf(m *spec.Schema, otherwise string) string {
	core, _ := w.b.settle(m)
	if p := propertyOf(core, "event"); p != nil {
		if names := w.b.stringConstants(p.Schema); len(names) > 0 {
			return w.names.Take(naming.Part(names[0]))
		}
	}
	return otherwise
}

// discriminator is one of the document for the members that have taken the place of its own.
func (w *eventWalk) discriminator(d *spec.Discriminator, members map[*spec.Schema]*spec.Schema) *spec.Discriminator {
	if d == nil {
		return nil
	}
	in := func(s *spec.Schema) *spec.Schema {
		if s == nil {
			return nil
		}
		core, _ := w.b.settle(s)
		return members[core]
	}
	out := *d
	out.Mapping, out.Default = slices.Clone(d.Mapping), in(d.Default)
	for i := range out.Mapping {
		out.Mapping[i].Schema = in(out.Mapping[i].Schema)
	}
	return &out
}

// event is the schema of one event, with the type of its data.
func (w *eventWalk) event(core *spec.Schema, name string, selected []string) *spec.Schema {
	data := propertyOf(core, "data")
	var of *spec.Schema
	kind := ""
	if data != nil {
		field, _ := w.b.settle(data.Schema)
		var text bool
		if of, text = dataSchema(data.Schema, field); text {
			kind = eventText
		} else {
			kind = eventJSON
		}
	}
	w.note(core, kind, selected)
	if data == nil || of == data.Schema {
		return core
	}
	w.changed = true
	if of == nil {
		of = &spec.Schema{Loc: data.Loc, Always: true}
	}
	w.b.hint(of, name+"Data")
	typed := *core
	typed.Name, typed.Ref, typed.Extensions = "", "", nil
	if len(typed.Further) > 0 {
		w.b.unenforced(w.b.origin(core), "unevaluatedProperties", "of an event whose data is JSON")
		typed.Further = nil
	}
	typed.Properties = slices.Clone(core.Properties)
	for i, p := range typed.Properties {
		if p == data {
			own := *p
			own.Schema = of
			typed.Properties[i] = &own
		}
	}
	w.b.hints[&typed], w.b.order[&typed] = name, w.b.order[w.b.origin(core)]
	return &typed
}

// note keeps which kind the data of an event has.
func (w *eventWalk) note(core *spec.Schema, kind string, selected []string) {
	if !slices.Contains(w.all, kind) {
		w.all = append(w.all, kind)
	}
	if p := propertyOf(core, "event"); p != nil {
		if names := w.b.stringConstants(p.Schema); len(names) > 0 {
			selected = names
		}
	}
	for _, name := range selected {
		if have, there := w.kinds[name]; !there {
			w.kinds[name] = kind
			w.order = append(w.order, name)
		} else if have != kind {
			w.kinds[name] = ""
		}
	}
}

func (w *eventWalk) fields() *EventFields {
	if len(w.all) == 1 && w.all[0] != "" {
		return &EventFields{Data: w.all[0]}
	}
	f := &EventFields{Data: eventEither}
	for _, name := range w.order {
		switch w.kinds[name] {
		case eventText:
			f.Text = append(f.Text, name)
		case eventJSON:
			f.JSON = append(f.JSON, name)
		}
	}
	return f
}

// dataSchema is the schema of what the data of an event holds, nil for any JSON, and whether that is text. field is the settled schema of the
// data.
func dataSchema(data, field *spec.Schema) (of *spec.Schema, text bool) {
	switch {
	case field.ContentSchema != nil && (field.ContentMediaType == "" || spec.IsJSON(mediaType(field.ContentMediaType))):
		return field.ContentSchema, false
	case spec.IsJSON(mediaType(field.ContentMediaType)):
		return nil, false
	case isText(field) && numericFormats[field.Format] != "" && !constrainsText(field):
		return &spec.Schema{Loc: field.Loc, Types: []string{numericFormats[field.Format]}, Format: field.Format, Description: field.Description}, false
	}
	return data, isText(field)
}

// numericFormats are the formats by which the text of an event's data is a number, and its type.
var numericFormats = map[string]string{"int32": "integer", "int64": "integer", "float": "number", "double": "number"}

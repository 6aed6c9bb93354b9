package ir

import (
	"slices"

	"github.com/tornadogen/tornadogen/spec"
)

// streams says whether the body of a media type is not to be held in memory: x-tornado-stream, true by default.
func (b *builder) streams(m *spec.MediaType) bool {
	given, said := m.Extensions[spec.ExtensionStream]
	text := string(given)
	if said && text != "true" && text != "false" {
		b.badExtension(m.Loc, spec.ExtensionStream, "it is true or false")
	}
	return text != "false"
}

// reportHeld warns where a body is to be read as it comes and is not.
func (b *builder) reportHeld(name string, m *spec.MediaType) {
	if given := m.Extensions[spec.ExtensionStream]; given != nil && b.streams(m) {
		b.badExtension(m.Loc, spec.ExtensionStream, "a body of type "+name+" is read as a whole")
	}
}

// streamContent is the variant for a media type of a request whose body is read as it comes and is more than bytes; nil for others.
func (b *builder) streamContent(name string, m *spec.MediaType, list []*spec.MediaType, of side) *Content {
	switch {
	case !of.isRequest():
		return nil
	case isParts(name, m) && b.streams(m):
		return b.partContent(name, m)
	case b.isItems(name, m):
		return b.itemContent(name, m)
	case b.isFileForm(name, m, list):
		return b.formContent(name, m)
	}
	return nil
}

// isItems says whether a body of a request is read item by item: a stream by its name of which the document says what its items are. A schema
// that is a string, without an itemSchema, is that of the whole text.
func (b *builder) isItems(name string, m *spec.MediaType) bool {
	if !spec.IsSequence(name) && name != eventMedia || !b.streams(m) {
		return false
	}
	if m.ItemSchema != nil || m.Schema == nil {
		return m.ItemSchema != nil
	}
	core, _ := b.settle(m.Schema)
	return constrains(core) && !isText(core)
}

// itemContent is the variant for a stream of items, or of events.
func (b *builder) itemContent(name string, m *spec.MediaType) *Content {
	of := b.itemOf(name, m)
	item := b.itemUse(of)
	item.Go = item.complete()
	c := &Content{Shape: BodyItems, Field: "Body", Item: &item, MediaTypes: []string{declaredMedia(m)}}
	wrapper := "Items"
	if name == eventMedia {
		c.Shape, c.Text, c.Events = BodyFeed, of.text, of.events
		wrapper = "Events"
	}
	c.Type = &Type{Kind: KindBytes, Go: wrap(wrapper, item.Go)}
	return c
}

// planFeeds names what reads and writes the events of requests.
func (b *builder) planFeeds(op *Operation) {
	if op.Request.Body == nil {
		return
	}
	for _, c := range op.Request.Body.Variants {
		if c.Shape == BodyFeed {
			c.Codec = b.scope.Take(op.Var + "BodyEvents")
		}
	}
}

// isFileForm says whether a body is a form with files whose schema says of its members one by one what they are, and which stands in
// no other media type.
func (b *builder) isFileForm(name string, m *spec.MediaType, list []*spec.MediaType) bool {
	if !isMultipart(name) || m.Schema == nil || m.ItemSchema != nil || !b.isTyped(name, m) {
		return false
	}
	core, nullable := b.settle(m.Schema)
	shared := func(o *spec.MediaType) bool {
		if o == m || o.Schema == nil {
			return false
		}
		other, _ := b.settle(o.Schema)
		return other == core
	}
	return !nullable && b.kindOf(core) == KindStruct && len(b.fileMembers(core)) > 0 && !boundTogether(core) && !slices.ContainsFunc(list, shared) && b.streams(m)
}

// boundTogether says whether a schema demands something of its members together, of which the files may be some.
func boundTogether(s *spec.Schema) bool {
	return isUnion(s) || s.Not != nil || s.If != nil || len(s.DependentRequired) > 0 || len(s.DependentSchemas) > 0 || s.PropertyNames != nil ||
		s.MinProperties != nil || s.MaxProperties != nil || s.UnevaluatedProperties != nil || len(s.PatternProperties) > 0 || len(s.Further) > 0 ||
		len(s.Enum) > 0 || s.Const != nil || s.AdditionalProperties != nil && !s.AdditionalProperties.Never
}

// fileMembers are the properties of a schema that are files, or arrays of files.
func (b *builder) fileMembers(core *spec.Schema) []*spec.Property {
	var files []*spec.Property
	for _, p := range core.Properties {
		member, _ := b.settle(p.Schema)
		if slices.Equal(typesOf(member), []string{"array"}) && member.Items != nil {
			member, _ = b.settle(member.Items)
		}
		if b.files[member] {
			files = append(files, p)
		}
	}
	return files
}

// formContent is the variant for a form with files: a type for its fields, and rules for its files.
func (b *builder) formContent(name string, m *spec.MediaType) *Content {
	core, _ := b.settle(m.Schema)
	files := b.fileMembers(core)
	m = b.withPartHeaders(name, m)
	parts, _ := b.settle(m.Schema) // core, or the same with header fields
	c := &Content{Shape: BodyForm, Field: "Body", MediaTypes: []string{declaredMedia(m)}}
	fields := builtin("struct{}")
	if of := b.fieldsOf(core, parts, files); len(of.Properties) > 0 {
		item := b.use(of, false)
		item.Go = item.complete()
		c.Item, fields = &item, item.Go
	}
	for _, p := range files {
		c.Files = append(c.Files, b.fileMember(core, p))
	}
	if len(files) == 1 {
		c.FileField = files[0].Name
	}
	c.Type = &Type{Kind: KindBytes, Go: wrap("Items", wrap("FormPart", fields))}
	b.addShape(c, name, m)
	return c
}

// fieldsOf is a schema for the members of a form but its files, of which only the header fields are left. Forms that share parts share it.
func (b *builder) fieldsOf(core, parts *spec.Schema, files []*spec.Property) *spec.Schema {
	if known := b.fields[parts]; known != nil {
		return known
	}
	isFile := func(name string) bool {
		return slices.ContainsFunc(files, func(f *spec.Property) bool { return f.Name == name })
	}
	fields := *parts
	fields.Name, fields.Ref, fields.Extensions, fields.Properties = "", "", nil, nil
	for _, p := range parts.Properties {
		own := *p
		if isFile(p.Name) {
			if own.Schema = b.headersOf(p.Schema); own.Schema == nil {
				continue
			}
			own.Description = describeFile(p.Description)
		}
		fields.Properties = append(fields.Properties, &own)
	}
	fields.Required = slices.DeleteFunc(slices.Clone(core.Required), isFile)
	b.hints[&fields] = b.nameOf(core) + "Fields"
	b.order[&fields] = b.order[b.origin(core)]
	b.fields[parts] = &fields
	return &fields
}

func (b *builder) fileMember(core *spec.Schema, p *spec.Property) *FileMember {
	t, _ := b.typeOf(p.Schema)
	f := &FileMember{Name: p.Name, Required: slices.Contains(core.Required, p.Name), Several: t.Kind == KindArray}
	f.Length = t.Rule
	if f.Several {
		f.Items, f.Length = t.Rule, t.Elem.Type.Rule
		if list, _ := b.settle(p.Schema); list.UniqueItems {
			b.unenforced(list, "uniqueItems", "files that are read as they come are not compared")
		}
	}
	return f
}

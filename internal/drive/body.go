package drive

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"mime"
	"mime/multipart"
	"net/textproto"
	"slices"
	"strings"
)

// bodyKind is how a body is written.
type bodyKind uint8

const (
	bodyNone bodyKind = iota
	bodyJSON
	bodyForm
	bodyMultipart
	bodyXML
	bodyText
	bodyItems // lines or a sequence of JSON
	bodyBytes
)

// body is how a body of one media type is made and written.
type body struct {
	MediaType string // "" for none

	bodyKind    bodyKind
	schema      map[string]any // nil for none
	bodyPointer string
	encoding    map[string]any // of a form, by property
	seenByKin   bool           // openapi3filter has an opinion on it
}

// Variants are the operation with each of the media types of its body by itself: the one that tells most comes first, and is that of the
// operation. An operation without a body is its only variant.
func (op *Operation) Variants() []*Operation {
	if len(op.bodies) == 0 {
		return []*Operation{op}
	}
	var all []*Operation
	for _, b := range op.bodies {
		variant := *op
		variant.body = b
		all = append(all, &variant)
	}
	return all
}

// describeBody finds the media types of the body that can be written.
func (j *Judges) describeBody(op *Operation, at string) error {
	described, pointer := j.deref(at)
	content, _ := described["content"].(map[string]any)
	op.bodyRequired, _ = described["required"].(bool)
	for _, name := range slices.Sorted(maps.Keys(content)) {
		media, where := j.deref(pointer + "/content/" + escapePointer(name))
		schema, hasSchema := media["schema"].(map[string]any)
		b := body{MediaType: name, schema: schema, bodyPointer: where + "/schema", bodyKind: kindOf(concrete(name), j.resolved(schema), hasSchema)}
		if b.bodyKind == bodyNone && hasSchema && j.writesXML(name, schema) {
			b.bodyKind = bodyXML
		}
		b.encoding, _ = media["encoding"].(map[string]any)
		if item, ok := media["itemSchema"].(map[string]any); ok && takesItems(name) {
			b.bodyKind, b.schema, b.bodyPointer = bodyItems, item, where+"/itemSchema"
			op.bodies = append(op.bodies, b)
			continue
		}
		if b.bodyKind == bodyNone || media["itemSchema"] != nil || media["prefixEncoding"] != nil || media["itemEncoding"] != nil {
			op.Unwritten = append(op.Unwritten, name)
			continue
		}
		b.seenByKin = j.seenByKin(b)
		op.bodies = append(op.bodies, b)
	}
	if len(op.bodies) == 0 {
		return fmt.Errorf("no body is written as %s", strings.Join(op.Unwritten, ", "))
	}
	slices.SortStableFunc(op.bodies, func(a, b body) int { return int(a.bodyKind) - int(b.bodyKind) })
	op.body = op.bodies[0]
	return nil
}

// concrete is a media type of a range: "image/x-any" of "image/*".
func concrete(media string) string {
	if rest, ok := strings.CutPrefix(media, "*/"); ok {
		media = "application/" + rest
	}
	return strings.NewReplacer("/*+", "/x-any+", "/*", "/x-any").Replace(media)
}

// takesItems tells media types of bodies that are written item by item.
func takesItems(media string) bool {
	bare, _, err := mime.ParseMediaType(media)
	return err == nil && (isLines(bare) || isSequence(bare))
}

// takes reports whether the document has a body of a media type, by name or by a range.
func (op *Operation) takes(media string) bool {
	content := map[string]any{}
	for _, b := range op.bodies {
		content[b.MediaType] = true
	}
	for _, name := range op.Unwritten {
		content[name] = true
	}
	_, ok := contentFor(content, media)
	return ok
}

// kindOf is how a body of a media type is written, bodyNone for one that is not.
func kindOf(media string, schema map[string]any, hasSchema bool) bodyKind {
	bare, _, err := mime.ParseMediaType(media)
	if err != nil {
		return bodyNone
	}
	switch {
	case isJSON(bare) && hasSchema:
		return bodyJSON
	case bare == "application/x-www-form-urlencoded" && hasSchema:
		return bodyForm
	case bare == "multipart/form-data" && (schema["properties"] != nil || slices.Contains(typesOf(schema), "object")):
		return bodyMultipart
	case strings.HasPrefix(bare, "multipart/"):
		return bodyNone
	case isXML(bare) && hasSchema && (schema["properties"] != nil || schema["allOf"] != nil || slices.ContainsFunc(typesOf(schema), isContainer)):
		return bodyXML
	case bare == "text/plain" && hasSchema:
		return bodyText
	case (!hasSchema || isBinary(schema)) && !isJSON(bare):
		return bodyBytes
	}
	return bodyNone
}

// isContainer tells types whose values stand in XML as elements; of a scalar a schema mostly means the document as a whole.
func isContainer(kind string) bool { return kind == "object" || kind == "array" }

// isJSON tells JSON by a media type without parameters.
func isJSON(media string) bool {
	return media == "application/json" || strings.HasSuffix(media, "+json")
}

// isBinary tells a schema of bytes.
func isBinary(schema map[string]any) bool {
	return len(schema) == 0 || schema["format"] == "binary" || schema["contentMediaType"] != nil
}

// seenByKin tells whether openapi3filter has an opinion on a body: of bytes and of parts it reads only the types that it knows, and of forms
// only those that are flat.
func (j *Judges) seenByKin(b body) bool {
	if strings.Contains(b.MediaType, "*") {
		return false
	}
	switch b.bodyKind {
	case bodyBytes, bodyMultipart, bodyXML:
		return false
	case bodyForm:
		if b.encoding != nil {
			return false
		}
		properties, _ := j.resolved(b.schema)["properties"].(map[string]any)
		for name := range properties {
			types := typesOf(j.property(b, name))
			if len(types) == 0 || slices.Contains(types, "object") {
				return false
			}
		}
	}
	return true
}

// Streams reports whether the body has files, which a handler may read as they come: what is wrong with them is found by then.
func (j *Judges) Streams(op *Operation) bool {
	if op.bodyKind != bodyMultipart {
		return false
	}
	properties, _ := j.resolved(op.schema)["properties"].(map[string]any)
	for name := range properties {
		schema := j.property(op.body, name)
		if items, ok := schema["items"].(map[string]any); ok {
			schema = j.resolved(items)
		}
		encoding, _ := op.encoding[name].(map[string]any)
		if isBinary(schema) || slices.Equal(typesOf(schema), []string{"string"}) && namesBytes(encoding) {
			return true
		}
	}
	return false
}

// namesBytes tells whether the encoding of a part names a media type that a text does not have.
func namesBytes(encoding map[string]any) bool {
	named, _ := encoding["contentType"].(string)
	first, _, _ := strings.Cut(named, ",")
	bare, _, _ := mime.ParseMediaType(first) // "" for none
	return bare != "" && !isJSON(bare) && !isXML(bare) && !strings.HasPrefix(bare, "text/") && bare != "application/x-www-form-urlencoded"
}

func (j *Judges) writeBody(op *Operation, w *Wire, v any) (err error) {
	switch op.bodyKind {
	case bodyJSON:
		w.Body, err = json.Marshal(v)
	case bodyForm:
		w.Body, err = j.writeForm(op.body, v)
	case bodyMultipart:
		return j.writeParts(op.body, w, v)
	case bodyXML:
		w.Body, err = j.writeXML(op.schema, v)
	case bodyItems:
		w.Body, err = writeItems(op.MediaType, v)
	default:
		text, fault := scalar(v)
		if op.bodyKind == bodyText && text == "" {
			return errNoWay // no body is not an empty one
		}
		w.Body, err = []byte(text), fault
	}
	return err
}

// property is what a property of a form is made of, references followed.
func (j *Judges) property(form body, name string) map[string]any {
	properties, _ := j.resolved(form.schema)["properties"].(map[string]any)
	schema, ok := properties[name].(map[string]any)
	if !ok {
		return map[string]any{"type": "string"} // nothing is known of it
	}
	return j.resolved(schema)
}

// writeForm writes a flat object as a form. Lists repeat their name, unless the encoding of the property says otherwise.
func (j *Judges) writeForm(form body, v any) ([]byte, error) {
	object, ok := v.(map[string]any)
	if !ok || len(object) == 0 {
		return nil, errNoWay
	}
	var all []string
	for _, name := range slices.Sorted(maps.Keys(object)) {
		p := param{name: name, in: "query", style: "form", explode: true, schema: j.property(form, name)}
		if encoding, ok := form.encoding[name].(map[string]any); ok {
			media, _ := encoding["contentType"].(string)
			p.json = isJSON(media)
			if style, ok := encoding["style"].(string); ok {
				p.style, p.explode = style, style == "form"
			}
			if explode, ok := encoding["explode"].(bool); ok {
				p.explode = explode
			}
		}
		parts, err := p.query(object[name])
		if err != nil {
			return nil, err
		}
		all = append(all, parts...)
	}
	return []byte(strings.Join(all, "&")), nil
}

// part is one part of a multipart body.
type part struct {
	name, media string
	file        bool
	content     []byte
	received    any // what its content is, to whom the document is known
}

// boundary stands between parts; no value that is made has it.
const boundary = "tornadogen-part"

// writeParts writes an object as multipart/form-data (RFC 7578), files last.
func (j *Judges) writeParts(form body, w *Wire, v any) error {
	parts, err := j.parts(form, v)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	to := multipart.NewWriter(&b)
	if err := to.SetBoundary(boundary); err != nil {
		return err
	}
	for _, p := range parts {
		disposition := map[string]string{"name": p.name}
		if p.file {
			disposition["filename"] = "file"
		}
		head := textproto.MIMEHeader{"Content-Disposition": {mime.FormatMediaType("form-data", disposition)}}
		if p.media != "" {
			head.Set("Content-Type", p.media)
		}
		at, err := to.CreatePart(head)
		if err != nil {
			return err
		}
		if _, err := at.Write(p.content); err != nil {
			return err
		}
	}
	if err := to.Close(); err != nil {
		return err
	}
	w.Body = b.Bytes()
	if w.ContentType == form.MediaType {
		w.ContentType += "; boundary=" + boundary
	}
	return nil
}

// parts are the parts of an object; the items of a list are a part each.
func (j *Judges) parts(form body, v any) ([]part, error) {
	object, ok := v.(map[string]any)
	if !ok || len(object) == 0 {
		return nil, errNoWay
	}
	var fields, files []part
	for _, name := range slices.Sorted(maps.Keys(object)) {
		schema := j.property(form, name)
		encoding, _ := form.encoding[name].(map[string]any)
		items := []any{object[name]}
		list, isList := object[name].([]any)
		if slices.Contains(typesOf(schema), "array") {
			of, _ := schema["items"].(map[string]any)
			schema = j.resolved(of)
			if items = list; !isList {
				items = []any{object[name]}
			}
		} else if isList {
			return nil, errNoWay
		}
		for _, item := range items {
			p, err := partOf(schema, encoding, item)
			if err != nil {
				return nil, err
			}
			if p.name = name; p.file {
				files = append(files, p)
			} else {
				fields = append(fields, p)
			}
		}
	}
	if len(fields)+len(files) == 0 {
		return nil, errNoWay
	}
	return append(fields, files...), nil
}

// partOf writes a value as the content of a part, of the media type that its encoding names or that follows from its schema (OpenAPI 3.1
// section 4.8.15.1). What has a style, which is written by that, is a scalar without a delimiter, so that it is the same in any style, and
// a list of such is a part for each item all the same, which is read as well.
func partOf(schema, encoding map[string]any, v any) (p part, err error) {
	types := typesOf(schema)
	styled := encoding["style"] != nil || encoding["explode"] != nil || encoding["allowReserved"] != nil
	if encoding["headers"] != nil || schema["contentEncoding"] != nil || styled && (isBinary(schema) || encoding["contentType"] != nil) {
		return p, errNoWay
	}
	named, _ := encoding["contentType"].(string)
	named, _, _ = strings.Cut(named, ",")
	p.media = strings.Replace(strings.TrimSpace(named), "*", "x-any", 1)
	switch bare, _, _ := mime.ParseMediaType(p.media); { // "" for one that cannot be read
	case styled && (slices.Contains(types, "object") || schema["properties"] != nil):
		return p, errNoWay
	case isJSON(bare), p.media == "" && (slices.Contains(types, "object") || schema["properties"] != nil):
		if p.media == "" {
			p.media = "application/json"
		}
		p.received = v
		p.content, err = json.Marshal(v)
		return p, err
	case isBinary(schema):
		text, ok := v.(string)
		if !ok {
			return p, errNoWay
		}
		if media, ok := schema["contentMediaType"].(string); ok && p.media == "" {
			p.media = media
		}
		if p.media == "" {
			p.media = "application/octet-stream"
		}
		p.file, p.content, p.received = true, []byte(text), text
		return p, nil
	case p.media != "" && bare != "text/plain" || len(types) == 0:
		return p, errNoWay
	}
	text, err := scalar(v)
	if text == "" || styled && strings.ContainsAny(text, ",| \t%") {
		err = errNoWay // a text that is empty may be none
	}
	p.content, p.received = []byte(text), scalarOf(types, text)
	return p, err
}

// writable is a body without the members that a form has no writing for.
func (j *Judges) writable(op *Operation, v any) any {
	object, ok := v.(map[string]any)
	if !ok || op.bodyKind != bodyForm && op.bodyKind != bodyMultipart && op.bodyKind != bodyXML {
		return v
	}
	out := map[string]any{}
	for name, item := range object {
		if j.writeBody(op, &Wire{}, map[string]any{name: item}) == nil {
			out[name] = item
		}
	}
	return out
}

// received is what a body is to whom it is sent: a text of a form has the type of its property, whatever it was made of. false: that
// cannot be told.
func (j *Judges) received(op *Operation, v any) (any, bool) {
	object := map[string]any{}
	switch op.bodyKind {
	case bodyXML:
		text, err := j.writeXML(op.schema, v)
		if err != nil {
			return nil, false
		}
		read, err := j.readXML(request, op.schema, text)
		return read, err == nil
	case bodyMultipart:
		parts, err := j.parts(op.body, v)
		if err != nil {
			return nil, false
		}
		for _, p := range parts {
			if !slices.Contains(typesOf(j.property(op.body, p.name)), "array") {
				object[p.name] = p.received
				continue
			}
			list, _ := object[p.name].([]any)
			object[p.name] = append(list, p.received)
		}
		return object, true
	case bodyForm:
		members, ok := v.(map[string]any)
		for name, item := range members {
			if object[name], ok = j.receivedMember(op.body, name, item); !ok {
				return nil, false
			}
		}
		return object, ok
	}
	return v, true
}

// receivedMember is what a member of a form is to whom it is sent.
func (j *Judges) receivedMember(form body, name string, v any) (any, bool) {
	encoding, _ := form.encoding[name].(map[string]any)
	schema := j.property(form, name)
	types := typesOf(schema)
	if media, _ := encoding["contentType"].(string); isJSON(media) || slices.Contains(types, "object") {
		_, isObject := v.(map[string]any)
		return v, isObject
	}
	if !slices.Contains(types, "array") {
		text, err := scalar(v)
		return scalarOf(types, text), err == nil && len(types) > 0
	}
	of, _ := schema["items"].(map[string]any)
	items, ok := v.([]any)
	if !ok {
		items = []any{v}
	}
	list := []any{}
	for _, item := range items {
		text, err := scalar(item)
		if err != nil {
			return nil, false
		}
		list = append(list, scalarOf(typesOf(j.resolved(of)), text))
	}
	return list, true
}

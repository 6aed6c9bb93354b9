package spec

import (
	"slices"
	"strings"
)

// The media types of forms.
const (
	formURLEncoded = "application/x-www-form-urlencoded"
	formMultipart  = "multipart/form-data"
)

// form20 makes a body of the parameters in formData: an object with a property for each.
func (l *lifter) form20(op *node, parts []*node) *RequestBody {
	if len(parts) == 0 {
		return nil
	}
	at := parts[0].end()
	b := &RequestBody{Loc: at.loc()}
	s := &Schema{Loc: at.loc(), Types: []string{"object"}}
	l.nodes[s] = at
	l.all = append(l.all, s)
	var encodings []*Encoding
	var file *node
	for _, part := range parts {
		if !l.spend(part) {
			return b
		}
		n := part.end()
		name := n.value("name")
		if n.value("type") == "file" {
			file = n
		}
		if required, _ := n.truth("required"); required {
			b.Required = true
			s.Required = append(s.Required, name)
		}
		p := &Property{Loc: n.loc(), Name: name, Schema: l.schema20(n), Description: n.value("description"), Extensions: l.extensions(n)}
		s.Properties = append(s.Properties, p)
		if slices.Contains(p.Schema.Types, "array") {
			e := &Encoding{Loc: n.loc(), Name: name}
			e.Style, e.Explode = l.collection(n, InQuery)
			e.Styled = !e.Explode // else each item is a part, which is the default of OpenAPI 3
			encodings = append(encodings, e)
		}
	}
	for _, name := range l.formTypes20(op, at, file) {
		b.Content = append(b.Content, &MediaType{Loc: at.loc(), Name: name, Schema: s, Encoding: encodings})
	}
	return b
}

// formTypes20 are the media types of a form: those among what the operation consumes that have one, of which a file needs
// multipart.
func (l *lifter) formTypes20(op, at, file *node) []string {
	usual := formURLEncoded
	if file != nil {
		usual, at = formMultipart, file
	}
	consumed := l.mediaTypes20(op, "consumes", usual)
	var forms []string
	for _, name := range consumed {
		bare, _, _ := strings.Cut(name, ";")
		switch strings.TrimSpace(bare) {
		case formMultipart:
			forms = append(forms, name)
		case formURLEncoded:
			if file == nil {
				forms = append(forms, name)
			}
		}
	}
	if len(forms) == 0 {
		l.warn(at, "form-media-type", "none of the media types that the operation consumes has such a part; "+usual+" is taken", "add it to consumes")
		forms = []string{usual}
	}
	return forms
}

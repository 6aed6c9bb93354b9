package ir

import (
	"slices"
	"strings"

	"github.com/tornadogen/tornadogen/spec"
)

// buildPages plans the iterators over pages: of operations with x-tornado-page, and of those whose answers lead on by a link of the
// document to the operation itself or by the header field Link.
func (b *builder) buildPages() {
	for _, op := range b.pkg.Operations {
		wish, said := b.pageWish(op.Source)
		switch {
		case said && wish != nil:
			op.Pages = b.wishedPages(op, wish)
		case said || !op.listsPlainly():
		default:
			if op.Pages = b.linkedPages(op); op.Pages == nil {
				op.Pages = b.headerPages(op)
			}
		}
		if p := op.Pages; p != nil {
			p.Name = b.iterators[op.Source]
			p.Doc = deprecate(p.Name+" gives the items of "+op.Name+", page by page from the one that req asks for.", op.Deprecated, op.Source.Extensions)
		}
	}
}

// mayHavePages tells, before anything is planned, of which operations buildPages looks for pages.
func mayHavePages(op *spec.Operation) bool {
	if e := op.Own.Get(extensionPage); e != nil {
		return string(e.Text) != "false"
	}
	return slices.ContainsFunc(op.Responses, func(r *spec.Response) bool {
		return slices.ContainsFunc(r.Headers, isLinkHeader) ||
			slices.ContainsFunc(r.Links, func(link *spec.Link) bool { return link.Operation == op })
	})
}

func isLinkHeader(h *spec.Parameter) bool { return strings.EqualFold(h.Name, "Link") }

// listsPlainly tells that an operation is answered at once with a body that is held in memory.
func (op *Operation) listsPlainly() bool {
	return op.Kind == OperationPlain || op.Kind == OperationDeferred
}

// pageItems finds the items in the first of the answers that has them; why tells what is wrong with where they are said to be.
func (b *builder) pageItems(op *Operation, answers []*Answer, where string) (p *Pages, s *scene, why string) {
	why = "items is no array of the answer; name one, as /pets, or leave it out where the body is an array or has one alone"
	for _, a := range answers {
		s := &scene{op: op, answer: a, used: make(map[string]bool)}
		expression := where
		if where == "" {
			expression = s.onlyArray()
		}
		items := s.pageValue(expression)
		if items == nil || items.Const != nil || items.Type.Kind != KindArray {
			continue
		}
		if last := &items.Steps[len(items.Steps)-1]; last.Presence == NilAbsent {
			last.Presence = Plain // an absent array is an empty one
		}
		p = &Pages{Items: items}
		if op.Result.Kind == ResultSealed {
			p.Answer = a.Name
		}
		return p, s, ""
	}
	return nil, nil, why
}

// onlyArray is the expression of the body that is an array, or of its only member that is one; "" where there is no such thing.
func (s *scene) onlyArray() string {
	c := s.answer.Content
	if c == nil || c.Shape != BodyTyped {
		return ""
	}
	switch c.Type.Kind {
	case KindArray:
		return "$response.body"
	case KindStruct:
		found := ""
		for _, f := range c.Type.Struct.Fields {
			if f.Type.Kind != KindArray {
				continue
			}
			if found != "" {
				return ""
			}
			found = "$response.body#/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(f.JSON)
		}
		return found
	default:
		return ""
	}
}

// bySet plans values of the answer for the request. An empty text ends the pages, as one that is not there does.
func (p *Pages) bySet(set ...*HelperSet) {
	p.Kind, p.Set = PagesBySet, set
	for _, of := range set {
		if v := of.Value; v.Const == nil && v.Convert == ConvertNone && v.Type.Kind == KindString {
			v.EmptyIsMissing = true
		}
	}
}

// linkedPages plans pages of an operation whose answer has a link to the operation itself: one named next, or the only one that is
// named for no other page. It sets parameters to values of the answer, and none of the path; the others stay what they were.
func (b *builder) linkedPages(op *Operation) *Pages {
	for _, a := range op.Result.Answers {
		var found *Pages
		for _, link := range a.Source.Links {
			if link.Operation != op.Source || link.Body != nil {
				continue
			}
			name := strings.ToLower(link.Name)
			isNext := strings.Contains(name, "next")
			if !isNext && (found != nil || slices.ContainsFunc(otherPages, func(word string) bool { return strings.Contains(name, word) })) {
				continue
			}
			if p := b.pagesOfLink(op, a, link); p != nil {
				if found = p; isNext {
					break
				}
			}
		}
		if found != nil {
			return found
		}
	}
	return nil
}

// otherPages are words in the names of links that lead to other pages than the next one.
var otherPages = []string{"prev", "first", "last", "self", "current"}

// pagesOfLink plans the pages that a link leads through; nil where it leads to something else.
func (b *builder) pagesOfLink(op *Operation, a *Answer, link *spec.Link) *Pages {
	p, s, _ := b.pageItems(op, []*Answer{a}, "")
	if p == nil {
		return nil
	}
	var all []*HelperSet
	answers := false
	for _, given := range link.Parameters {
		q := op.parameter(given.Name)
		if q == nil || q.kept(given.Value.JSON) {
			continue
		}
		set := &HelperSet{Field: q.Field, Presence: q.Presence, Pointer: q.Pointer, Required: true}
		if q.In == spec.InPath || s.set(set, q.Type, given.Value.JSON) != "" || set.Value == nil || set.Value.Root == "req" {
			return nil
		}
		answers = answers || set.Value.Root == "res"
		all = append(all, set)
	}
	if !answers {
		return nil
	}
	p.bySet(all...)
	return p
}

// parameter is the one of a name: "id", or "path.id" where the place is said too.
func (op *Operation) parameter(name string) *Param {
	for _, q := range op.Request.Params {
		if q.Source.Name == name || string(q.In)+"."+q.Source.Name == name {
			return q
		}
	}
	return nil
}

// kept tells that a link gives a parameter the value that it has.
func (p *Param) kept(json string) bool {
	text, _ := textOf(json)
	return text == "$request."+string(p.In)+"."+p.Source.Name
}

// headerPages plans pages of an operation whose answer declares the header field Link and has one array.
func (b *builder) headerPages(op *Operation) *Pages {
	for _, a := range op.Result.Answers {
		if !slices.ContainsFunc(a.Source.Headers, isLinkHeader) {
			continue
		}
		if p, _, _ := b.pageItems(op, []*Answer{a}, ""); p != nil {
			p.Kind = PagesByLink
			return p
		}
	}
	return nil
}
